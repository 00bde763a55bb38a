"""What people are told: in-app notices and mail, with preferences, quiet hours and deliveries.

Owns: notice, delivery, preference, quiet_hours. Hears: nothing. Tells: nothing.
"""
