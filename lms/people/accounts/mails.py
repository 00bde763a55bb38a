"""The fence, mail side: mails about the account go through the outbox and are blanked once sent.

Flask-Security names a folder of templates and fills them; the subject stands in the same folder.
"""

from typing import Any

from flask import render_template
from flask_security import MailUtil

from lms.kernel.mail import Mail, message_id
from lms.kernel.outbox import ErrandKind, Payload
from lms.kernel.parts import Parts
from lms.kernel.text import as_language, current_language
from lms.kernel.work import Read, Work, commit_fenced, fenced_work
from lms.people.accounts.models import AccountMail, Person
from lms.web.letters import write_letter

# Where the templates of these mails lie.
MAILS = "people/accounts/mail/"


def render_for_account(template: str, **context: Any) -> str:
    """Render a page in the request's language, and a mail in the language of the person it goes to."""
    if not template.startswith(MAILS):
        return render_template(template, **context)
    user = context.get("user")
    language = user.language if isinstance(user, Person) else None
    return write_letter(template, as_language(language, current_language()), **context)


class OutboxMailUtil(MailUtil):
    """Writes Flask-Security's mails to the outbox instead of sending them within the request."""

    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],
        body: str | None,
        html: str | None,
        **kwargs: Any,
    ) -> None:
        """Keep the mail and ask for its errand, in the commit that caused it."""
        user = kwargs.get("user")
        folder = template.removesuffix("/body")
        written = render_for_account(f"{folder}/subject.txt", **kwargs)
        work = fenced_work()
        row = work.add(
            AccountMail(
                person_id=user.id if isinstance(user, Person) else None,
                recipient=recipient if isinstance(recipient, str) else recipient[1],
                kind=folder.removeprefix(MAILS),
                subject=" ".join(written.split()),
                text=body or "",
                html=html or "",
                created_at=work.now,
            )
        )
        work.errand(ACCOUNT_MAIL.name, key=f"account_mail:{row.id}", payload={"mail_id": row.id})
        commit_fenced()


def _prepare(read: Read, payload: Payload) -> Payload:
    row = read.session.get_one(AccountMail, payload["mail_id"])
    if row.sent_at is not None:
        return {}
    words = {"to": row.recipient, "subject": row.subject, "text": row.text, "html": row.html}
    return {"mail": words, "created_at": row.created_at.isoformat()}


def _perform(parts: Parts, key: str, prepared: Payload) -> Payload:
    if prepared:
        # The row's number alone would come again in a new database under the same address.
        name = message_id(f"{key}:{prepared['created_at']}", parts.settings.public_url)
        headers = {"Message-ID": name, "Auto-Submitted": "auto-generated"}
        parts.mailer.send(Mail(**prepared["mail"], headers=headers))
    return {}


def _record(work: Work, payload: Payload, result: Payload) -> None:
    row = work.session.get_one(AccountMail, payload["mail_id"])
    row.sent_at = row.sent_at or work.now
    row.text = row.html = ""


ACCOUNT_MAIL = ErrandKind(name="account_mail", prepare=_prepare, perform=_perform, record=_record)
