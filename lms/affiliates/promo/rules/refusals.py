"""Why a poster cannot be drawn, in words."""

from collections.abc import Mapping

from lms.kernel.text import Text

_REFUSALS: Mapping[str, Text] = {
    "missing": Text("训练营里还没有写这一项（{field}）。", "the camp does not say this yet ({field})."),
    "too-long": Text("这一项太长，放不下（{field}）。", "this is too long to fit ({field})."),
    "too-many": Text("这一项太多，放不下（{field}）。", "there is too much of this to fit ({field})."),
    "range": Text("数字超出了能画的范围（{field}）。", "the number is beyond what can be drawn ({field})."),
    "palette": Text("颜色对比不够（{field}）。", "the colours lack contrast ({field})."),
    "characters": Text("有字体里没有的字：{characters}（{field}）。", "no font has these: {characters} ({field})."),
}
_FIELDS: Mapping[str, Text] = {
    "headline": Text("一句话主张", "promise"),
    "sub": Text("简介", "summary"),
    "facts": Text("数字", "facts"),
    "kicker": Text("期名", "cohort name"),
    "title": Text("训练营名称", "camp title"),
    "stages": Text("每周安排", "weeks"),
    "items": Text("每天的标题", "day titles"),
    "finale": Text("最后一天", "last day"),
    "paragraphs": Text("主讲人的话", "the host’s words"),
    "signature": Text("主讲人", "host"),
    "role": Text("主讲人的身份", "the host’s role"),
    "partner": Text("你的名字", "your name"),
    "total": Text("往期结果", "results of a finished cohort"),
    "done": Text("往期结果", "results of a finished cohort"),
    "price": Text("价格", "price"),
    "was": Text("原价", "full price"),
    "until": Text("早鸟价的期限", "end of the early price"),
}


def refusal_text(kind: str, field: str, characters: str = "") -> Text:
    """Say in words why a poster cannot be drawn."""
    reason = _REFUSALS.get(kind, _REFUSALS["range"])
    name = _FIELDS.get(field, Text(field, field))
    return Text(
        reason.in_("zh", field=name.zh, characters=characters), reason.in_("en", field=name.en, characters=characters)
    )
