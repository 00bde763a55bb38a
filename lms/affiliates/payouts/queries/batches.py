"""Bank files: what is in them, and the file itself."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lms.affiliates.partners.queries import Partner
from lms.affiliates.payouts import vault
from lms.affiliates.payouts.models import Payout as PayoutRow
from lms.affiliates.payouts.models import PayoutAttempt, PayoutBatch
from lms.affiliates.payouts.queries.destinations import Destination, destinations_by_id
from lms.affiliates.payouts.queries.listing import partners_by_id
from lms.affiliates.payouts.queries.payouts import Payout, list_where
from lms.affiliates.payouts.rules import AttemptState
from lms.kernel.errors import NotFound
from lms.kernel.files import StoredFile
from lms.kernel.parts import current_parts
from lms.kernel.work import Read

PAGE = 30
MOST_LINES = 500


@dataclass(frozen=True)
class Batch:
    """A bank file. `settled_at` is when its last line had an outcome."""

    id: int
    code: str
    currency: str
    count: int
    total_minor: int
    made_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True)
class BatchLine:
    """One payment of a bank file; `state` is what became of it."""

    payout: Payout
    state: AttemptState
    error: str
    partner: Partner
    destination: Destination


_COLUMNS = (
    PayoutBatch.id,
    PayoutBatch.code,
    PayoutBatch.currency,
    PayoutBatch.count,
    PayoutBatch.total_minor,
    PayoutBatch.made_at,
    PayoutBatch.settled_at,
)


def list_batches(read: Read, before: int | None = None, limit: int = PAGE) -> list[Batch]:
    """List bank files, newest first, paged by id."""
    statement = select(*_COLUMNS).order_by(PayoutBatch.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(PayoutBatch.id < before)
    return [Batch(*row) for row in read.session.execute(statement)]


def get_batch(read: Read, code: str) -> tuple[Batch, list[BatchLine]]:
    """Get a bank file with the payouts that are in it now; NotFound."""
    row = read.session.execute(select(*_COLUMNS).where(PayoutBatch.code == code)).one_or_none()
    if row is None:
        raise NotFound
    batch = Batch(*row)
    sends = read.session.execute(
        select(PayoutAttempt.payout_id, PayoutAttempt.destination_id, PayoutAttempt.state, PayoutAttempt.error)
        .where(PayoutAttempt.batch_id == batch.id)
        .order_by(PayoutAttempt.id)
    ).all()
    in_it = select(PayoutAttempt.payout_id).where(PayoutAttempt.batch_id == batch.id)
    payouts = {one.id: one for one in list_where(read, [PayoutRow.id.in_(in_it)], None, MOST_LINES)}
    partners = partners_by_id(read, [one.partner_id for one in payouts.values()])
    destinations = destinations_by_id(read, [send.destination_id for send in sends])
    lines = []
    for send in sends:
        payout = payouts[send.payout_id]
        destination = destinations[send.destination_id]
        lines.append(BatchLine(payout, AttemptState(send.state), send.error, partners[payout.partner_id], destination))
    return batch, lines


def read_batch_file(read: Read, code: str) -> tuple[str, bytes]:
    """Give a bank file's name and bytes, the same at every download; NotFound."""
    statement = select(StoredFile.name, StoredFile.digest).join(PayoutBatch, PayoutBatch.file_id == StoredFile.id)
    row = read.session.execute(statement.where(PayoutBatch.code == code)).one_or_none()
    if row is None:
        raise NotFound
    return row.name, vault.unseal(current_parts().files.read(row.digest))
