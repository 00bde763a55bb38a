"""Documents and pictures: every design, what it refuses, and the codes on it."""

import io
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import segno
from PIL import Image

from lms.kernel.typeset import FontsMissing, TypesetRefused, Typesetter, qr_png, qr_svg

ROOT = Path(__file__).parents[2]
DESIGNS = Path(__file__).parent / "designs"
FAMILIES = {
    "noto-sans-sc": ("400Regular", "700Bold", "900Black"),
    "noto-serif-sc": ("400Regular", "700Bold"),
    "noto-sans-jp": ("400Regular", "700Bold"),
}
SIZES = {
    "share-card": (1080, 1440),
    "poster-results": (1080, 1440),
    "poster-offer": (1080, 1080),
    "certificate-classic": (842, 595),
    "certificate-modern": (842, 595),
}
CLASSIC = "certificate-classic-zh"
GREY = ("palette", "palette")

Draw = Callable[..., bytes]
Grid = list[list[bool]]


def sample(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((DESIGNS / f"{name}.json").read_text())
    return data


def template(name: str) -> str:
    room = "affiliates/promo" if name.startswith("poster") else "learning/certificates"
    return f"{room}/{name.rsplit('-', 1)[0]}"


@pytest.fixture(scope="session")
def font_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The seven font files the documents use, without the other weights of the packages."""
    folder = tmp_path_factory.mktemp("fonts")
    for family, weights in FAMILIES.items():
        for weight in weights:
            package = ROOT / "node_modules/@expo-google-fonts" / family / weight
            for file in package.glob("*.ttf"):
                (folder / file.name).symlink_to(file)
    return folder


@pytest.fixture(scope="session")
def typesetter(font_folder: Path) -> Typesetter:
    return Typesetter(ROOT / "templates", font_folder)


@pytest.fixture(scope="session")
def draw(typesetter: Typesetter) -> Draw:
    def drawn(design: str, form: Any = "png", /, **changes: object) -> bytes:
        return typesetter.render(template(design), sample(design) | changes, form)

    return drawn


@pytest.mark.parametrize("name", sorted(path.stem for path in DESIGNS.glob("*.json")))
def test_every_design_renders_and_repeats_to_the_byte(draw: Draw, name: str) -> None:
    first = draw(name)
    assert first == draw(name)
    size = Image.open(io.BytesIO(first)).size
    assert size == SIZES.get(name.rsplit("-", 1)[0], (1080, 1920))


def test_every_template_has_a_sample_in_both_languages() -> None:
    rooms = ("learning/certificates", "affiliates/promo")
    files = [file for room in rooms for file in (ROOT / "templates" / room).glob("*.typ")]
    wanted = {f"{file.stem}-{lang}" for file in files for lang in ("zh", "en")}
    assert wanted == {path.stem for path in DESIGNS.glob("*.json")}


@pytest.mark.parametrize("name", [CLASSIC, "certificate-modern-en"])
def test_certificate_pdf_repeats_to_the_byte(draw: Draw, name: str) -> None:
    first = draw(name, "pdf")
    assert first.startswith(b"%PDF-")
    assert first == draw(name, "pdf")


def test_markup_in_a_name_is_only_text(draw: Draw) -> None:
    for name in ('#panic("x") *a*', "#{sys.inputs}", "$a^2$ `b` \\ @c", "encamp:missing:x"):
        assert draw(CLASSIC, name=name) != draw(CLASSIC)
    assert draw(CLASSIC, name="*a*") != draw(CLASSIC, name="a")


@pytest.mark.parametrize(
    ("name", "changes", "refusal"),
    [
        (CLASSIC, {"name": "热" * 60}, ("too-long", "name")),
        (CLASSIC, {"camp": "营" * 40}, ("too-long", "camp")),
        (CLASSIC, {"serial": ""}, ("missing", "serial")),
        (CLASSIC, {"palette": {"bg": "#777777", "fg": "#888888", "accent": "#999999"}}, GREY),
        ("share-card-zh", {"headline": ["一", "二", "三"]}, ("too-many", "headline")),
        ("share-card-zh", {"days": 61}, ("range", "days")),
        ("poster-headline-zh", {"sub": "写" * 200}, ("too-long", "sub")),
        ("poster-countdown-zh", {"days": -1}, ("range", "days")),
        ("poster-countdown-zh", {"seats_left": 61}, ("range", "seats_left")),
        ("poster-results-zh", {"done": 63}, ("range", "done")),
        ("poster-letter-zh", {"paragraphs": ["写" * 900]}, ("too-long", "paragraphs")),
        ("poster-case-zh", {"partner": "满" * 80}, ("too-long", "partner")),
    ],
)
def test_what_cannot_be_shown_is_refused_with_its_field(
    draw: Draw, name: str, changes: dict[str, object], refusal: tuple[str, str]
) -> None:
    with pytest.raises(TypesetRefused) as refused:
        draw(name, **changes)
    assert (refused.value.kind, refused.value.field) == refusal


def test_rare_and_long_names_are_drawn_in_one_face(draw: Draw) -> None:
    for name in ("𠮷田翀", "阿不都热合曼·阿卜杜热西提·买买提江"):
        for design in (CLASSIC, "certificate-modern-zh", "share-card-zh"):
            assert draw(design, name=name)
    # The serif has 田 and 翀 but not 𠮷: the whole name is set in the sans.
    assert draw(CLASSIC, name="𠮷田翀") == draw(CLASSIC, name="𠮷田翀", name_face="sans")
    assert draw(CLASSIC, name="田翀") != draw(CLASSIC, name="田翀", name_face="sans")


def test_characters_without_a_glyph_are_refused(draw: Draw, typesetter: Typesetter) -> None:
    assert typesetter.missing_characters("欧阳晓彤 O’Brien 𠮷\n·") == ""
    assert typesetter.missing_characters("小满🌾和🌾ﷺ") == "🌾ﷺ"
    with pytest.raises(TypesetRefused) as refused:
        draw("poster-results-zh", highlights=[{"value": "1", "label": "🌾"}])
    assert (refused.value.kind, refused.value.field) == ("characters", "highlights")
    assert refused.value.characters == "🌾"


def test_invisible_and_loose_characters_are_set_as_meant(draw: Draw) -> None:
    assert draw(CLASSIC, name="林\u200b小\ufe0f满\u202e") == draw(CLASSIC, name="林小满")
    assert draw(CLASSIC, name="Jose\u0301") == draw(CLASSIC, name="Jos\u00e9")


def code_of(url: str) -> Grid:
    code = segno.make(url, error="m", micro=False)
    return [[bool(module) for module in row] for row in code.matrix_iter(border=4)]


def code_seen(picture: bytes, at: tuple[int, int], modules: int, scale: int) -> Grid:
    """Look at the middle of every module of a code whose corner is at `at` (pixels)."""
    dark = dark_at(picture)
    steps = [scale * index + scale // 2 for index in range(modules)]
    return [[dark(at[0] + x, at[1] + y) for x in steps] for y in steps]


def dark_at(picture: bytes) -> Callable[[int, int], bool]:
    image = Image.open(io.BytesIO(picture)).convert("L")
    return lambda x, y: bool(image.crop((x, y, x + 1, y + 1)).tobytes()[0] < 128)


@pytest.mark.parametrize(("design", "corner"), [("poster-countdown-zh", (48, 1565)), ("share-card-en", (40, 1122))])
def test_the_code_on_a_picture_is_the_code_of_the_address(draw: Draw, design: str, corner: tuple[int, int]) -> None:
    code = code_of(sample(design)["url"])
    # Whole pixels per module, centred in a square of 300.
    scale = 300 // len(code)
    inset = (300 - scale * len(code)) // 2
    at = (corner[0] + inset, corner[1] + inset)
    assert code_seen(draw(design), at, len(code), scale) == code


def test_codes_for_saving_have_quiet_zone_and_scale() -> None:
    url = "https://encamp.example/r/XM2026"
    code = code_of(url)
    picture = qr_png(url, 10)
    assert Image.open(io.BytesIO(picture)).size == (len(code) * 10, len(code) * 10)
    assert code_seen(picture, (0, 0), len(code), 10) == code
    assert qr_svg(url).startswith("<svg")
    assert f'width="{len(code)}"' in qr_svg(url)


def test_threads_share_one_typesetter(font_folder: Path) -> None:
    fresh = Typesetter(ROOT / "templates", font_folder)
    names = ["share-card-zh", "share-card-en"] * 3
    with ThreadPoolExecutor(4) as pool:
        drawn = list(pool.map(lambda n: fresh.render(template(n), sample(n), "png"), names))
    assert len(set(drawn)) == len(set(names))


def test_missing_fonts_and_strange_templates_are_named(tmp_path: Path, font_folder: Path) -> None:
    with pytest.raises(FontsMissing, match="document fonts are missing"):
        Typesetter(ROOT / "templates", tmp_path / "none").missing_characters("a")
    with pytest.raises(LookupError):
        Typesetter(ROOT / "templates", font_folder).render("../pyproject", {}, "pdf")
