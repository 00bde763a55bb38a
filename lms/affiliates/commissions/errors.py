"""Words of refusal of the commissions room."""

from lms.kernel.errors import Refusal
from lms.kernel.text import Text


class NothingPaid(Refusal):
    """A plan pays something."""

    status = 422
    text = Text("比例要大于 0。", "The share has to be more than 0.")


class WorstCaseTooHigh(Refusal):
    """What the plan could pay at worst is above its ceiling."""

    status = 422
    text = Text(
        "这个方案最多会付到上限 {ceiling}% 以上，没有保存。把比例调低，或者先调整上限。",
        "At worst this plan would pay more than its ceiling of {ceiling} %, so it was not saved. Lower the share.",
    )


class CapAboveCeiling(Refusal):
    """The cap of an order is above the plan's ceiling."""

    status = 422
    text = Text("每单封顶不能高于上限 {ceiling}%。", "The cap per order cannot be above the ceiling of {ceiling} %.")


class ShareAboveCap(Refusal):
    """The share is above the cap of an order, so that it would never be paid."""

    status = 422
    text = Text(
        "比例高于每单封顶 {cap}%，多出的部分永远付不到。调低比例，或者调高封顶。",
        "The share is above the cap of {cap} % per order, so the rest would never be paid. Lower it, or raise the cap.",
    )


class TermsOutOfRange(Refusal):
    """A number of a plan is outside of what makes sense."""

    status = 422
    text = Text(
        "有一项超出了范围：观察期 0 到 90 天，结算 1 到 20 个工作日，比例 0 到 100%。",
        "A value is out of range: observation 0 to 90 days, settlement 1 to 20 business days, shares 0 to 100 %.",
    )


class NoticeTooShort(Refusal):
    """Partners hear of a change for the worse a week ahead."""

    status = 422
    text = Text(
        "对合伙人不利的改动要提前 {days} 天公布，请选晚一些的日期。只有全面更优的方案可以提前生效。",
        "A change that is worse for partners in any respect is published {days} days ahead. Choose a later date.",
    )


class BeginsTooSoon(Refusal):
    """A version never takes effect in the past, nor before the one published before it."""

    status = 422
    text = Text(
        "生效时间不能早于现在，也不能早于上一版的生效时间。",
        "A version cannot take effect in the past, nor before the version published before it.",
    )


class PlanExists(Refusal):
    """There is one plan for each camp and group."""

    status = 409
    text = Text(
        "这个训练营和分组已经有方案了，请在那里发布新版本。",
        "There is a plan for this camp and group already. Publish a new version there.",
    )


class PlanNameMissing(Refusal):
    """A plan has a name."""

    status = 422
    text = Text("写 1 到 {most} 字的方案名。", "Name the plan in 1 to {most} characters.")


class AdjustedDifferently(Refusal):
    """The same form was sent with another amount."""

    status = 409
    text = Text(
        "这笔调整已经记过，金额不同，没有再记。刷新后重新填写。",
        "This adjustment was booked before with another amount; nothing was booked. Reload and fill it in again.",
    )


class AdjustmentInvalid(Refusal):
    """An adjustment has an amount other than 0 and a reason."""

    status = 422
    text = Text("调整要有不为 0 的金额，并写明原因。", "An adjustment has an amount other than 0, and a reason.")


class AdjustmentTooLarge(Refusal):
    """One adjustment moves only so much."""

    status = 422
    text = Text(
        "一笔最多调整 {most}。确实要调更多，请核对后分笔入账。",
        "One adjustment moves at most {most}. If it really is more, check it and book it in parts.",
    )


class ReasonTooShort(Refusal):
    """A partner understands why money came or went."""

    status = 422
    text = Text(
        "写清为什么，至少四个字，让对方看得懂。",
        "Say in a few words why, so that the partner understands it.",
    )


class AdjustedMeanwhile(Refusal):
    """The same amount was booked after the confirming page was shown."""

    status = 409
    text = Text(
        "刚刚有人记过同样的一笔，请再看一眼。", "The same amount was booked just now. Please look at it once more."
    )
