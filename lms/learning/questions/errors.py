"""What the questions room says no to."""

from lms.kernel.errors import Conflict, Invalid, Refusal
from lms.kernel.text import Text


class NotAsking(Refusal):
    """The person may read but not ask here: the cohort is over, or the seat is not theirs to use."""

    status = 403
    text = Text(
        "这一期现在不收新问题。以前的汇总和知识库都还能看。",
        "This cohort takes no new questions now. Its digests and answers stay readable.",
    )


class QuestionTooShort(Invalid):
    text = Text("再多写几个字，让助教看得懂。", "Write a little more so that a tutor can follow.")


class ClaimedByAnother(Conflict):
    text = Text(
        "{name}正在回答这个问题，{minutes} 分钟内没写完会自动放回来。",
        "{name} is answering this one. It comes back by itself within {minutes} minutes.",
    )


class MergeLoop(Conflict):
    text = Text(
        "这两个问题已经是同一条了，没有什么可合并的。",
        "These already stand for one another. Nothing to merge.",
    )


class OtherCohort(Conflict):
    text = Text("只能合并同一期的问题。", "Only questions of one cohort can be merged.")


class NotWaiting(Conflict):
    text = Text("这个问题已经不在等回答了，请刷新看看。", "This question is no longer waiting. Reload to see it.")


class AnswerEmpty(Invalid):
    text = Text("还没有写回答。", "There is no answer yet.")


class NothingToPublish(Conflict):
    text = Text(
        "这一天还没有写好的回答，先回答一条再发布。",
        "No answer of this day is finished. Answer one, then publish.",
    )


class NotPublished(Conflict):
    text = Text("这份汇总还没发布，直接改回答就行。", "This digest is not out yet. Just edit the answer.")


class AlreadyPublished(Conflict):
    text = Text("这一条已经发布，要改请写更正。", "This item is published. Write a correction instead.")


class NoteMissing(Invalid):
    text = Text("写一句改了什么，读过的人会看到。", "Say in a line what changed. Readers will see it.")


class ReasonMissing(Invalid):
    text = Text("写一句原因，提问的人会看到。", "Give a reason. The asker will see it.")


class NotYours(Refusal):
    status = 403
    text = Text("这个问题不是你问的。", "This is not a question you follow.")


class SameWord(Invalid):
    text = Text("要填两个不同的词。", "Enter two different words.")
