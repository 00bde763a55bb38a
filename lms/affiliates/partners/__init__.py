"""Who promotes: applications, the signed agreement, approval and the public handle.

Owns: agreement, partner, agreement_signature.
Tells: PartnerApproved, PartnerSuspended.
"""
