"""Hand-ins, reviews, day marks and streaks.

Owns: check_in, check_in_revision, check_in_file, review, day_reminder.
Hears: nothing. Tells: CheckedIn, CheckInAccepted, CheckInReturned, CheckInVoided.
"""
