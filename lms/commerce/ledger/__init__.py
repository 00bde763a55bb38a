"""Ledger: the double-entry journal that every cent goes through, its balances, its seals.

Owns journals, postings, balances and seals. Hears nothing and tells nothing: rooms above post in their own work.
"""
