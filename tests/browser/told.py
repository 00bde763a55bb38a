"""What there is once the story is told: people, codes and addresses."""

from __future__ import annotations

from dataclasses import dataclass, field

from lms.kernel.work import Actor, Read
from lms.people.accounts.queries import Person, roles_of
from tests.browser.served import Served

CAMP = "first-survey"
TODAY = 5  # the running cohort's day: it asks for text and a picture


@dataclass
class Told:
    """Who and what there is."""

    served: Served
    people: dict[str, Person] = field(default_factory=dict)
    running: str = ""
    enrolling: str = ""
    ending: str = ""
    priced: str = ""
    link: str = ""
    camp_link: str = ""
    applicant: str = ""
    digest: str = ""
    certificate: str = ""
    order: str = ""
    open_order: str = ""
    plan: str = ""
    line: str = ""
    payout: str = ""
    ada_partner: str = ""
    hand_ins: dict[str, str] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    tasks: dict[int, str] = field(default_factory=dict)

    def who(self, read: Read, key: str) -> Actor:
        """Act as one of the cast."""
        return Actor(self.people[key].id, roles_of(read, self.people[key].id), "web")

    def task_url(self, day: int = TODAY) -> str:
        """Give the address of a day's check-in in the running cohort."""
        return f"/learn/{self.running}/tasks/{self.tasks[day]}"
