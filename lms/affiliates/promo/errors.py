"""Words of refusal of the promo room."""

from lms.kernel.errors import Refusal
from lms.kernel.text import Text


class NotOffered(Refusal):
    """The camp has no cohort that takes students."""

    status = 404
    text = Text(
        "这个训练营现在没有在招生的期，素材先收起来了。看看别的。",
        "No cohort of this camp is enrolling now, so its material is put away. Have a look at the others.",
    )


class PosterRefused(Refusal):
    """A poster cannot be drawn from the camp's data; `why` says what is in the way."""

    status = 422
    text = Text("这张海报暂时没有：{why_zh}", "This poster is not available: {why_en}")

    def __init__(self, why: Text) -> None:
        super().__init__(why_zh=why.zh, why_en=why.en)
        self.why = why
