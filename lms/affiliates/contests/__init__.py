"""Who brings most: the board by day, week and month.

Owns: board_entry, board_preference. Hears: NumbersMoved.
"""
