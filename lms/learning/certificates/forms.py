"""Forms of the certificates room."""

from wtforms import RadioField, StringField, TextAreaField

from lms.kernel.text import LANGUAGES, Text
from lms.learning.camps.rules import CertificateStyle
from lms.learning.certificates.rules import REASON_LABELS
from lms.web.forms import Form, at_most, label, required

LANGUAGE_LABELS = {"zh": Text("中文", "Chinese"), "en": Text("英文", "English")}
STYLE_LABELS = {
    CertificateStyle.CLASSIC: Text("经典", "Classic"),
    CertificateStyle.MODERN: Text("现代", "Modern"),
}


class RevokeForm(Form):
    """Take a certificate back; the reason is public."""

    reason = RadioField(
        label("原因，会公开显示在验证页", "Reason, shown on the verification page"),
        choices=[(reason.value, words) for reason, words in REASON_LABELS.items()],
        validators=[required(Text("选一个原因，验证页会写明它。", "Choose a reason; the verification page shows it."))],
    )
    revoke_note = TextAreaField(label("内部备注", "Internal note"), validators=[at_most(1000)])


class ReinstateForm(Form):
    """Let a certificate stand again."""

    reinstate_note = TextAreaField(label("内部备注", "Internal note"), validators=[at_most(1000)])


class SpellingForm(Form):
    """Choose how the own name is written on a certificate that cannot be drawn."""

    display_name = StringField(label("证书上的姓名", "Name on the certificate"), validators=[required(), at_most(40)])


class ReissueForm(Form):
    """Correct what stands on a certificate."""

    display_name = StringField(label("证书上的姓名", "Name on the certificate"), validators=[required(), at_most(40)])
    language = RadioField(
        label("语言", "Language"),
        choices=[(language, LANGUAGE_LABELS[language]) for language in LANGUAGES],
        validators=[required()],
    )
    style = RadioField(
        label("样式", "Style"),
        choices=[(style.value, words) for style, words in STYLE_LABELS.items()],
        validators=[required()],
    )
    reissue_note = TextAreaField(label("内部备注", "Internal note"), validators=[at_most(1000)])
