"""Ways of paying, in words."""

from collections.abc import Sequence

from lms.kernel.text import Text

_MEANS = {
    "card": Text("银行卡", "card"),
    "alipay": Text("支付宝", "Alipay"),
    "wechat_pay": Text("微信支付", "WeChat Pay"),
    "link": Text("Link", "Link"),
    "paypal": Text("PayPal", "PayPal"),
}
_AND = Text("、", ", ")


def means_words(methods: Sequence[str]) -> str:
    """Name the ways of paying that the gateway is set up for; those without a name of ours are left out."""
    return str(_AND).join(str(_MEANS[one]) for one in methods if one in _MEANS)
