"""Gateway: everything said to and heard from Stripe.

Owns the inbox of notices, the entries of the gateway's balance and what reconciliation found. Hears nothing;
tells PaymentConfirmed, PaymentFailed, CheckoutExpired, RefundMoved, DisputeMoved, AccountMoved, TransferMoved.
"""
