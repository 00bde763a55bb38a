"""What a person is told about their seat."""

from datetime import datetime
from zoneinfo import ZoneInfo

from lms.kernel.work import Work
from lms.learning.camps.queries import Cohort
from lms.learning.enrollments import models as tables
from lms.learning.enrollments.rules import LIVE
from lms.people.messages import service as messages
from lms.people.messages.service import Message


def tell_person(work: Work, cohort: Cohort, row: tables.Enrollment, topic: str, **values: str) -> None:
    """Send one of this room's messages about one enrollment: in-app and by mail, once per change."""
    messages.send(
        work,
        row.person_id,
        f"learning/enrollments/{topic}",
        key=f"enrollment:{row.code}:{topic}:{work.now.isoformat()}",
        link=f"/c/{cohort.camp_slug}" if row.state not in LIVE else f"/learn/{cohort.code}/welcome",
        values={
            "camp": cohort.camp_title,
            "cohort": cohort.name,
            "starts_on": cohort.starts_on.isoformat(),
            **values,
        },
    )


def tell_offer(work: Work, cohort: Cohort, row: tables.Enrollment, until: datetime) -> None:
    """Tell somebody from the line that a seat is held for them until they have paid; worth nothing afterwards."""
    local = until.astimezone(ZoneInfo(cohort.time_zone))
    message = Message(
        topic="learning/enrollments/seat_offered",
        key=f"enrollment:{row.code}:seat_offered:{work.now.isoformat()}",
        link=f"/c/{cohort.camp_slug}/checkout?cohort={cohort.code}",
        values={"camp": cohort.camp_title, "cohort": cohort.name, "until": f"{local:%Y-%m-%d %H:%M}"},
        expires_at=until,
    )
    messages.post(work, [row.person_id], message)
