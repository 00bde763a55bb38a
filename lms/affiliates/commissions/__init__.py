"""What partners earn: plans and their versions, lines with their reversals, and the moves of a partner's money.

Owns: plan, plan_version, accrual, accrual_change, commission, commission_reversal, adjustment.
Hears: OrderPaid, OrderRefunded, DisputeOpened, DisputeClosed, PartnerLocked, PartnerUnlocked.
Tells: CommissionMoved, PlanPublished.
"""
