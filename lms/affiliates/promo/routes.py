"""The kit: texts to copy, posters to save, a code to show."""

from flask import Blueprint, make_response, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from lms.affiliates.partners.queries import Partner, require_partner
from lms.affiliates.promo import queries, service
from lms.affiliates.promo.drawing import FULL, SMALL, draw_poster
from lms.affiliates.promo.errors import NotOffered, PosterRefused
from lms.affiliates.promo.forms import UseForm
from lms.affiliates.promo.rules import CHANNELS, DESIGNS, Design, UseKind, asset_key
from lms.kernel.errors import Invalid, NotFound
from lms.kernel.parts import current_parts
from lms.kernel.work import Read, begin_read, begin_work
from lms.learning.camps import queries as camps
from lms.learning.camps.rules import CampState
from lms.web.files import send_bytes
from lms.web.guards import current_actor, role
from lms.web.htmx import render

blueprint = Blueprint("promo", __name__)


def _partner(read: Read) -> Partner:
    return require_partner(read, current_actor())


def _kit(read: Read) -> queries.Kit | None:
    return queries.find_kit(read, _partner(read), request.args.get("camp", ""), request.args.get("link", ""))


def _kit_or_another(read: Read) -> tuple[queries.Kit | None, str]:
    """Give the kit asked for; of a camp that is closed now the one best promoted instead, and the closed one's title.

    Refuses NotOffered for what never was a camp anybody could see.
    """
    try:
        return _kit(read), ""
    except NotOffered:
        camp = camps.find_camp(read, request.args.get("camp", ""))
        if camp is None or camp.state == CampState.DRAFT:
            raise
        return queries.find_kit(read, _partner(read), link_code=request.args.get("link", "")), camp.title


@blueprint.get("/partner/kit")
@role("partner")
def kit() -> ResponseReturnValue:
    """Show what a partner may post for a camp."""
    found, closed = _kit_or_another(begin_read())
    return render("affiliates/promo/kit.html", kit=found, closed=closed, channels=CHANNELS, designs=DESIGNS, at="aside")


@blueprint.get("/partner/kit/qr")
@role("partner")
def qr() -> ResponseReturnValue:
    """Show the code for one place, as a page or as the sheet's content."""
    at = "sheet" if request.args.get("at") == "sheet" else "aside"
    found, closed = _kit_or_another(begin_read())
    return render("affiliates/promo/qr.html", part="affiliates/promo/_qr.html", kit=found, closed=closed, at=at)


@blueprint.get("/partner/kit/handbook")
@role("partner")
def handbook() -> ResponseReturnValue:
    """Show what may be said and what may not."""
    return render("affiliates/promo/handbook.html")


def _design(name: str) -> Design:
    if name not in list(Design):
        raise NotFound
    return Design(name)


@blueprint.get("/partner/kit/<slug>/posters/<design>")
@role("partner")
def poster(slug: str, design: str) -> ResponseReturnValue:
    """Show a poster to be saved by a long press, or why there is none."""
    chosen = _design(design)
    why = ""
    try:
        _picture(slug, chosen, SMALL)
    except PosterRefused as refused:
        why = str(refused.why)
    return render(
        "affiliates/promo/poster.html",
        part="affiliates/promo/_poster.html",
        slug=slug,
        design=chosen,
        name=DESIGNS[chosen],
        link=request.args.get("link", ""),
        use_key=asset_key(slug, chosen),
        why=why,
    )


@blueprint.get("/partner/kit/<slug>/posters/<design>.png")
@role("partner")
def poster_picture(slug: str, design: str) -> ResponseReturnValue:
    """Draw a poster, in full or small for lists."""
    chosen = _design(design)
    ppi = SMALL if request.args.get("size") == "small" else FULL
    name = f"{slug}-{chosen}.png"
    return send_bytes(_picture(slug, chosen, ppi), media_type="image/png", name=name, seconds=60)


def _picture(slug: str, design: Design, ppi: int) -> bytes:
    read = begin_read()
    data = queries.make_poster(read, _partner(read), slug, design, request.args.get("link", ""))
    _let_go(read.session)
    return draw_poster(current_parts(), design, data, ppi)


def _let_go(session: Session) -> None:
    """Give the connection back: drawing takes a while and asks nothing of the database."""
    session.rollback()


@blueprint.post("/partner/kit/used")
@role("partner")
def used() -> ResponseReturnValue:
    """Count that an asset was used."""
    form = UseForm()
    if not form.validate_on_submit() or form.kind.data not in list(UseKind):
        raise Invalid
    with begin_work() as work:
        service.count_use(work, current_actor(), form.asset.data, UseKind(form.kind.data))
    return make_response("", 204)
