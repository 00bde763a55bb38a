"""What partners are told about their money."""

from lms.affiliates.partners.queries import Partner
from lms.affiliates.payouts.models import Payout as PayoutRow
from lms.kernel.money import Money, write_money
from lms.kernel.text import as_language
from lms.kernel.work import Work
from lms.people.accounts.queries import get_person
from lms.people.messages import service as messages

_ROOM = "affiliates/payouts"


def tell_partner(work: Work, row: PayoutRow, partner: Partner, topic: str, number: int = 0) -> None:
    """Tell a partner how a payout goes on; once per topic and send."""
    language = as_language(get_person(work, partner.person_id).language)
    values = {
        "code": row.code,
        "amount": write_money(Money(row.gross_minor, row.currency), language),
        "net": write_money(Money(row.net_minor, row.currency), language),
        "reason": row.reason,
    }
    key = f"payout-{topic}:{row.id}:{number}"
    messages.send(
        work, partner.person_id, f"{_ROOM}/{topic}", key=key, link=f"/partner/payouts/{row.code}", values=values
    )


def tell_destination(work: Work, person_id: int, destination_id: int, kind: str, hint: str) -> None:
    """Tell a partner that money goes somewhere else from now on."""
    key = f"payout-destination:{destination_id}:{work.now:%Y%m%d%H%M%S}"
    values = {"kind": kind, "hint": hint}
    messages.send(
        work,
        person_id,
        f"{_ROOM}/destination_changed",
        key=key,
        link="/partner/wallet/destination",
        values=values,
    )
