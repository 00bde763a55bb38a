"""Forms of the account pages; the rules behind them are in `rules`."""

from typing import Any

from flask_security import RegisterFormV2
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.validators import ValidationError

from lms.kernel.text import Text, t
from lms.people.accounts.errors import NameRefused
from lms.people.accounts.rules import (
    DEFAULT_TIME_ZONE,
    NAME_LENGTH,
    OFFERED_TIME_ZONES,
    Language,
    Role,
    clean_name,
    known_time_zone,
)
from lms.web.dates import zone_name
from lms.web.forms import Form, at_most, label, required

ROLE_LABELS = {
    Role.STUDENT: Text("学员", "Student"),
    Role.TUTOR: Text("助教", "Tutor"),
    Role.PARTNER: Text("合伙人", "Partner"),
    Role.OPERATOR: Text("运营", "Operator"),
    Role.FINANCE: Text("财务", "Finance"),
}


def _proper_name(_form: object, field: StringField) -> None:
    try:
        field.data = clean_name(field.data or "")
    except NameRefused as refusal:
        raise ValidationError(str(refusal)) from None


def _accepted(_form: object, field: BooleanField) -> None:
    if not field.data:
        raise ValidationError(t("请先同意用户协议。", "Please accept the terms first."))


class _OffersOwnZone:
    """Keeps a zone that is not among the offered ones in the list, or sending would change it."""

    time_zone = SelectField(
        label("时区", "Time zone"),
        choices=list(OFFERED_TIME_ZONES),
        default=DEFAULT_TIME_ZONE,
        validate_choice=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = known_time_zone(self.time_zone.data)
        offered = OFFERED_TIME_ZONES if chosen in OFFERED_TIME_ZONES else (chosen, *OFFERED_TIME_ZONES)
        self.time_zone.choices = [(zone, zone_name(zone)) for zone in offered]


class SignUpForm(_OffersOwnZone, RegisterFormV2):
    """What somebody fills in to get an account; the language is that of the page."""

    display_name = StringField(
        label("称呼", "Name"),
        validators=[_proper_name],
        render_kw={"autocomplete": "nickname", "maxlength": NAME_LENGTH},
    )
    terms = BooleanField(label("同意用户协议与隐私说明", "I accept the terms"), validators=[_accepted])


class ProfileForm(_OffersOwnZone, Form):
    """One's own name, language and time zone."""

    display_name = StringField(label("称呼", "Name"), validators=[required(), at_most(NAME_LENGTH), _proper_name])
    language = RadioField(
        label("语言", "Language"),
        choices=[(Language.ZH.value, "中文"), (Language.EN.value, "English")],
    )


class RoleForm(Form):
    """A role to give or to take."""

    role = SelectField(label("角色", "Role"), choices=[(role.value, words) for role, words in ROLE_LABELS.items()])
