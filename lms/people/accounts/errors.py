"""Refusals about persons."""

from lms.kernel.errors import Refusal
from lms.kernel.text import Text


class NameRefused(Refusal):
    """Say what a name may look like."""

    status = 422
    text = Text(
        "称呼请写 1 到 {length} 个字，不含换行和看不见的字符。",
        "A name has 1 to {length} characters, without line breaks or invisible characters.",
    )


class UnknownTimeZone(Refusal):
    """Say that a time zone does not exist."""

    status = 422
    text = Text("请从列表里选一个时区。", "Choose a time zone from the list.")


class UnknownLanguage(Refusal):
    """Say which languages there are."""

    status = 422
    text = Text("目前有中文和英文。", "The languages are Chinese and English.")


class UnknownRole(Refusal):
    """Say that a role does not exist."""

    status = 422
    text = Text("没有这个角色。", "There is no such role.")


class RoleNotByHand(Refusal):
    """Say where the roles of students and partners come from."""

    status = 409
    text = Text(
        "这个角色不能在这里给或收，什么都没有改：有账号就是学员；合伙人请到「合伙人」页批准、暂停或恢复。",
        "This role is not given or taken here, and nothing was changed: everybody with an account is a student, "
        "and partners are approved, suspended and resumed on the partners page.",
    )


class OwnRoleKept(Refusal):
    """Say that nobody changes their own roles."""

    status = 403
    text = Text(
        "自己的角色不能自己改，请另一位运营来操作。什么都没有改。",
        "Nobody changes their own roles, and nothing was changed. Ask another operator.",
    )


class EmailTaken(Refusal):
    """Say that an address already has an account; only staff and programs see this one."""

    status = 409
    text = Text("这个邮箱已有账号。", "This address already has an account.")
