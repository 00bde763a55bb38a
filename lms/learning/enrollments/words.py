"""How states are called and which tint they have."""

from lms.kernel.text import Text
from lms.learning.enrollments.rules import EnrollmentState, WithdrawCause

_S = EnrollmentState
STATE_WORDS = {
    _S.WAITLISTED: Text("候补", "Waiting"),
    _S.ENROLLED: Text("在营", "In"),
    _S.SUSPENDED: Text("已暂停", "Suspended"),
    _S.COMPLETED: Text("已结营", "Completed"),
    _S.NOT_COMPLETED: Text("未结营", "Not completed"),
    _S.WITHDRAWN: Text("已退出", "Withdrawn"),
    _S.EXPELLED: Text("已移出", "Removed"),
}
STATE_KINDS = {
    _S.WAITLISTED: "sky",
    _S.ENROLLED: "ok",
    _S.SUSPENDED: "amber",
    _S.COMPLETED: "ok",
    _S.NOT_COMPLETED: "plain",
    _S.WITHDRAWN: "plain",
    _S.EXPELLED: "rose",
}
CAUSE_WORDS = {
    WithdrawCause.OWN_WISH: Text("本人退出", "Own wish"),
    WithdrawCause.OPERATOR: Text("运营办理", "By an operator"),
    WithdrawCause.COHORT_CANCELED: Text("这一期已取消", "The cohort was canceled"),
}
