"""Commissions: what a partner earns on an order, when it becomes theirs, what is taken back, and why.

Owns plans and their versions, commission lines, reversals and what was decided about each order.
Hears OrderPaid, OrderRefunded, DisputeOpened, DisputeClosed, PartnerLocked, PartnerUnlocked; tells CommissionMoved.
"""
