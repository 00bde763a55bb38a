"""Words of refusal of the payouts room: each says what to do now."""

from lms.kernel.errors import Conflict, Invalid, Refusal
from lms.kernel.text import Text


class WalletLocked(Conflict):
    text = Text(
        "钱包正在核查，暂时不能提现。里面的钱都在，核查结束会通知你。",
        "Your wallet is being checked, so nothing can be paid out now. The money is all there; we will tell you.",
    )


class InDebt(Conflict):
    text = Text(
        "你还欠 {debt_zh}，原因在钱包明细里。下一笔佣金会先抵扣它，抵完就能提现。",
        "You owe {debt_en}; your wallet says why. Your next commissions cover it first; then you can ask for a payout.",
    )


class BelowMinimum(Invalid):
    text = Text(
        "每次至少提 {minimum_zh}。攒够了再来，钱不会过期。",
        "A payout is at least {minimum_en}. Wait until there is enough; the money does not expire.",
    )


class AboveAvailable(Invalid):
    text = Text(
        "现在可提 {available_zh}，改成不超过它的数。",
        "{available_en} is available now. Ask for that or less.",
    )


class NoDestination(Conflict):
    text = Text(
        "还没有可用的收款账户。先设置一个，再回来提现。",
        "There is no account to pay to yet. Set one up first, then come back.",
    )


class RequestDiffers(Conflict):
    text = Text(
        "这张表已经提交过另一个金额，没有重复提现。刷新后再填。",
        "This form was sent before with another amount, so nothing was asked for twice. Reload and fill it in again.",
    )


class PayoutMoved(Conflict):
    text = Text(
        "这笔提现已经走到别的状态，什么都没有变。先看看现在到哪了。",
        "This payout has moved on, so nothing was changed. Look where it is now.",
    )


class OwnPayout(Refusal):
    """Four eyes: nobody decides about money to themselves."""

    status = 403
    text = Text(
        "不能审批自己的提现，请另一位财务来操作。",
        "You cannot decide on your own payout. Ask a colleague in finance.",
    )


class OutcomeUnknown(Conflict):
    text = Text(
        "上一次打款的结果还不知道，现在重打可能会付两次。先查明结果。",
        "We do not know yet how the last transfer ended; sending again could pay twice. Find out first.",
    )


class ReasonMissing(Invalid):
    text = Text("写一句原因，对方会看到。", "Write a reason; the partner will read it.")


class HolderInvalid(Invalid):
    text = Text(
        "填银行卡上的户名，2 到 {most} 个字。", "Enter the account holder as the bank knows it, 2 to {most} characters."
    )


class BankNameInvalid(Invalid):
    text = Text("填开户银行，2 到 {most} 个字。", "Enter the bank's name, 2 to {most} characters.")


class NumberInvalid(Invalid):
    text = Text(
        "这个卡号核对不上。对照银行卡再看一遍，或填 IBAN。",
        "This number does not check out. Compare it with your card, or enter an IBAN.",
    )


class BatchEmpty(Conflict):
    text = Text(
        "选中的提现里没有可以打进银行文件的：要已通过、收款方式是银行账户、没有在核查。",
        "None of those can go into a bank file: approved ones to a bank account, not being checked, can.",
    )


class BatchMixed(Invalid):
    text = Text("一个银行文件只能有一种币种，请分开选。", "A bank file has one currency. Choose them separately.")


class GatewaySilent(Refusal):
    """The gateway gave no answer while somebody waited for the page."""

    status = 503
    text = Text(
        "支付服务没有应答，什么都没有变。过一会儿再试。",
        "The payment service did not answer. Nothing changed; try again in a moment.",
    )


class GatewayDeclined(Conflict):
    text = Text(
        "支付服务没有接受，可能这个国家或地区暂不支持。可以改用银行账户收款。",
        "The payment service said no; it may not work in this country. You can use a bank account instead.",
    )
