"""Who brings students."""
