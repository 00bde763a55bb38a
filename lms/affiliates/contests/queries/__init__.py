"""Reads of the contests room: the board, and where somebody stands on it."""

from lms.affiliates.contests.queries.board import PAGE, Board, BoardRow, View, board
from lms.affiliates.contests.queries.places import Rank, ranks_now
from lms.affiliates.contests.queries.scores import amounts_hidden
from lms.affiliates.contests.queries.standing import Own

__all__ = ["PAGE", "Board", "BoardRow", "Own", "Rank", "View", "amounts_hidden", "board", "ranks_now"]
