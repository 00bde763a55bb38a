"""Shop: what a seat costs, who buys it, and what happens to the money and the seat afterwards.

Owns offers, coupons, orders, payments, refunds and disputes. Hears the gateway; tells OrderPaid,
OrderRefunded, DisputeOpened, DisputeClosed.
"""
