"""Files lie under their digest on any fsspec address."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from lms.kernel.files import Files, find_file, keep_file
from lms.kernel.work import begin_read, begin_work


@pytest.mark.parametrize("kind", ["file", "memory"])
def test_bytes_come_back_by_their_digest(kind: str, tmp_path: Path) -> None:
    files = Files(f"file://{tmp_path}/kept" if kind == "file" else "memory://kept")
    digest = files.keep("早上好".encode())
    assert files.keep("早上好".encode()) == digest
    assert files.has(digest)
    assert files.read(digest).decode() == "早上好"
    with pytest.raises(FileNotFoundError):
        files.read("0" * 64)


def test_a_kept_file_is_found_by_its_code(app: Flask) -> None:
    with begin_work() as work:
        kept = keep_file(work, b"%PDF-", "作业.pdf", "application/pdf")
        code = kept.code
    found = find_file(begin_read(), code)
    assert found is not None
    assert (found.name, found.size, found.media_type) == ("作业.pdf", 5, "application/pdf")
    assert find_file(begin_read(), "nothing") is None
