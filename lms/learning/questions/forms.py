"""What people type about questions."""

from wtforms import HiddenField, StringField, TextAreaField

from lms.web.forms import Form, at_most, label, required

QUESTION_LIMIT = 1000
ANSWER_LIMIT = 8000


class AskForm(Form):
    """A question; `task` and `item` say where it came up."""

    text = TextAreaField(label("你的问题", "Your question"), validators=[required(), at_most(QUESTION_LIMIT)])
    task = HiddenField()
    item = HiddenField()


class AnswerForm(Form):
    """One answer for everybody who asked."""

    text = StringField(
        label("汇总里怎么写这个问题", "The question as the digest shows it"),
        validators=[required(), at_most(QUESTION_LIMIT)],
    )
    answer = TextAreaField(label("回答", "Answer"), validators=[required(), at_most(ANSWER_LIMIT)])


class DraftForm(Form):
    """What is written so far: anything may still be missing."""

    text = StringField(validators=[at_most(QUESTION_LIMIT)])
    answer = TextAreaField(validators=[at_most(ANSWER_LIMIT)])


class CorrectionForm(Form):
    """A published answer, written anew, with a line on what changed."""

    answer = TextAreaField(label("改后的回答", "The corrected answer"), validators=[required(), at_most(ANSWER_LIMIT)])
    note = StringField(label("改了什么", "What changed"), validators=[required(), at_most(200)])


class HideForm(Form):
    """Why a question is taken out of sight."""

    reason = StringField(label("原因", "Reason"), validators=[required(), at_most(300)])


class SynonymForm(Form):
    """Two words that mean the same."""

    a = StringField(label("统一写成", "Read as"), validators=[required(), at_most(40)])
    b = StringField(label("这个词", "This word"), validators=[required(), at_most(40)])
