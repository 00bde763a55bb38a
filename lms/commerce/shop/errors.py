"""What the shop says no to."""

from lms.kernel.errors import Conflict, Invalid, Refusal
from lms.kernel.text import Text


class NotForSale(Refusal):
    status = 409
    text = Text("这一期现在不用付款，直接报名就可以。", "Nothing is to be paid for this cohort now; just join.")


class SoldOut(Refusal):
    status = 409
    text = Text(
        "名额刚刚满了，没有扣款。可以免费排队，有空位会通知你。",
        "The last seat has just gone; nothing was charged. You can line up for free and we tell you when one is free.",
    )


class AlreadyIn(Refusal):
    status = 409
    text = Text(
        "你已经有这一期的座位，不用再付款。", "You have a seat in this cohort already; there is nothing to pay."
    )


class OrderOver(Refusal):
    status = 409
    text = Text(
        "这笔订单已经结束，没有扣款。回到营的页面重新下单就可以。",
        "This order is over; nothing was charged. Go back to the camp’s page and begin again.",
    )


class AlreadyPaid(Refusal):
    status = 409
    text = Text("这笔订单已经付过款，不会再扣一次。", "This order is paid; you will not be charged again.")


class TooManyAttempts(Refusal):
    status = 409
    text = Text(
        "这笔订单试的次数太多了。取消它，再重新下单。",
        "This order was tried too often. Cancel it and begin again.",
    )


class PriceChanged(Refusal):
    status = 409
    text = Text(
        "价格刚刚变了，还没有下单。看过现在的价格再付款。",
        "The price has just changed and nothing was ordered. Look at it again before you pay.",
    )


class CouponUnknown(Invalid):
    text = Text("没有这个优惠码，看看有没有打错。", "There is no such code. Check the spelling.")


class CouponOver(Invalid):
    text = Text("这个优惠码现在不能用：还没开始，或已经过期。", "This code cannot be used now: too early, or over.")


class CouponElsewhere(Invalid):
    text = Text("这个优惠码不能用在这一期。", "This code is not for this cohort.")


class CouponUsedUp(Invalid):
    text = Text("这个优惠码已经用完了。", "This code has been used up.")


class CouponNotYours(Invalid):
    text = Text("这个优惠码现在不能由你使用。", "You cannot use this code now.")


class CouponTaken(Invalid):
    text = Text("已经有这个优惠码，换一个。", "There is a code like this already. Choose another.")


class CouponInvalid(Invalid):
    text = Text("优惠码由 3 到 24 个字母、数字或连字符组成。", "A code is 3 to 24 letters, digits or hyphens.")


class DiscountInvalid(Invalid):
    text = Text(
        "折扣写成比例（大于 0、最多 100%）或一笔金额，二选一。",
        "Give a share (above 0, at most 100 %) or an amount, one of the two.",
    )


class WindowInvalid(Invalid):
    text = Text("结束时间要晚于开始时间。", "The end must be after the beginning.")


class PriceInvalid(Invalid):
    text = Text("价格要大于 0，最多 {most}。", "The price must be above 0, at most {most}.")


class EarlyInvalid(Invalid):
    text = Text("早鸟价要低于原价，并写明截止时间。", "The early price is below the price and needs an end.")


class CurrencyUnknown(Invalid):
    text = Text("不支持这种货币。", "This currency is not supported.")


class CurrencyFixed(Conflict):
    text = Text("这一期已经有订单，货币不能再改。", "This cohort has orders already; its currency cannot change.")


class PriceEarlyOver(Invalid):
    text = Text("早鸟价截止要晚于现在。", "The early price must end after now.")


class RefundUntilOver(Invalid):
    text = Text("自助退款的期限要晚于现在。", "The time for refunds must end after now.")


class RefundUntilLong(Invalid):
    text = Text(
        "最晚到结营后 {days} 天（{until}）：佣金要等过了这一刻才能提现。",
        "At the latest {days} days after the cohort ends ({until}): until then commissions stay on hold.",
    )


