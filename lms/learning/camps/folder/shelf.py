"""The files beside the lessons: which a day shows, where they are kept, what is missing."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from lms.learning.camps.folder.draft import Report
from lms.learning.camps.folder.names import is_markdown
from lms.learning.camps.folder.pages import FILES, is_relative, resolve
from lms.learning.camps.folder.story import CAMP_FILE

BIGGEST_FILE = 25_000_000
PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg"})
ATTACHMENTS = frozenset({".pdf", ".txt", ".csv", ".json", ".xlsx", ".docx", ".pptx", ".zip", ".py", ".ipynb", ".mp3"})
_EXAMPLES = 5


@dataclass
class Shelf:
    """The files below the top folder by path, the lessons among them by number, and what days take of the rest."""

    files: Mapping[str, bytes]
    top: str
    paths: list[str]
    report: Report
    numbers: dict[str, int] = field(default_factory=dict)
    taken: dict[str, bytes] = field(default_factory=dict)

    def __contains__(self, path: str) -> bool:
        return self.top + path in self.files

    def bytes_of(self, path: str) -> bytes:
        """Read a file by its path below the top folder."""
        return self.files[self.top + path]

    def place(self, address: str, page: str) -> str | None:
        """Give the stored form of an address on a page and take its file along; None leaves it as it is."""
        path = self._find(address, page) if is_relative(address) else None
        if path is None:
            return None
        if path in self.numbers:
            return f"{self.numbers[path]:02d}.md"
        if posixpath.splitext(path)[1].lower() not in PICTURES | ATTACHMENTS:
            return None
        stored = self._stored_path(path)
        if stored not in self.taken:
            data = self.bytes_of(path)
            if len(data) > BIGGEST_FILE:
                self.report.note(path, "超过 25 MB，没有带上。", "It is larger than 25 MB and was left out.")
                return None
            self.taken[stored] = data
        return f"../{quote(stored) if _needs_quoting(stored) else stored}"

    def _stored_path(self, path: str) -> str:
        """Name a file by its place under files/; a root file that would meet one there keeps apart."""
        if path.startswith(FILES):
            return path
        return f"{FILES}{path}" if f"{FILES}{path}" not in self else f"{FILES}-/{path}"

    def _find(self, address: str, page: str) -> str | None:
        path = resolve(address, page)
        if path is None or path in self:
            return path
        # NN.md beside a lesson is the stored form of a link to that day.
        if posixpath.dirname(path) == posixpath.dirname(page) and re.fullmatch(
            r"\d{2,4}\.md", posixpath.basename(path)
        ):
            number = int(posixpath.basename(path)[:-3])
            return next((lesson for lesson, n in self.numbers.items() if n == number), None)
        return None

    def note_pictures(self, page: str, pictures: list[str]) -> None:
        """Note the pictures of a page that are missing, of a kind that is not shown, or on other sites."""
        for picture in (p for p in pictures if is_relative(p)):
            path = self._find(picture, page)
            if path is None:
                self.report.note(
                    page,
                    "图片 {picture} 不在文件夹里。",
                    "The picture {picture} is not in the folder.",
                    picture=unquote(picture),
                )
            elif posixpath.splitext(path)[1].lower() not in PICTURES:
                self.report.note(
                    page,
                    "图片 {picture} 的格式不能显示，没有带上。",
                    "The picture {picture} is of a kind that is not shown; it was left out.",
                    picture=unquote(picture),
                )
        elsewhere = [picture for picture in pictures if not is_relative(picture)]
        if elsewhere:
            self.report.note(
                page,
                "{n} 张图片在别的网站上，没有带上，例如 {first}。",
                "Pictures on other sites were not taken along: {n}, such as {first}.",
                n=len(elsewhere),
                first=elsewhere[0][:120],
            )

    def note_unused(self) -> None:
        """Note the files that no day shows, and the rubbish."""
        used = {path for path in self.paths if self._stored_path(path) in self.taken}
        unused = [path for path in self.paths if path not in used and not is_markdown(path) and path != CAMP_FILE]
        if unused:
            self.report.skip(
                "",
                "没有哪一天用到的文件：{n} 个，例如 {some}。",
                "Files that no day shows: {n}, such as {some}.",
                n=len(unused),
                some=", ".join(unused[:_EXAMPLES]),
            )
        if junk := len(self.files) - len(self.paths):
            self.report.skip("", "系统文件或隐藏文件：{n} 个。", "System or hidden files: {n}.", n=junk)


def _needs_quoting(path: str) -> bool:
    return re.search(r"""[\s()<>"'%#?\\&*_\[\]`~]""", path) is not None
