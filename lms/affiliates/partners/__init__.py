"""Who promotes: applications, the signed agreement, approval, the public handle, groups, and the lock on money.

Owns: agreement, partner, partner_group, partner_handle, agreement_signature.
Tells: PartnerApproved, PartnerSuspended, PartnerLocked, PartnerUnlocked.
"""
