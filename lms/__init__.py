"""Encamp 启营: training camps with a built-in affiliate program."""
