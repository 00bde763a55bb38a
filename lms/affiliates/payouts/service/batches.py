"""Bank files: many approved payouts in one, each in one file only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lms.affiliates.payouts import rules, vault
from lms.affiliates.payouts.errors import BatchEmpty, BatchMixed
from lms.affiliates.payouts.models import Payout as PayoutRow
from lms.affiliates.payouts.models import PayoutAttempt, PayoutBatch
from lms.affiliates.payouts.queries.batches import MOST_LINES
from lms.affiliates.payouts.rules import UNDECIDED, BankLine, DestinationKind, PayoutState
from lms.affiliates.payouts.service.ending import fail, settle
from lms.affiliates.payouts.service.holding import Held, destination_of, hold_by_id
from lms.affiliates.payouts.service.sending import begin_attempt, next_split
from lms.kernel.db import lock
from lms.kernel.errors import NotFound
from lms.kernel.files import StoredFile, keep_file
from lms.kernel.text import Text
from lms.kernel.work import Actor, Work

# For banks, so in their language and not in the reader's.
_PURPOSE = Text("推广服务费 {code}", "Promotion fee {code}")
_HEADS = (
    Text("序号", "Number"),
    Text("收款人户名", "Holder"),
    Text("收款人账号", "Account"),
    Text("开户银行", "Bank"),
    Text("金额", "Amount"),
    Text("用途", "Purpose"),
)


@dataclass(frozen=True)
class Batched:
    """A new bank file and the codes of payouts that could not go into it."""

    code: str
    count: int
    skipped: list[str]


@dataclass(frozen=True)
class BatchEnd:
    """What settling a bank file changed; `unheard` are the lines named as failed that had an outcome already."""

    settled: int
    failed: int
    unheard: list[str]


def make_batch(work: Work, who: Actor, codes: Iterable[str]) -> Batched:
    """Put approved payouts to bank accounts into one bank file; they count as submitted from here on.

    What cannot be sent now is skipped. Refuses BatchEmpty and BatchMixed.
    """
    wanted = sorted(set(codes))[:MOST_LINES]
    helds = [held for held in _hold_all(work, wanted) if _is_sendable(work, held)]
    if not helds:
        raise BatchEmpty
    currencies = {held.row.currency for held in helds}
    if len(currencies) > 1:
        raise BatchMixed
    currency = currencies.pop()
    code = work.new_code()
    lines = [_line(work, held) for held in helds]
    batch = work.add(
        PayoutBatch(
            code=code,
            currency=currency,
            count=len(helds),
            total_minor=sum(line.amount_minor for line in lines),
            file_id=_keep(work, code, currency, lines).id,
            made_at=work.now,
            made_by=who.person_id,
        )
    )
    for held in helds:
        begin_attempt(work, held, batch.id)
    after = {"payouts": [held.row.code for held in helds], "total_minor": batch.total_minor, "currency": currency}
    work.audit("payout_batch.made", subject=f"payout_batch:{code}", after=after)
    done = {held.row.code for held in helds}
    return Batched(code, len(helds), [one for one in wanted if one not in done])


def settle_batch(work: Work, who: Actor, code: str, failed: Mapping[str, str]) -> BatchEnd:
    """Confirm a bank file: lines named in `failed` (payout's code → the bank's reason) failed, all others arrived.

    Lines that have an outcome keep it, so confirming twice is confirming once. NotFound for an unknown file.
    """
    batch_id = work.session.scalar(select(PayoutBatch.id).where(PayoutBatch.code == code))
    if batch_id is None:
        raise NotFound
    lines = work.session.execute(
        select(PayoutAttempt.id, PayoutRow.code)
        .join(PayoutRow, PayoutRow.id == PayoutAttempt.payout_id)
        .where(PayoutAttempt.batch_id == batch_id, PayoutAttempt.state.in_(UNDECIDED))
        .order_by(PayoutRow.partner_id, PayoutRow.id)
    ).all()
    ends = {payout: _end_line(work, attempt_id, failed.get(payout, "")) for attempt_id, payout in lines}
    batch = lock(work, PayoutBatch, batch_id)
    before = batch.settled_at
    batch.settled_at = batch.settled_at or work.now
    counted = list(ends.values())
    unheard = sorted(named for named in failed if ends.get(named) != "failed")
    end = BatchEnd(counted.count("settled"), counted.count("failed"), unheard)
    work.audit(
        "payout_batch.settled",
        subject=f"payout_batch:{code}",
        before={"settled": before is not None},
        after={"settled": end.settled, "failed": end.failed},
    )
    return end


def _end_line(work: Work, attempt_id: int, reason: str) -> str:
    if reason:
        return "failed" if fail(work, attempt_id, reason, PayoutState.FAILED_TERMINAL) else ""
    return "settled" if settle(work, attempt_id) else ""


def _hold_all(work: Work, codes: Sequence[str]) -> list[Held]:
    # Partners are held in one order everywhere, so that two works never wait for each other.
    statement = select(PayoutRow.id).where(PayoutRow.code.in_(codes)).order_by(PayoutRow.partner_id, PayoutRow.id)
    return [hold_by_id(work, payout_id) for payout_id in work.session.scalars(statement).all()]


def _is_sendable(work: Work, held: Held) -> bool:
    if held.row.state != PayoutState.APPROVED or held.partner.is_locked:
        return False
    destination = destination_of(work, held.row)
    return destination.kind == DestinationKind.BANK and destination.closed_at is None


def _line(work: Work, held: Held) -> BankLine:
    details = vault.open_details(destination_of(work, held.row).details)
    purpose = _PURPOSE.in_(rules.purpose_language(details), code=held.row.code)
    return BankLine(details, next_split(held.row).net_minor, purpose)


def _keep(work: Work, code: str, currency: str, lines: Sequence[BankLine]) -> StoredFile:
    heads = [head.in_(rules.file_language(currency)) for head in _HEADS]
    data = vault.seal(rules.bank_file(heads, currency, lines))
    return keep_file(work, data, f"payouts-{work.now:%Y%m%d}-{code}.csv", "text/csv")
