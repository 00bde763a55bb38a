"""What is delivered."""
