"""Words of refusal of the partners room."""

from lms.kernel.errors import Refusal
from lms.kernel.text import Text


class NotAPartner(Refusal):
    """The person has no approved partnership."""

    status = 403
    text = Text(
        "这里只对已通过的合伙人开放。你可以先申请，通过后会通知你。",
        "This is for approved partners. You can apply, and we will tell you when it is decided.",
    )


class PartnershipSuspended(Refusal):
    """The partnership is suspended for now."""

    status = 403
    text = Text(
        "你的合伙人资格暂停中：{reason}。之前的记录都在。有异议请回复当时的邮件，会有另一位同事复核。",
        "Your partnership is suspended: {reason}. Everything recorded so far is kept. "
        "If you disagree, reply to the mail you got and somebody else will look again.",
    )


class NotAStudent(Refusal):
    """Only students become partners with one tap; everybody else applies."""

    status = 403
    text = Text(
        "一键加入只对学员开放。你可以写几句话申请，我们会尽快答复。",
        "Joining with one tap is for students. Write a few lines to apply and we will answer soon.",
    )


class AgreementChanged(Refusal):
    """What was signed is not the text in force."""

    status = 409
    text = Text(
        "协议已经更新，刚才没有签署。请看一下新的内容再决定。",
        "The agreement has changed, so nothing was signed. Please read the new text first.",
    )


class AgreementNotRead(Refusal):
    """The box beside the agreement was not ticked."""

    status = 422
    text = Text("先勾选同意协议，再提交。", "Agree to the agreement first.")


class AboutMissing(Refusal):
    """An application says in a few words who applies."""

    status = 422
    text = Text(
        "写 1 到 {most} 字，说说你想介绍给谁、在哪里发。",
        "Write up to {most} characters: whom you would tell about our camps, and where.",
    )


class PartnerStateRefused(Refusal):
    """The partnership cannot go from its state to the one asked for."""

    status = 409
    text = Text(
        "这位合伙人现在的状态不能这样改，什么都没有变。刷新看看最新状态。",
        "The partnership cannot change that way from its present state. Nothing was changed; reload to see it.",
    )


class ReasonMissing(Refusal):
    """A decline or a suspension needs a reason that the person will read."""

    status = 422
    text = Text("写一句原因，对方会看到。", "Write a reason; the person will read it.")


class OwnDecision(Refusal):
    """Nobody decides about their own partnership."""

    status = 403
    text = Text(
        "不能审批自己的申请，请另一位运营来操作。",
        "You cannot decide on your own application. Ask another operator.",
    )


class HandleInvalid(Refusal):
    """A handle has letters and digits and starts with a letter."""

    status = 422
    text = Text(
        "用 3 到 16 个小写字母或数字，以字母开头，例如 zhouke。",
        "Use 3 to 16 lower-case letters or digits, starting with a letter, like zhouke.",
    )


class HandleTaken(Refusal):
    """Somebody has, or had, this handle."""

    status = 409
    text = Text("这个短码已经有人用了，换一个试试。", "This code is taken. Try another.")


class HandleFixed(Refusal):
    """A handle changes at most once and only before anybody has used the link."""

    status = 409
    text = Text(
        "短码只能改一次，而且要在有人点过链接之前。已经发出去的链接会一直有效。",
        "The code can change once, and only before anybody has opened the link. Links you posted keep working.",
    )


class GroupNameMissing(Refusal):
    """A group of partners has a short name."""

    status = 422
    text = Text("写 1 到 {most} 字的组名。", "Name the group in 1 to {most} characters.")
