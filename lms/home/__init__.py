"""Composed pages: the first screens of everybody, the landing pages, and how the house is doing.

Owns no tables. Hears nothing, tells nothing.
"""
