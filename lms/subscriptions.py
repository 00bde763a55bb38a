"""Who hears what, which errands there are and what the clock does: the whole table on one screen."""

from __future__ import annotations

from typing import Any

from lms.affiliates.commissions import handlers as commissions
from lms.affiliates.commissions.events import CommissionMoved, PlanPublished
from lms.affiliates.commissions.jobs import RELEASE
from lms.affiliates.contests import handlers as contests
from lms.affiliates.partners.events import PartnerApproved, PartnerLocked, PartnerUnlocked
from lms.affiliates.payouts import handlers as payouts
from lms.affiliates.payouts.events import PayoutApproved
from lms.affiliates.payouts.jobs import ASK_OVERDUE, SENDING
from lms.affiliates.tracking import handlers as tracking
from lms.affiliates.tracking.events import NumbersMoved
from lms.affiliates.tracking.jobs import INGEST
from lms.commerce.gateway.events import (
    AccountMoved,
    CheckoutExpired,
    DisputeMoved,
    PaymentConfirmed,
    PaymentFailed,
    RefundMoved,
    TransferMoved,
)
from lms.commerce.gateway.jobs import RECONCILE, RECONCILING
from lms.commerce.ledger.sealing import SEAL
from lms.commerce.shop import handlers as shop
from lms.commerce.shop.errands import CLOSING, EXPIRING, REFUNDING
from lms.commerce.shop.events import DisputeClosed, DisputeOpened, OrderPaid, OrderRefunded
from lms.commerce.shop.jobs import HOLDS, TUITION
from lms.kernel.outbox import ErrandKind, Handler, Pump, Schedule, Subscriptions
from lms.learning.camps.events import CohortMoved, CohortOpened
from lms.learning.camps.jobs import IMPORT
from lms.learning.camps.turning import TURN
from lms.learning.certificates import handlers as certificates
from lms.learning.certificates.drawing import RENDERING
from lms.learning.certificates.jobs import ISSUING, SWEEP
from lms.learning.checkins.events import CheckedIn, CheckInAccepted
from lms.learning.checkins.jobs import REMINDERS
from lms.learning.enrollments import handlers as enrollments
from lms.learning.enrollments.events import Enrolled, Withdrawn
from lms.learning.enrollments.jobs import OFFERS
from lms.learning.questions import handlers as questions
from lms.learning.questions.events import AnswerCorrected, DigestPublished
from lms.learning.questions.jobs import CLOSE_ANSWERED
from lms.people.accounts.events import PersonSignedUp
from lms.people.accounts.mails import ACCOUNT_MAIL
from lms.people.messages.mails import MAIL

# Events, each with who hears it. A handler hears only rooms below its own.
EVENTS: list[tuple[type[Any], Handler]] = [
    (CohortOpened, enrollments.on_cohort_opened),
    (CohortMoved, enrollments.on_cohort_moved),
    (PaymentConfirmed, shop.on_payment_confirmed),
    (PaymentFailed, shop.on_payment_failed),
    (CheckoutExpired, shop.on_checkout_expired),
    (RefundMoved, shop.on_refund_moved),
    (DisputeMoved, shop.on_dispute_moved),
    (OrderPaid, shop.on_order_paid),
    (CohortMoved, shop.on_cohort_moved),
    (Enrolled, shop.on_enrolled),
    (Withdrawn, shop.on_withdrawn),
    (PersonSignedUp, tracking.on_person_signed_up),
    (Enrolled, tracking.on_enrolled),
    (Withdrawn, tracking.on_withdrawn),
    (CheckedIn, certificates.on_checked_in),
    (CheckInAccepted, certificates.on_check_in_accepted),
    (CohortMoved, certificates.on_cohort_moved),
    (DigestPublished, questions.on_digest_published),
    (AnswerCorrected, questions.on_answer_corrected),
    (PartnerApproved, tracking.on_partner_approved),
    (OrderPaid, commissions.on_order_paid),
    (OrderRefunded, commissions.on_order_refunded),
    (DisputeOpened, commissions.on_dispute_opened),
    (DisputeClosed, commissions.on_dispute_closed),
    (PartnerLocked, commissions.on_partner_locked),
    (PartnerUnlocked, commissions.on_partner_unlocked),
    (PlanPublished, commissions.on_plan_published),
    (NumbersMoved, contests.on_numbers_moved),
    (CommissionMoved, contests.on_commission_moved),
    (PayoutApproved, payouts.on_payout_approved),
    (PartnerUnlocked, payouts.on_partner_unlocked),
    (AccountMoved, payouts.on_account_moved),
    (TransferMoved, payouts.on_transfer_moved),
]

# Effects outside the database.
ERRANDS: list[ErrandKind] = [
    ACCOUNT_MAIL,
    MAIL,
    IMPORT,
    EXPIRING,
    CLOSING,
    REFUNDING,
    ISSUING,
    RENDERING,
    RECONCILING,
    SENDING,
]

# Jobs of the clock.
SCHEDULES: list[Schedule | Pump] = [
    TURN,
    REMINDERS,
    OFFERS,
    HOLDS,
    TUITION,
    CLOSE_ANSWERED,
    SWEEP,
    INGEST,
    RELEASE,
    SEAL,
    RECONCILE,
    ASK_OVERDUE,
]

SUBSCRIPTIONS = Subscriptions(EVENTS, ERRANDS, SCHEDULES)
