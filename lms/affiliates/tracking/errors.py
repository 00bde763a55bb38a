"""Words of refusal of the tracking room."""

from lms.kernel.errors import Refusal
from lms.kernel.text import Text


class LabelMissing(Refusal):
    """A link is named after the place it is used in."""

    status = 422
    text = Text("写 1 到 {most} 字，比如「宿舍群」。", "Name the place in 1 to {most} characters, like “Dorm group”.")


class CampaignInvalid(Refusal):
    """A campaign is a short word for addresses."""

    status = 422
    text = Text(
        "用 2 到 24 个小写字母、数字或连字符，例如 dorm。",
        "Use 2 to 24 lower-case letters, digits or hyphens, like dorm.",
    )


class CampaignTaken(Refusal):
    """The partner has a link with this campaign."""

    status = 409
    text = Text("你已经有一条用这个代号的链接了，换一个。", "You already have a link with this word. Choose another.")


class TooManyLinks(Refusal):
    """There are enough links."""

    status = 409
    text = Text(
        "最多同时用 {most} 条链接，先停用不再用的。停用后，数据都还在。",
        "You can have {most} links at a time. Retire some first; their numbers stay.",
    )


class DefaultLinkKept(Refusal):
    """The partner's own link cannot be retired."""

    status = 409
    text = Text("这是你的主链接，不能停用。", "This is your main link; it stays.")


class UnknownCamp(Refusal):
    """The camp does not exist or is not published."""

    status = 422
    text = Text("没有这个训练营，从列表里选一个。", "There is no such camp. Choose one from the list.")
