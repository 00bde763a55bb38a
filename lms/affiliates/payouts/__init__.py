"""Payouts: a partner's wallet, and money leaving it.

Owns payout destinations, payouts, their attempts and bank batches. Hears AccountMoved, TransferMoved.
"""
