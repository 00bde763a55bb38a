"""What Flask-Security says, in our words and both languages.

Its own catalogue leaves most sentences untranslated, so every message is named here and looked up by
its name; `test_words` checks that none of the features in use is left out.
"""

from typing import Any

from lms.kernel.text import Text, current_language

_AGAIN = Text("这一步已过期，请从头再来一次。", "This took too long. Please start over.")
_WRONG_CODE = Text("验证码不对。请看一下最新的一组再输入。", "That code is not right. Enter the newest one.")
_BAD_LINK = Text("这个链接已失效，请重新获取一封邮件。", "This link no longer works. Ask for a new mail below.")
_BAD_REQUEST = Text("提交的内容不完整，请再试一次。", "Something was missing. Please try again.")
_PASSKEY_FAILED = Text(
    "这个通行密钥没有通过验证，请换一个或用密码登录。",
    "That passkey could not be verified. Try another one or use your password.",
)
_SENT = Text(
    "邮件已发往 {email}。几分钟没收到，请看看垃圾邮件。",
    "A mail is on its way to {email}. Look into spam if it does not arrive.",
)

_SIGN_IN = {
    "API_ERROR": _BAD_REQUEST,
    "GENERIC_AUTHN_FAILED": Text(
        "邮箱和密码对不上。检查一下大小写，或重设密码。",
        "Address and password do not match. Check both, or reset your password.",
    ),
    "GENERIC_RECOVERY": _SENT,
    "UNAUTHORIZED": Text("这里不对你的账号开放。", "Your account does not open this door."),
    "UNAUTHENTICATED": Text("登录后继续。", "Sign in to go on."),
    "REAUTHENTICATION_REQUIRED": Text("为了安全，请再输一次密码。", "For safety, please enter your password again."),
    "REAUTHENTICATION_SUCCESSFUL": Text("已确认是你本人。", "Thank you, it is you."),
    "LOGIN": Text("登录后继续。", "Sign in to go on."),
    "REFRESH": Text("请再登录一次。", "Please sign in again."),
    "ANONYMOUS_USER_REQUIRED": Text("你已经登录了。", "You are signed in already."),
    "DISABLED_ACCOUNT": Text("这个账号已停用，请联系我们。", "This account is closed. Please write to us."),
    "USER_DOES_NOT_EXIST": Text("邮箱和密码对不上。", "Address and password do not match."),
    "IDENTITY_NOT_REGISTERED": Text("邮箱和密码对不上。", "Address and password do not match."),
    "INVALID_REDIRECT": Text("只能回到本站的页面。", "You can only return to a page of this site."),
    "FORGOT_PASSWORD": Text("忘记密码？", "Forgot your password?"),
}
_ADDRESS = {
    "CONFIRM_REGISTRATION": Text(
        "确认邮件已发往 {email}，有空时点一下里面的链接。",
        "A mail is on its way to {email}. Open its link when you have a moment.",
    ),
    "EMAIL_CONFIRMED": Text("邮箱已确认，谢谢。", "Your address is confirmed, thank you."),
    "ALREADY_CONFIRMED": Text("这个邮箱之前已经确认过。", "This address was confirmed before."),
    "INVALID_CONFIRMATION_TOKEN": _BAD_LINK,
    "CONFIRMATION_REQUIRED": Text("请先确认邮箱。", "Please confirm your address first."),
    "CONFIRMATION_REQUEST": _SENT,
    "CONFIRMATION_EXPIRED": _BAD_LINK,
    "EMAIL_ALREADY_ASSOCIATED": Text("这个邮箱用不了，请换一个。", "This address cannot be used. Try another."),
    "IDENTITY_ALREADY_ASSOCIATED": Text("这个邮箱用不了，请换一个。", "This address cannot be used. Try another."),
    "EMAIL_NOT_PROVIDED": Text("请填邮箱。", "Enter your email address."),
    "INVALID_EMAIL_ADDRESS": Text(
        "这不像一个邮箱地址，例如 lin@example.com。",
        "That does not look like an address, such as maya@example.com.",
    ),
    "CHANGE_EMAIL_EXPIRED": _BAD_LINK,
    "CHANGE_EMAIL_CONFIRMED": Text("邮箱已换好。", "Your address is changed."),
    "CHANGE_EMAIL_SENT": Text(
        "请到 {email} 打开确认链接，之后才会换过去。",
        "Open the link in the mail to {email}; only then it changes.",
    ),
}
_PASSWORD = {
    "PASSWORD_MISMATCH": Text("两次输入的密码不一样。", "The two passwords differ."),
    "RETYPE_PASSWORD_MISMATCH": Text("两次输入的密码不一样。", "The two passwords differ."),
    "PASSWORD_RESET_REQUEST": _SENT,
    "PASSWORD_RESET_EXPIRED": _BAD_LINK,
    "INVALID_RESET_PASSWORD_TOKEN": _BAD_LINK,
    "PASSWORD_NOT_PROVIDED": Text("请填密码。", "Enter a password."),
    "PASSWORD_INVALID_LENGTH": Text("密码至少 {length} 个字符。", "A password has at least {length} characters."),
    "PASSWORD_TOO_SIMPLE": Text("这个密码太容易猜到。", "This password is too easy to guess."),
    "PASSWORD_BREACHED": Text(
        "这个密码出现在泄露名单里，请换一个。", "This password is on a list of leaked ones. Choose another."
    ),
    "PASSWORD_BREACHED_SITE_ERROR": Text(
        "暂时无法检查密码，请稍后再试。", "The password could not be checked. Try again later."
    ),
    "INVALID_PASSWORD": Text("密码不对。", "That password is not right."),
    "INVALID_PASSWORD_CODE": Text("密码或验证码不对。", "That password or code is not right."),
    "PASSWORD_RESET": Text("密码已换好，你已登录。", "Your password is changed and you are signed in."),
    "PASSWORD_RESET_NO_LOGIN": Text(
        "密码已换好，请用新密码登录。", "Your password is changed. Sign in with the new one."
    ),
    "PASSWORD_IS_THE_SAME": Text("新密码要和现在的不一样。", "The new password must differ from the old one."),
    "PASSWORD_CHANGE": Text("密码已换好。", "Your password is changed."),
}
_SECOND_STEP = {
    "INVALID_RECOVERY_CODE": Text("备用码不对，或已经用过。", "That recovery code is wrong or was used before."),
    "NO_RECOVERY_CODES_SETUP": Text("还没有生成备用码。", "There are no recovery codes yet."),
    "INVALID_CODE": _WRONG_CODE,
    "CODE_HAS_BEEN_SENT": Text("验证码已发出。", "The code is on its way."),
    "FAILED_TO_SEND_CODE": Text("验证码没有发出去，请稍后再试。", "The code could not be sent. Try again later."),
    "TWO_FACTOR_INVALID_TOKEN": _WRONG_CODE,
    "TWO_FACTOR_LOGIN_SUCCESSFUL": Text("验证通过，已登录。", "Thank you, you are signed in."),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": Text("两步验证已设好。", "Two-step sign-in is set up."),
    "TWO_FACTOR_PERMISSION_DENIED": Text("请先用邮箱和密码登录。", "Sign in with address and password first."),
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": Text("请选一种方式。", "Choose one of the ways."),
    "TWO_FACTOR_DISABLED": Text("两步验证已关闭。", "Two-step sign-in is off."),
    "TWO_FACTOR_SETUP_EXPIRED": _AGAIN,
    "USE_CODE": Text("登录验证码：{code}", "Your sign-in code: {code}"),
}
_PASSKEYS = {
    "WEBAUTHN_EXPIRED": _AGAIN,
    "WEBAUTHN_NAME_REQUIRED": Text("请给通行密钥起个名字。", "Give the passkey a name."),
    "WEBAUTHN_NAME_INUSE": Text("已有一个通行密钥叫「{name}」。", "You already have a passkey named {name}."),
    "WEBAUTHN_NAME_NOT_FOUND": Text("没有叫「{name}」的通行密钥。", "You have no passkey named {name}."),
    "WEBAUTHN_NAME_DISALLOWED_CHARACTERS": Text(
        "名字里只能有文字、数字、空格、连字符和下划线。",
        "A name has letters, digits, spaces, hyphens and underscores only.",
    ),
    "WEBAUTHN_CREDENTIAL_DELETED": Text("通行密钥「{name}」已删除。", "The passkey {name} is removed."),
    "WEBAUTHN_REGISTER_SUCCESSFUL": Text("通行密钥「{name}」已添加。", "The passkey {name} is added."),
    "WEBAUTHN_CREDENTIAL_ID_INUSE": Text("这个通行密钥已经登记过。", "This passkey is registered already."),
    "WEBAUTHN_UNKNOWN_CREDENTIAL_ID": _PASSKEY_FAILED,
    "WEBAUTHN_ORPHAN_CREDENTIAL_ID": _PASSKEY_FAILED,
    "WEBAUTHN_NO_VERIFY": _PASSKEY_FAILED,
    "WEBAUTHN_CREDENTIAL_WRONG_USAGE": _PASSKEY_FAILED,
    "WEBAUTHN_MISMATCH_USER_HANDLE": _PASSKEY_FAILED,
}
_FORM = {
    "INVALID_INPUT": Text("这里填的内容不对。", "This does not fit here."),
    "INVALID_INPUT_LENGTH": Text("这里填得太长了。", "This is too long."),
}

