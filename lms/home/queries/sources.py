"""Where the lines of the books come from: the pages of orders, commissions, payouts and partners."""

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import Subquery, select

from lms.affiliates.commissions.queries import commission_source
from lms.affiliates.partners.queries import codes_of as partner_codes
from lms.affiliates.payouts.queries import codes_of as payout_codes
from lms.commerce.shop.queries import order_source
from lms.kernel.work import Actor, Read

_PAGES = {
    "order": "/console/orders/{}",
    "commission": "/partner/earnings/{}",
    "payout": "/finance/payouts/{}",
    "partner": "/finance/partners/{}",
}
_FOR_OPERATORS = ("order", "commission")


def where_sources_lead(read: Read, who: Actor, sources: Iterable[str]) -> dict[str, str]:
    """Give the addresses behind sources such as `order:17`, as far as this reader may open them.

    At most four statements, one for each kind that occurs; what leads nowhere is left out.
    """
    wanted: dict[str, list[int]] = defaultdict(list)
    pages = _PAGES if who.has("finance") else {kind: _PAGES[kind] for kind in _FOR_OPERATORS}
    for source in sources:
        kind, _, number = source.partition(":")
        if kind in pages and number.isascii() and number.isdecimal() and len(number) < 18:
            wanted[kind].append(int(number))
    return {
        f"{kind}:{id_}": _PAGES[kind].format(code)
        for kind, ids in wanted.items()
        for id_, code in _codes(read, kind, ids).items()
    }


def _codes(read: Read, kind: str, ids: list[int]) -> dict[int, str]:
    if kind == "partner":
        return partner_codes(read, ids)
    if kind == "payout":
        return payout_codes(read, ids)
    return _codes_in(read, order_source() if kind == "order" else commission_source(), ids)


def _codes_in(read: Read, rows: Subquery, ids: list[int]) -> dict[int, str]:
    found = read.session.execute(select(rows.c.id, rows.c.code).where(rows.c.id.in_(ids)))
    return {row[0]: row[1] for row in found}
