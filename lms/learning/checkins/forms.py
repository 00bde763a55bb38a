"""Forms of the check-ins room, and the signed moment at which a form was opened."""

from collections.abc import Iterable
from datetime import datetime

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.datastructures import FileStorage
from wtforms import HiddenField, MultipleFileField, StringField, TextAreaField

from lms.kernel.errors import Refusal
from lms.learning.checkins.rules import HandInValues
from lms.learning.checkins.rules.hand_in import MOST_CHARACTERS
from lms.learning.checkins.rules.uploads import MOST_BYTES
from lms.learning.checkins.service import Upload, prepare_upload
from lms.web.forms import Form, at_most, label

_MOST_DIGITS = 9


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="check-in opened")


def sign_opened(task_code: str, at: datetime) -> str:
    """Sign when a form for a task was opened, so that the grace cannot be claimed by hand."""
    return str(_signer().dumps([task_code, at.isoformat()]))


def read_opened(token: str, task_code: str) -> datetime | None:
    """Read when the form was opened; None for a missing, foreign or tampered token."""
    try:
        code, at = _signer().loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    return datetime.fromisoformat(at) if code == task_code else None


class HandInForm(Form):
    """A version of a check-in. Which fields are asked for is the task's business."""

    text = TextAreaField(label("正文", "Text"), validators=[at_most(MOST_CHARACTERS)])
    link = StringField(label("链接", "Link"), validators=[at_most(1000)])
    number = StringField(label("数字", "Number"), validators=[at_most(40)])
    files = MultipleFileField(label("文件", "Files"))
    opened = HiddenField()
    seen = HiddenField()
    known = HiddenField()

    @property
    def values(self) -> HandInValues:
        """Give what was typed."""
        return HandInValues(self.text.data or "", self.link.data or "", self.number.data or "")

    @property
    def seen_revision(self) -> int | None:
        """Give how many versions the form knew of; None when it does not say."""
        return _read_count(self.seen.data or "")

    def take_uploads(self) -> list[Upload]:
        """Read and prepare the files sent along; what is refused becomes an error of the field."""
        taken = []
        for sent in _sent(self.files.data or []):
            try:
                taken.append(prepare_upload(sent.stream.read(MOST_BYTES + 1), sent.filename or ""))
            except Refusal as refusal:
                self.note(refusal)
        return taken

    def note(self, refusal: Refusal) -> None:
        """Tie a refusal to its field, or to the form as a whole."""
        if refusal.field in self._fields:
            field = self._fields[refusal.field]
            field.errors = [*field.errors, str(refusal)]
        else:
            self.form_errors.append(str(refusal))


def _sent(files: Iterable[object]) -> Iterable[FileStorage]:
    return (file for file in files if isinstance(file, FileStorage) and file.filename)


def _read_count(typed: str) -> int | None:
    """Read a number of versions; None for anything else, endless rows of digits included."""
    return int(typed) if typed.isdecimal() and len(typed) <= _MOST_DIGITS else None


class TickForm(Form):
    """Whether a task is to be done or not."""

    done = HiddenField()


class ReviewForm(Form):
    """A tutor's words, and which version they are about."""

    comment = TextAreaField(label("点评", "Comment"), validators=[at_most(4000)])
    revision = HiddenField()

    @property
    def revision_number(self) -> int:
        """Give the version the tutor has read, 0 when the form does not say."""
        return _read_count(self.revision.data or "") or 0


class VoidForm(Form):
    """Why a check-in is taken out of everything that counts."""

    reason = StringField(label("原因", "Reason"), validators=[at_most(300)])
