"""What everything stands on: no rooms, no web. Owns the outbox, the audit trail and stored files."""
