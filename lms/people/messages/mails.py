"""The errand that turns a delivery into a mail."""

from typing import Any

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select

from lms.kernel.errors import NotFound
from lms.kernel.mail import Mail, message_id
from lms.kernel.outbox import ErrandKind, Payload
from lms.kernel.parts import Parts
from lms.kernel.text import as_language
from lms.kernel.work import Read, Work
from lms.people.accounts.queries import Person, get_person
from lms.people.messages.errors import LinkExpired
from lms.people.messages.mailer import AddressRefused
from lms.people.messages.models import Delivery
from lms.people.messages.queries import switched_off
from lms.people.messages.rules import Channel, DeliveryState, TopicGroup, group_of, template_of
from lms.people.messages.service import MAIL_ERRAND
from lms.web.letters import write_letter


def sign_unsubscribe(code: str, group: TopicGroup) -> str:
    """Sign who stops which mails; the link works without signing in and for ever."""
    return str(_signer().dumps([code, group.value]))


def read_unsubscribe(signed: str) -> tuple[str, TopicGroup]:
    """Read a person's code and the group from a signed link; refuses LinkExpired."""
    try:
        code, group = _signer().loads(signed)
        return str(code), TopicGroup(group)
    except (BadSignature, ValueError, TypeError):
        raise LinkExpired from None


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="unsubscribe")


def _prepare(read: Read, payload: Payload) -> Payload:
    """Gather what a mail needs; nothing when it has gone out, is out of date or is not wanted any more."""
    row = _delivery(read, payload)
    group = group_of(row.topic)
    late = row.expires_at is not None and row.expires_at < read.now
    if row.state != DeliveryState.WAITING or late or switched_off(read, [row.person_id], group):
        return {}
    try:
        person = get_person(read, row.person_id)
    except NotFound:
        return {}
    return {"person": person, "topic": row.topic, "link": row.link, "values": row.values}


def _perform(parts: Parts, key: str, prepared: Payload) -> Payload:
    if not prepared:
        return {"state": DeliveryState.SKIPPED.value}
    try:
        parts.mailer.send(_mail(parts, key, **prepared))
    except AddressRefused as refused:
        return {"state": DeliveryState.FAILED.value, "error": str(refused)[:300]}
    return {"state": DeliveryState.SENT.value}


def _record(work: Work, payload: Payload, result: Payload) -> None:
    row = _delivery(work, payload)
    if row.state != DeliveryState.WAITING:
        return
    row.state = result["state"]
    row.error = result.get("error", "")
    row.sent_at = work.now if row.state == DeliveryState.SENT else None


def _mail(parts: Parts, key: str, *, person: Person, topic: str, link: str, values: dict[str, Any]) -> Mail:
    site = parts.settings.public_url
    language = as_language(person.language)
    stop = f"{site}/unsubscribe/{sign_unsubscribe(person.code, group_of(topic))}"
    filled = {
        **values,
        "person": person,
        "link": f"{site}{link}" if link.startswith("/") else link,
        "unsubscribe_url": stop,
        "settings_url": f"{site}/me/messages",
    }
    subject = " ".join(write_letter(template_of(topic, "subject.txt"), language, **filled).split())
    return Mail(
        to=person.email,
        subject=subject,
        text=write_letter(template_of(topic, "body.txt"), language, **filled),
        html=write_letter(template_of(topic, "body.html"), language, **filled, subject=subject),
        headers=_headers(key, stop, site),
    )


def _headers(key: str, stop: str, site: str) -> dict[str, str]:
    return {
        "Message-ID": message_id(key, site),
        "Auto-Submitted": "auto-generated",
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _delivery(read: Read, payload: Payload) -> Delivery:
    return read.session.scalars(
        select(Delivery).where(
            Delivery.person_id == payload["person_id"],
            Delivery.channel == Channel.MAIL,
            Delivery.key == payload["key"],
        )
    ).one()


MAIL = ErrandKind(name=MAIL_ERRAND, prepare=_prepare, perform=_perform, record=_record)
