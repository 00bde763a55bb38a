"""Payouts: a partner's wallet, where its money goes, requests, approval, transfers, bank files, what came back.

Owns destinations, payouts, their attempts and batches. Hears AccountMoved and TransferMoved from the gateway and
its own PayoutApproved, so that sending begins in a commit of its own. Tells PayoutApproved.
"""
