"""Words for what is kept as a code: why a file is held, where it stands, what a filter shows."""

from lms.kernel.text import Text, t
from lms.learning.certificates.queries import ListFilter, Place, Problem
from lms.learning.certificates.rules import REASON_LABELS, RevokeReason

_DOCUMENTS = {
    "pdf": Text("证书", "Certificate"),
    "other": Text("另一种语言的证书", "Certificate in the other language"),
    "card": Text("分享卡", "Share card"),
}
_FIELDS = {
    "name": Text("姓名", "name"),
    "camp": Text("训练营名称", "camp title"),
    "cohort": Text("期名", "cohort name"),
    "dates": Text("期名和日期", "cohort name and dates"),
    "signer": Text("签发人", "signer"),
    "signer_role": Text("签发人身份", "signer's role"),
    "partner": Text("姓名", "name"),
}
_CHARACTERS = Text(
    "{document}：{field}里的「{characters}」没有字体能画。换一种写法再重新签发。",
    "{document}: no font has “{characters}” of the {field}. Reissue with another spelling.",
)
_LONG = Text(
    "{document}：{field}太长，放不下。换成「现代」样式，或改短后重新签发。",
    "{document}: the {field} is too long. Reissue in the modern style, or shorter.",
)
_OTHER = Text(
    "{document}：{field}没法放进版面。改一下再重新签发。",
    "{document}: the {field} does not fit the design. Change it and reissue.",
)
_AND = " / "
FILTERS = {
    ListFilter.ALL: Text("全部", "All"),
    ListFilter.VALID: Text("有效", "Valid"),
    ListFilter.HELD: Text("画不出来", "Held"),
    ListFilter.LATE: Text("生成超时", "Late"),
    ListFilter.REVOKED: Text("已撤销", "Revoked"),
}
PLACES = {
    Place.ISSUED: Text("已签发", "Issued"),
    Place.DRAWING: Text("正在生成", "Being made"),
    Place.HELD: Text("画不出来", "Held"),
    Place.LATE: Text("生成超时", "Late"),
    Place.REVOKED: Text("已撤销", "Revoked"),
    Place.DUE: Text("达标，待签发", "Due"),
    Place.NOT_YET: Text("还没达标", "Not yet"),
}
PLACE_KINDS = {
    Place.ISSUED: "ok",
    Place.DRAWING: "sky",
    Place.HELD: "amber",
    Place.LATE: "rose",
    Place.REVOKED: "rose",
    Place.DUE: "ember",
    Place.NOT_YET: "plain",
}


def reason_words(reason: str) -> str:
    """Give the public words for a kept reason."""
    return str(REASON_LABELS[RevokeReason(reason)])


def held_words(problem: Problem) -> str:
    """Say to staff what could not be drawn, why, and what to do."""
    field = _FIELDS.get(problem.field)
    values = {
        "document": _AND.join(str(_DOCUMENTS[document]) for document in problem.documents),
        "field": str(field) if field else problem.field,
        "characters": problem.characters,
    }
    sentence = {"characters": _CHARACTERS, "too-long": _LONG}.get(problem.kind, _OTHER)
    return t(sentence.zh, sentence.en, **values)
