"""A stateful stand-in for the Stripe API over HTTP, for the demo and for tests.

Owns: its own SQLite file, told by path; nothing of Encamp's database. It speaks the API of `stripe` 16.1
(2026-10-28.endive) as far as Encamp uses it, refuses parameters it does not know, signs its notices, and fails
on demand.
Doors: `lms.sandbox.app.create_sandbox` and `python -m lms.sandbox`. Imported by nobody but the demo and tests.
"""