class UsesInvalid(Invalid):
    text = Text("至少能用 1 次，不限就留空。", "At least 1 use; leave it empty for no limit.")


class CouponEnded(Invalid):
    text = Text("有效期要晚于现在。", "It must be valid beyond now.")


class AmountZero(Invalid):
    text = Text("金额要大于 0。", "The amount must be above zero.")


class HandInTooMuch(Invalid):
    text = Text("手里只有 {held}，不能交回更多。", "Only {held} is held; no more can be handed in.")


class AgentHoldsLess(Conflict):
    text = Text(
        "{who}手里只有 {held} 代收款，不够退这笔。钱已交回公司的话，改选「公司账户」再确认。",
        "{who} holds only {held} of collected money, too little for this. If it was handed in already, choose"
        " “The bank” and confirm.",
    )


class HandedInMeanwhile(Conflict):
    text = Text(
        "刚刚有别的一笔交回入账，这笔没有记。看看现在还剩多少，再确认一次。",
        "Something else was booked as handed in just now, and this was not. Look at what is left and confirm again.",
    )


class NotAnAgent(Invalid):
    text = Text(
        "代收人只能是已通过的合伙人，或助教、运营、财务。",
        "Only approved partners, tutors, operators and finance collect money.",
    )


class AgentIsBuyer(Invalid):
    text = Text("代收人不能是买家自己。", "A buyer cannot collect their own payment.")


class AlreadyCollected(Conflict):
    text = Text(
        "这笔钱已经确认由{who}收到，没有重复记账。", "{who} has collected this already; nothing was booked again."
    )


class NothingToRefund(Refusal):
    status = 409
    text = Text("这笔订单没有可以退的钱。", "There is nothing to refund on this order.")


class OverRefund(Invalid):
    text = Text("最多还能退 {most}。", "At most {most} can be refunded.")


class UnderDispute(Refusal):
    status = 409
    text = Text(
        "付款人的银行正在处理这笔付款，钱在银行手里。有结果之前不能退款，否则会退两次。",
        "The payer’s bank is looking at this payment and holds the money. Nothing can be refunded until it has"
        " decided, or it would go back twice.",
    )


class RefundedMeanwhile(Conflict):
    text = Text(
        "这张表单打开之后，这笔订单又有别的退款。看看现在还剩多少，再确认一次。",
        "Another refund was made since this form was opened. Look at what is left now and confirm again.",
    )


class RefundOwed(Conflict):
    text = Text(
        "这笔钱退出去又被退了回来，还欠着买家，不能撤销。请人工退回后确认。",
        "This money went out and came back, so it is owed to the buyer. Pay it back by hand and confirm.",
    )


class RefundTooLate(Refusal):
    status = 409
    text = Text(
        "自助退款的期限已过。有特殊情况请写信给我们。",
        "The time for refunds by yourself is over. Write to us if something special happened.",
    )


class RefundSettled(Conflict):
    text = Text("这笔退款已经处理过了。", "This refund has been dealt with already.")


class CannotSeat(Conflict):
    text = Text(
        "这位买家不能再入这一期（已有座位、已被移出或这一期已结束），没有记账。",
        "This buyer cannot be seated in this cohort (has a seat, was removed, or it is over). Nothing was booked.",
    )


class CannotReturn(Conflict):
    text = Text(
        "这笔订单换不回座位：钱已退回，或你已经在这一期里。",
        "This order gives no seat back: its money went back, or you are in the cohort already.",
    )


class GatewayDown(Refusal):
    status = 503
    text = Text(
        "支付服务暂时没有回应，没有扣款。座位还为你留着，过一会儿再试。",
        "The payment service does not answer; nothing was charged. Your seat is still held. Try again in a moment.",
    )


class PaymentRefused(Refusal):
    status = 409
    text = Text(
        "支付服务没有接受这笔付款，没有扣款。再试一次，还不行请写信给我们。",
        "The payment service did not accept this payment; nothing was charged. Try again, or write to us.",
    )
