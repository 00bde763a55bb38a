"""Writes of the payouts room."""

from lms.affiliates.payouts.service.batches import make_batch, settle_batch
from lms.affiliates.payouts.service.deciding import Approved, approve, approve_many, reject
from lms.affiliates.payouts.service.destinations import (
    AccountToOpen,
    begin_account,
    note_account,
    set_bank,
    show_details,
)
from lms.affiliates.payouts.service.ending import fail, give_back, note_partly_reversed, settle, take_back
from lms.affiliates.payouts.service.holding import minimum_minor
from lms.affiliates.payouts.service.requesting import cancel, request
from lms.affiliates.payouts.service.sending import (
    OVERDUE,
    SEND_ERRAND,
    ask_again,
    ask_overdue,
    note_unknown,
    retry,
    submit,
    submit_approved,
    submit_waiting,
)

__all__ = [
    "OVERDUE",
    "SEND_ERRAND",
    "AccountToOpen",
    "Approved",
    "approve",
    "approve_many",
    "ask_again",
    "ask_overdue",
    "begin_account",
    "cancel",
    "fail",
    "give_back",
    "make_batch",
    "minimum_minor",
    "note_account",
    "note_partly_reversed",
    "note_unknown",
    "reject",
    "request",
    "retry",
    "set_bank",
    "settle",
    "settle_batch",
    "show_details",
    "submit",
    "submit_approved",
    "submit_waiting",
    "take_back",
]
