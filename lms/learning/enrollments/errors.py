"""Words of refusal of the enrollments room."""

from lms.kernel.errors import Refusal
from lms.kernel.text import Text


class JoinClosed(Refusal):
    """The cohort is not in a state in which people may join."""

    status = 409
    text = Text(
        "这一期现在不能报名。你的账号不受影响，可以看看别的期。",
        "This cohort is not open for joining now. Your account is unharmed; have a look at other cohorts.",
    )


class JoinTooEarly(Refusal):
    """The enrolment window has not begun."""

    status = 409
    text = Text(
        "这一期 {day} 才开始报名，到时候再来，名额从那一刻开始算。",
        "Joining opens on {day}. Come back then; seats are counted from that moment.",
    )


class JoinTooLate(Refusal):
    """The enrolment window is over."""

    status = 409
    text = Text(
        "这一期的报名已经在 {day} 截止。可以看看下一期。",
        "Joining closed on {day}. Have a look at the next cohort.",
    )


class ReturnOver(Refusal):
    """The cohort has wrapped up or does not take place: a seat in it is worth nothing any more."""

    status = 409
    text = Text(
        "这一期已经收尾，回不去了。你付的钱没有动，怎么处理请写信给我们。",
        "This cohort is over, so there is no seat to come back to. Your payment is untouched; write to us about it.",
    )


class PaymentNeeded(Refusal):
    """Seats of this cohort are bought; a place in line costs nothing once it is full."""

    status = 409
    text = Text(
        "这一期需要先付款，付完就有座位。",
        "This cohort is paid for first; the seat is yours once the payment is through.",
    )


class ReturnBarred(Refusal):
    """The person was expelled from this cohort."""

    status = 403
    text = Text(
        "你已被移出这一期，不能再次加入。原因：{reason}。如有异议，请回复当时的邮件，运营会复核。",
        "You were removed from this cohort and cannot join it again. Reason: {reason}. "
        "If you disagree, reply to the mail you got and an operator will look again.",
    )


class StateRefused(Refusal):
    """The enrollment cannot go from its state to the one asked for."""

    status = 409
    text = Text(
        "学籍现在的状态不能这样改，什么都没有变。刷新页面看看最新状态。",
        "The enrollment cannot change that way from its present state. Nothing was changed; reload to see it.",
    )


class ReasonMissing(Refusal):
    """A suspension or expulsion needs a reason that the student will read."""

    status = 422
    text = Text("写一句原因，学员会看到。", "Write a reason; the student will read it.")


class SeatsTaken(Refusal):
    """The number of seats cannot go below the number of people who sit on them."""

    status = 409
    text = Text(
        "已经有 {taken} 人入营，名额不能少于这个数。",
        "{taken} people already have a seat; the number of seats cannot be lower.",
    )


class SeatsGone(Refusal):
    """No seat is free to move somebody up to."""

    status = 409
    text = Text(
        "没有空的名额了。先增加名额，再往前移。",
        "No seat is free. Add seats first, then move people up.",
    )


class Suspended(Refusal):
    """The enrollment is suspended: content is closed for now."""

    status = 403
    text = Text(
        "你的学籍暂停中，内容暂时打不开。交过的打卡都还在。想恢复请联系运营。",
        "Your enrollment is paused, so its content is closed for now. "
        "Everything you handed in is safe. Write to the operator to resume.",
    )


class StillWaiting(Refusal):
    """The person is on the waiting list: content opens with a seat."""

    status = 403
    text = Text(
        "你还在候补名单里，轮到你时会马上通知，那时内容才会打开。",
        "You are on the waiting list. We tell you at once when a seat is yours; content opens then.",
    )
