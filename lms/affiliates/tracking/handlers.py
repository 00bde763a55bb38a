"""What the tracking room does when it hears of something."""

from lms.affiliates.partners.events import PartnerApproved
from lms.affiliates.tracking import service
from lms.kernel.work import Work
from lms.learning.enrollments.events import Enrolled, Withdrawn
from lms.people.accounts.events import PersonSignedUp


def on_partner_approved(work: Work, event: PartnerApproved) -> None:
    """Give a new partner the main link."""
    service.greet_partner(work, event.partner_id)


def on_person_signed_up(work: Work, event: PersonSignedUp) -> None:
    """Keep the touches of a visitor who has signed up."""
    if event.visitor:
        service.bind_visitor(work, event.visitor, event.person_id, event.happened_at)


def on_enrolled(work: Work, event: Enrolled) -> None:
    """Count an enrollment that a link brought."""
    service.count_join(work, event.enrollment_id, event.referral, event.happened_at)


def on_withdrawn(work: Work, event: Withdrawn) -> None:
    """Take back an enrollment that was given up."""
    if event.had_seat:
        service.undo_join(work, event.enrollment_id, event.referral, event.happened_at)
