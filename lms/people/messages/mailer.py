"""What hands mails over: to a mail server, or into a folder for the demo."""

import re
import smtplib
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime, make_msgid
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lms.kernel.errors import NotFound
from lms.kernel.mail import Mail, Mailer
from lms.kernel.settings import Settings, SettingsRefused

TIMEOUT_SECONDS = 10
_PERMANENT = 500
_NAME = re.compile(r"[0-9]{14}-[0-9]{6}-[0-9a-f]{10}")


class AddressRefused(Exception):
    """The mail server refuses an address for good; trying again is of no use."""


def make_mailer(settings: Settings) -> Mailer:
    """Make the mailer that MAIL_URL names.

    `smtp://user:password@host:587` (STARTTLS), `smtps://…:465` (TLS from the start),
    `smtp+plain://host:25` (a relay on this machine), `folder:///path`.
    """
    url = urlsplit(settings.mail_url)
    if url.scheme == "folder":
        return FolderMailer(Path(url.netloc + url.path), settings.mail_from)
    if url.scheme not in _PORTS or not url.hostname:
        raise SettingsRefused(
            "MAIL_URL must start with smtp://, smtps://, smtp+plain:// or folder:// and name a host or path."
        )
    return SmtpMailer(
        host=url.hostname,
        port=url.port or _PORTS[url.scheme],
        security=url.scheme,
        user=unquote(url.username or ""),
        password=unquote(url.password or ""),
        sender=settings.mail_from,
    )


_PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}


@dataclass(frozen=True, kw_only=True)
class SmtpMailer:
    """Sends through a mail server, over TLS unless the server is this machine's own relay."""

    host: str
    port: int
    security: str
    user: str
    password: str
    sender: str

    def send(self, mail: Mail) -> None:
        """Hand one mail over; AddressRefused when the server will never take it."""
        message = as_message(mail, self.sender, datetime.now(UTC))
        with self._connect() as server:
            if self.user:
                server.login(self.user, self.password)
            try:
                server.send_message(message)
            except smtplib.SMTPRecipientsRefused as refused:
                code, reason = next(iter(refused.recipients.values()))
                if code >= _PERMANENT:
                    raise AddressRefused(f"{code} {reason.decode(errors='replace')}") from None
                raise

    def _connect(self) -> smtplib.SMTP:
        if self.security == "smtps":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
        server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS)
        if self.security == "smtp":
            try:
                server.starttls(context=ssl.create_default_context())
            except BaseException:
                server.close()
                raise
        return server


@dataclass(frozen=True)
class KeptMail:
    """A mail in the folder."""

    name: str
    to: str
    subject: str
    sent_at: datetime
    text: str = ""
    html: str = ""


class FolderMailer:
    """Writes each mail as an .eml file; the demo shows them at /demo/mail."""

    def __init__(self, folder: Path, sender: str) -> None:
        """Take the folder, made when the first mail comes, and the sender's address."""
        self.folder = folder
        self._sender = sender

    def send(self, mail: Mail) -> None:
        """Write one mail, whole or not at all; the same Message-ID replaces nothing."""
        now = datetime.now(UTC)
        message = as_message(mail, self._sender, now)
        data = message.as_bytes()
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"{now:%Y%m%d%H%M%S-%f}-{sha256(data).hexdigest()[:10]}"
        waiting = self.folder / f"{name}.new"
        waiting.write_bytes(data)
        waiting.replace(self.folder / f"{name}.eml")

    def list_mails(self, before: str | None = None, limit: int = 30) -> list[KeptMail]:
        """List the newest mails, without their bodies; `before` is the name of the last one shown."""
        names = sorted((path.stem for path in self.folder.glob("*.eml")), reverse=True)
        shown = [name for name in names if before is None or name < before][:limit]
        return [self._head(name) for name in shown]

    def get_mail(self, name: str) -> KeptMail:
        """Give one mail with its bodies; NotFound when there is none of that name."""
        message = self._read(name)
        text = message.get_body(("plain",))
        html = message.get_body(("html",))
        return self._kept(
            name,
            message,
            str(text.get_content()) if text else "",
            str(html.get_content()) if html else "",
        )

    def _head(self, name: str) -> KeptMail:
        return self._kept(name, self._read(name, headers_only=True))

    def _read(self, name: str, *, headers_only: bool = False) -> EmailMessage:
        if not _NAME.fullmatch(name):
            raise NotFound
        try:
            with (self.folder / f"{name}.eml").open("rb") as file:
                return BytesParser(EmailMessage, policy=policy.default).parse(file, headers_only)
        except FileNotFoundError:
            raise NotFound from None

    def _kept(self, name: str, message: EmailMessage, text: str = "", html: str = "") -> KeptMail:
        sent_at = datetime.strptime(name[:21], "%Y%m%d%H%M%S-%f").replace(tzinfo=UTC)
        return KeptMail(name, str(message["To"]), str(message["Subject"]), sent_at, text, html)


def as_message(mail: Mail, sender: str, now: datetime) -> EmailMessage:
    """Put a mail into the form that travels: text first, HTML beside it, headers as given."""
    message = EmailMessage(policy=policy.SMTP)
    message["From"] = sender
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(now)
    for name, value in mail.headers.items():
        message[name] = value
    if "Message-ID" not in message:
        message["Message-ID"] = make_msgid(domain="encamp")
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    return message
