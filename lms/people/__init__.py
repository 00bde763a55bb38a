"""Who they are and how they are reached."""
