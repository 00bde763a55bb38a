"""Who brings most: the board by day, week and month.

Owns: board_entry, board_money, board_preference, board_setting. Hears: NumbersMoved, CommissionMoved.
"""
