"""Links, clicks and which partner a buyer belongs to.

Owns: referral_link, touch, visitor_person, referred_join, link_day, and the click spool below instance/spool.
Hears: PartnerApproved, PersonSignedUp, Enrolled, Withdrawn. Tells: NumbersMoved.
"""
