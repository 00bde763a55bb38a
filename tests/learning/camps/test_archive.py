"""Zip files as people and attackers make them."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from lms.learning.camps.errors import ArchiveRefused
from lms.learning.camps.folder import archive
from lms.learning.camps.folder.archive import read_directory, read_zip, write_directory, write_zip
from lms.learning.camps.folder.read import Choice, read_folder
from tests.factories.camps import camp_folder


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members:
            made.writestr(name, data)
    return packed.getvalue()


def gbk_zip(name: str, data: bytes) -> bytes:
    """A zip as Windows in China writes it: names in GBK and no flag that says so."""
    raw = name.encode("gbk")
    stand_in = "x" * len(raw)
    return zipped((stand_in, data)).replace(stand_in.encode(), raw)


def test_a_zip_with_a_top_folder_is_read() -> None:
    reading = read_folder(read_zip(write_zip(camp_folder(), "course-main")))
    assert reading.draft is not None and reading.draft.slug == "short-writing"


def test_names_in_gbk_are_read() -> None:
    found = read_zip(gbk_zip("课程/01.初识.md", "# 初识".encode()))
    assert list(found) == ["课程/01.初识.md"]
    reading = read_folder(found, Choice(slug="a"))
    assert reading.draft is not None and reading.draft.days[0].title == "初识"


def test_rubbish_links_and_backslashes() -> None:
    link = zipfile.ZipInfo("days/link.md")
    link.external_attr = 0o120777 << 16
    found = read_zip(
        zipped(("__MACOSX/days/._01.md", b"x"), (".DS_Store", b"x"), ("days\\01.md", b"# A"), (link, b"/etc/passwd"))
    )
    assert list(found) == ["days/01.md"]


@pytest.mark.parametrize("name", ["../evil.md", "/etc/evil.md", "a/../../evil.md", "C:/evil.md", "..\\evil.md"])
def test_a_path_out_of_the_folder_is_refused(name: str) -> None:
    with pytest.raises(ArchiveRefused, match="文件夹外面"):
        read_zip(zipped((name, b"x")))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04 broken", "不是 zip"),
        (b"", "不是 zip"),
        (zipped(("a.md", b"0" * 3_000_000)), "大得不正常"),
    ],
)
def test_an_unusable_archive_is_refused_in_words(data: bytes, said: str) -> None:
    with pytest.raises(ArchiveRefused, match=said):
        read_zip(data)


def test_too_many_and_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    data = zipped(("a.md", b"12345"), ("b.md", b"12345"))
    with monkeypatch.context() as m, pytest.raises(ArchiveRefused, match="最多 1 个"):
        m.setattr(archive, "MOST_FILES", 1)
        read_zip(data)
    with monkeypatch.context() as m, pytest.raises(ArchiveRefused, match="500 MB"):
        m.setattr(archive, "MOST_BYTES", 9)
        read_zip(data)
    with monkeypatch.context() as m, pytest.raises(ArchiveRefused, match="50 MB"):
        m.setattr(archive, "BIGGEST_FILE", 4)
        read_zip(data)


def test_a_size_that_lies_is_caught_while_unpacking(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read_zip(zipped(("a.md", b"12345")))
    monkeypatch.setattr(archive, "BIGGEST_FILE", 4)
    with pytest.raises(ArchiveRefused, match="50 MB"):
        found["a.md"]


def test_a_password_is_refused() -> None:
    data = bytearray(zipped(("a.md", b"x")))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(ArchiveRefused, match="密码"):
        read_zip(bytes(data))


def test_a_damaged_member_is_refused() -> None:
    data = zipped(("a.md", b"some words that are packed"))
    damaged = data.replace(data[34:44], b"\xff" * 10)
    with pytest.raises(ArchiveRefused, match="解不开"):
        read_zip(damaged)["a.md"]


def test_a_doubled_name_is_refused() -> None:
    with pytest.warns(UserWarning):
        data = zipped(("a.md", b"1"), ("a.md", b"2"))
    with pytest.raises(ArchiveRefused, match="两次"):
        read_zip(data)


def test_a_directory_is_read_lazily_and_without_what_leads_out(tmp_path: Path) -> None:
    write_directory(camp_folder(), tmp_path / "camp")
    (tmp_path / "secret.md").write_text("secret")
    (tmp_path / "camp" / "01.md").symlink_to(tmp_path / "secret.md")
    (tmp_path / "camp" / ".git").mkdir()
    (tmp_path / "camp" / ".git" / "config").write_text("x")
    found = read_directory(tmp_path / "camp")
    assert dict(found) == camp_folder()
