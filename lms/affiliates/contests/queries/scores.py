"""What the boards are made of: the rows of a measure in a period, and how they compare."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, false, func, literal, or_, select

from lms.affiliates.contests.models import BoardEntry, BoardMoney, BoardPreference, BoardSetting
from lms.affiliates.contests.rules import Measure
from lms.affiliates.partners.queries import partner_source
from lms.kernel.work import Read
from lms.people.accounts.queries import person_source


@dataclass(frozen=True)
class Race:
    """One board as SQL: who stands in it by which number. Its parts are values or bound parameters alike."""

    measure: Measure
    period: Any
    start: Any
    currency: Any

    @property
    def entry(self) -> Any:
        """Give the table the numbers lie in."""
        return BoardMoney if self.measure.is_money else BoardEntry

    @property
    def number(self) -> Any:
        """Give the column that is compared."""
        columns = {
            Measure.JOINED: BoardEntry.joined,
            Measure.SALES: BoardMoney.sales,
            Measure.EARNED: BoardMoney.earned_minor,
        }
        return columns[self.measure]

    def rows(self) -> ColumnElement[bool]:
        """Say which rows stand on this board: those with anything to count."""
        entry = self.entry
        own = and_(entry.period == self.period, entry.starts_on == self.start, self.number > 0)
        return and_(own, BoardMoney.currency == self.currency) if self.measure.is_money else own

    def page(self) -> Select[Any]:
        """Select the rows in the order of the board: equal numbers by who had them first."""
        partner, person, entry = partner_source(), person_source(), self.entry
        columns: tuple[Any, ...] = (self.number.label("score"), entry.reached_at, entry.id, entry.partner_id)
        hides: tuple[Any, ...] = (BoardPreference.hidden, BoardPreference.amounts_hidden)
        return (
            select(*columns, partner.c.code, person.c.code.label("person_code"), partner.c.name, *hides)
            .join(partner, partner.c.id == entry.partner_id)
            .join(person, person.c.id == partner.c.person_id)
            .join(BoardPreference, BoardPreference.partner_id == entry.partner_id, isouter=True)
            .where(self.rows())
            .order_by(self.number.desc(), entry.reached_at, entry.partner_id)
        )

    def after(self, row: Any) -> ColumnElement[bool]:
        """Say which rows come after a row, given as another name of the same table."""
        entry, number = self.entry, getattr(row, self.number.key)
        later = or_(
            entry.reached_at > row.reached_at,
            and_(entry.reached_at == row.reached_at, entry.partner_id > row.partner_id),
        )
        return or_(self.number < number, and_(self.number == number, later))

    def count(self, *where: ColumnElement[bool]) -> ScalarSelect[int]:
        """Count the rows for which something holds."""
        return select(func.count()).where(self.rows(), *where).scalar_subquery()

    def better(self, than: Any) -> ScalarSelect[int]:
        """Count the rows with a greater number."""
        return self.count(self.number > than)

    def in_front(self, score: Any, at: Any, partner_id: Any) -> ScalarSelect[int]:
        """Count the rows in front of a row in the order of the board."""
        entry = self.entry
        earlier = or_(entry.reached_at < at, and_(entry.reached_at == at, entry.partner_id < partner_id))
        return self.count(or_(self.number > score, and_(self.number == score, earlier)))

    def of(self, partner_id: Any) -> ScalarSelect[int]:
        """Give a partner's number; null without one."""
        return select(self.number).where(self.rows(), self.entry.partner_id == partner_id).scalar_subquery()

    def next_above(self, number: Any) -> ScalarSelect[int]:
        """Give the least number that is greater; null at the top."""
        return select(func.min(self.number)).where(self.rows(), self.number > number).scalar_subquery()

    def open_at(self, number: Any) -> Any:
        """Count the rows with a number who do not hide it: the number is no secret then."""
        if not self.measure.is_money:
            return literal(1)
        hides = select(BoardPreference.partner_id).where(
            BoardPreference.partner_id == self.entry.partner_id, BoardPreference.amounts_hidden
        )
        return self.count(self.number == number, ~hides.exists())


def hidden_by_program() -> Any:
    """Give, as a part of a statement, whether the program hides everybody's amounts."""
    return func.coalesce(select(BoardSetting.amounts_hidden).limit(1).scalar_subquery(), false())


def amounts_hidden(read: Read) -> bool:
    """Say whether the program hides everybody's amounts."""
    return bool(read.session.scalar(select(hidden_by_program())))
