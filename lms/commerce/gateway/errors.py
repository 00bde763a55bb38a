"""What the gateway's room says no to."""

from lms.kernel.errors import Conflict, Refusal
from lms.kernel.text import Text


class GatewayNotSetUp(Refusal):
    status = 503
    text = Text(
        "还没有接入支付，付费训练营暂时不能报名。", "Payment is not set up yet, so paid camps cannot be joined for now."
    )


class NothingToReplay(Conflict):
    text = Text(
        "这条通知与本站的业务无关，没有可以重放的内容。", "This notice is no concern of ours; it tells nothing."
    )
