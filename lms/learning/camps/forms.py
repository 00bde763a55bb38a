"""Forms of the console: importing, setting up and changing cohorts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_wtf.file import FileField
from wtforms import (
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from lms.kernel.text import t
from lms.learning.camps import queries
from lms.learning.camps.errors import UnknownZone
from lms.learning.camps.folder.story import LONGEST_SLUG, is_slug
from lms.learning.camps.rules import CertificateStyle, zone_of
from lms.learning.camps.service.cohorts import MOST_SEATS, CohortChanges, CohortPlan
from lms.learning.camps.service.publishing import LONGEST_TITLE
from lms.web.dates import now
from lms.web.fields import Clock, Day, Moment, Whole
from lms.web.forms import Form, at_most, between, label, optional, required

COMMON_ZONES = (
    "Asia/Shanghai",
    "Asia/Hong_Kong",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Asia/Kolkata",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "Australia/Sydney",
    "UTC",
)


class _Checks(SelectMultipleField):
    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def _given(form: Any, field: Any) -> None:
    """Refuse an empty field, and keep the words about one that could not be read."""
    if field.process_errors:
        raise StopValidation
    required()(form, field)


_given.field_flags = {"required": True}  # type: ignore[attr-defined]


def _listed(_form: object, field: Any) -> None:
    values = field.data if isinstance(field.data, list) else [field.data]
    if not set(values) <= {str(choice[0]) for choice in field.choices}:
        raise ValidationError(t("请从列表里选。", "Choose from the list."))


def _known_zone(_form: object, field: Any) -> None:
    try:
        zone_of(field.data or "")
    except UnknownZone as refusal:
        raise ValidationError(str(refusal)) from None


def _address_part(_form: object, field: Any) -> None:
    if not is_slug(field.data):
        raise ValidationError(
            t(
                "只用小写字母、数字和连字符，如 clear-writing。",
                "Small letters, digits and hyphens, as in clear-writing.",
            )
        )


class ImportForm(Form):
    """An archive and what cannot be read from it."""

    archive = FileField(label("压缩包", "Archive"), validators=[required()])
    slug = StringField(label("短名", "Short name"), validators=[optional(), at_most(LONGEST_SLUG), _address_part])
    language = RadioField(
        label("语言", "Language"),
        choices=[
            ("", label("按课程内容", "By the lessons")),
            ("zh", label("中文", "Chinese")),
            ("en", label("英文", "English")),
        ],
        default="",
        validate_choice=False,
        validators=[_listed],
    )
    language_dir = StringField(label("语言文件夹", "Language folder"), validators=[optional(), at_most(120)])


class TitleForm(Form):
    title = StringField(label("名字", "Title"), validators=[required(), at_most(LONGEST_TITLE)])


class CohortForm(Form):
    """A cohort's dates and rules; `camp` and `seats` only matter while it is set up."""

    name = StringField(label("名称", "Name"), validators=[optional(), at_most(120)])
    starts_on = Day(label("第 1 天", "Day 1"), validators=[_given])
    time_zone = StringField(label("时区", "Time zone"), validators=[required(), _known_zone], default="Asia/Shanghai")
    cutoff = Clock(label("每天截止", "Daily cutoff"), validators=[_given])
    completion_percent = Whole(label("结营要完成", "Needed to complete"), validators=[_given, between(1, 100)])
    certificate_style = SelectField(
        label("证书样式", "Certificate"),
        choices=[
            (CertificateStyle.CLASSIC.value, label("经典", "Classic")),
            (CertificateStyle.MODERN.value, label("现代", "Modern")),
        ],
        default=CertificateStyle.CLASSIC.value,
        validate_choice=False,
        validators=[_listed],
    )
    enrolls_from = Moment(label("报名开始", "Enrollment opens"), validators=[optional()])
    enrolls_until = Moment(label("报名截止", "Enrollment closes"), validators=[optional()])

    def changes(self) -> CohortChanges:
        """Give the values as the service takes them; a name left empty stays as it is."""
        zone = zone_of(self.time_zone.data)
        changes = CohortChanges(
            starts_on=self.starts_on.data,
            time_zone=self.time_zone.data,
            cutoff=self.cutoff.data,
            completion_percent=self.completion_percent.data,
            certificate_style=self.certificate_style.data,
            enrolls_from=_aware(self.enrolls_from.data, zone),
            enrolls_until=_aware(self.enrolls_until.data, zone),
        )
        if self.name.data:
            changes["name"] = self.name.data
        return changes

    def fill(self, cohort: queries.Cohort) -> None:
        """Show a cohort as it is."""
        zone = zone_of(cohort.time_zone)
        for name in ("name", "starts_on", "time_zone", "cutoff", "completion_percent", "certificate_style"):
            self[name].data = getattr(cohort, name)
        for name in ("enrolls_from", "enrolls_until"):
            moment = getattr(cohort, name)
            self[name].data = moment.astimezone(zone).replace(tzinfo=None) if moment else None


class NewCohortForm(CohortForm):
    camp = SelectField(label("训练营", "Camp"), validate_choice=False, validators=[_listed])
    seats = Whole(label("席位", "Seats"), validators=[_given, between(1, MOST_SEATS)], default=100)
    tutors = _Checks(label("答疑老师", "Tutors"), validate_choice=False, validators=[_listed])

    def validate_starts_on(self, field: Any) -> None:
        try:
            today = now().astimezone(zone_of(self.time_zone.data or "")).date()
        except UnknownZone:
            return
        if field.data and field.data < today:
            raise ValidationError(t("第 1 天不能早于今天。", "Day 1 cannot lie before today."))

    def plan(self, tutors: list[int]) -> CohortPlan:
        """Give the plan as the service takes it."""
        changes = self.changes()
        return CohortPlan(
            starts_on=changes["starts_on"],
            seats=self.seats.data,
            time_zone=changes["time_zone"],
            cutoff=changes["cutoff"],
            tutors=tutors,
            completion_percent=changes["completion_percent"],
            certificate_style=changes["certificate_style"],
            name=changes.get("name", ""),
            enrolls_from=changes["enrolls_from"],
            enrolls_until=changes["enrolls_until"],
        )


class MoveForm(Form):
    to = StringField(label("状态", "State"), validators=[required(), at_most(20)])
    why = TextAreaField(label("原因", "Why"), validators=[optional(), at_most(500)])


class TutorForm(Form):
    person = SelectField(label("答疑老师", "Tutor"), validate_choice=False, validators=[_listed])


def _aware(moment: datetime | None, zone: ZoneInfo) -> datetime | None:
    return moment.replace(tzinfo=zone).astimezone(UTC) if moment else None
