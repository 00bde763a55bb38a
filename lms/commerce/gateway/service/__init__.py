"""Saying and hearing: the gateway itself, its notices, and the comparison with it."""

from lms.commerce.gateway.notices import notice_of
from lms.commerce.gateway.service.access import Connection, connect, current_gateway, gateway_of
from lms.commerce.gateway.service.hearing import forget_settled, note_settled, receive, replay, report_checkout
from lms.commerce.gateway.service.reconciling import RECONCILE_ERRAND, ask_reconciliation, reconcile, record_entries

__all__ = [
    "RECONCILE_ERRAND",
    "Connection",
    "ask_reconciliation",
    "connect",
    "current_gateway",
    "forget_settled",
    "gateway_of",
    "note_settled",
    "notice_of",
    "receive",
    "reconcile",
    "record_entries",
    "replay",
    "report_checkout",
]