MESSAGES: dict[str, Text] = {
    **_SIGN_IN,
    **_ADDRESS,
    **_PASSWORD,
    **_SECOND_STEP,
    **_PASSKEYS,
    **_FORM,
}


# How the flash line shows them: done, or for information; the rest are refusals.
DONE = frozenset(
    {
        "EMAIL_CONFIRMED",
        "CHANGE_EMAIL_CONFIRMED",
        "PASSWORD_CHANGE",
        "PASSWORD_RESET",
        "PASSWORD_RESET_NO_LOGIN",
        "REAUTHENTICATION_SUCCESSFUL",
        "TWO_FACTOR_LOGIN_SUCCESSFUL",
        "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL",
        "TWO_FACTOR_DISABLED",
        "WEBAUTHN_REGISTER_SUCCESSFUL",
        "WEBAUTHN_CREDENTIAL_DELETED",
    }
)
NOTES = frozenset(
    {
        "ALREADY_CONFIRMED",
        "ANONYMOUS_USER_REQUIRED",
        "CHANGE_EMAIL_SENT",
        "CODE_HAS_BEEN_SENT",
        "CONFIRM_REGISTRATION",
        "CONFIRMATION_REQUEST",
        "GENERIC_RECOVERY",
        "LOGIN",
        "NO_RECOVERY_CODES_SETUP",
        "PASSWORD_RESET_REQUEST",
        "REAUTHENTICATION_REQUIRED",
        "REFRESH",
        "UNAUTHENTICATED",
    }
)


class OwnWords:
    """Stands in for Flask-Security's translation domain: a message is its name, said in our words."""

    def gettext(self, string: str, **values: Any) -> str:
        """Give the words of a message; a string that names none (labels of fields) stays as it is."""
        written = MESSAGES.get(string)
        if written is None:
            return string % values if values else string
        return written.in_(current_language(), **values)
