"""What this room refuses, in words."""

from __future__ import annotations

from lms.kernel.errors import Conflict, Invalid, NotFound, Refusal
from lms.kernel.text import Text


class CampNotFound(NotFound):
    text = Text("没有找到这个训练营。", "We could not find this camp.")


class CohortNotFound(NotFound):
    text = Text("没有找到这一期。", "We could not find this cohort.")


class DayNotFound(NotFound):
    text = Text("这一期没有这一天。", "This cohort has no such day.")


class DayLocked(Refusal):
    status = 403
    text = Text("这一天还没有解锁，到时间再来看。", "This day is still locked. Come back when it opens.")


class MoveRefused(Conflict):
    text = Text(
        "这一期现在不能这样变更状态，什么都没有改。请刷新页面，看看它现在在哪一步。",
        "This cohort cannot move that way, and nothing changed. Reload to see where it stands.",
    )


class ReasonMissing(Invalid):
    text = Text("请写一句原因，学员和同事以后会问起。", "Write one line why. Someone will ask later.")


class AlreadyStarted(Conflict):
    text = Text(
        "这一期已经开营，日期、时区和截止时间不能再改：过去的日子不会重算。其余内容没有变。",
        "This cohort has started, so its dates, zone and cutoff stay as they are. Past days are never re-dated.",
    )


class UnknownZone(Invalid):
    text = Text(
        "没有这个时区。请用 Asia/Shanghai 这样的写法。", "There is no such time zone. Write it like Asia/Shanghai."
    )


class SeatsOutOfRange(Invalid):
    text = Text("席位要在 1 到 {most} 之间。", "Seats must lie between 1 and {most}.")


class PercentOutOfRange(Invalid):
    text = Text("结营比例要在 1 到 100 之间。", "The share for completion must lie between 1 and 100.")


class EnrollmentWindowReversed(Invalid):
    text = Text("报名截止要晚于报名开始。", "Enrollment must end after it begins.")


class NothingToTeach(Conflict):
    text = Text("这个训练营还没有课程，请先导入。", "This camp has no days yet. Import them first.")


class NotATutor(Invalid):
    text = Text(
        "「{name}」不是答疑老师。请先在人员页给这个角色。", "{name} is not a tutor. Grant the role on the people page."
    )


class TitleMissing(Invalid):
    text = Text("请写训练营的名字，不超过 {most} 个字。", "Give the camp a title of at most {most} characters.")


class ArchiveRefused(Invalid):
    """A zip file that cannot be read as a camp; `why` says what is wrong with it."""

    text = Text("这个压缩包不能用：{why_zh}", "This archive cannot be used: {why_en}")

    def __init__(self, why: Text) -> None:
        super().__init__(field="archive", why_zh=why.zh, why_en=why.en)
        self.why = why
