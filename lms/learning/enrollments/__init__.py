"""Admission, seats, the waiting list and classes.

Owns: cohort_seats, seat_hold, cohort_class, enrollment, enrollment_change.
Hears: CohortOpened (makes the seat counter and the first class).
Tells: Enrolled, Waitlisted, SeatOffered, Withdrawn.
"""
