"""What the API speaks of, one file a topic; each function answers one call."""
