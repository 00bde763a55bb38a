"""Refusals about messages."""

from lms.kernel.errors import Refusal
from lms.kernel.text import Text


class TopicUnknown(Refusal):
    """Say that a topic is not written as floor/room/name."""

    status = 422
    text = Text("没有这个消息主题：{topic}", "There is no such topic: {topic}")


class LinkExpired(Refusal):
    """Say that an unsubscribe link cannot be read."""

    status = 404
    text = Text(
        "这个退订链接已失效。登录后可以在「消息设置」里关掉邮件。",
        "This unsubscribe link no longer works. Sign in and switch mail off in message settings.",
    )


class QuietHoursIncomplete(Refusal):
    """Say that quiet hours need two different ends."""

    status = 422
    text = Text(
        "免打扰要有开始和结束，两者不能相同。",
        "Quiet hours need a beginning and an end that differ.",
    )
