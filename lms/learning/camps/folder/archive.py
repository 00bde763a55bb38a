"""Folders on a disk and in zip files, as path → bytes; what an archive may not be is refused in words."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from lms.kernel.text import Text
from lms.learning.camps.errors import ArchiveRefused
from lms.learning.camps.folder.names import is_junk

MOST_FILES = 20_000
MOST_BYTES = 500_000_000
BIGGEST_FILE = 50_000_000
MOST_SWELLING = 200  # times; ordinary text shrinks to a tenth, a bomb to a thousandth
_SWELLS_FROM = 1_000_000


class Directory(Mapping[str, bytes]):
    """The files below a folder of the disk, each read when it is asked for. Links that lead out are left out."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._paths = {
            path.relative_to(self._root).as_posix(): path
            for path in sorted(self._root.rglob("*"))
            if path.is_file()
            and path.resolve().is_relative_to(self._root)
            and not is_junk(path.relative_to(self._root).as_posix())
        }

    def __getitem__(self, path: str) -> bytes:
        return self._paths[path].read_bytes()

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __contains__(self, path: object) -> bool:
        return path in self._paths


def read_directory(root: Path) -> Directory:
    """Give a folder of the disk as path → bytes, read lazily."""
    return Directory(root)


def write_directory(files: Mapping[str, bytes], root: Path) -> None:
    """Write path → bytes below a folder of the disk."""
    for path, data in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


class Archive(Mapping[str, bytes]):
    """The files of a zip, each unpacked when it is asked for and never beyond its limits."""

    def __init__(self, data: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise ArchiveRefused(
                Text(
                    "它不是 zip 文件，或已经损坏。请重新压缩成 zip。",
                    "it is no zip file, or it is damaged. Zip the folder again.",
                )
            ) from error
        self._infos = _checked(self._zip.infolist())

    def __getitem__(self, path: str) -> bytes:
        info = self._infos[path]
        try:
            with self._zip.open(info) as unpacked:
                data = unpacked.read(BIGGEST_FILE + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError) as error:
            raise ArchiveRefused(
                Text(f"{path} 解不开，文件可能损坏。", f"{path} cannot be unpacked; it may be damaged.")
            ) from error
        if len(data) > BIGGEST_FILE:
            raise _too_big(path)
        return data

    def __iter__(self) -> Iterator[str]:
        return iter(self._infos)

    def __len__(self) -> int:
        return len(self._infos)

    def __contains__(self, path: object) -> bool:
        return path in self._infos


def read_zip(data: bytes) -> Archive:
    """Give a zip as path → bytes, unpacked lazily. Refuses: ArchiveRefused, here or when a file is read."""
    return Archive(data)


def _checked(infos: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    if len(infos) > MOST_FILES:
        raise ArchiveRefused(
            Text(
                f"里面有 {len(infos)} 个文件，最多 {MOST_FILES} 个。",
                f"it holds {len(infos)} files; {MOST_FILES} at most.",
            )
        )
    found: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        path = _path(info)
        if info.is_dir() or path.endswith("/") or is_junk(path) or stat.S_ISLNK(info.external_attr >> 16):
            continue
        _check_one(info, path)
        if path in found:
            raise ArchiveRefused(Text(f"{path} 在里面出现了两次。", f"it holds {path} twice."))
        found[path] = info
    if sum(info.file_size for info in found.values()) > MOST_BYTES:
        raise ArchiveRefused(
            Text(
                "解开后超过 500 MB。请去掉视频和无关的文件。",
                "unpacked it is larger than 500 MB. Leave out videos and the like.",
            )
        )
    return found


def _check_one(info: zipfile.ZipInfo, path: str) -> None:
    if path.startswith("/") or path[1:2] == ":" or ".." in path.split("/"):
        raise ArchiveRefused(
            Text(f"有一个文件想写到文件夹外面：{path}。", f"one of its files points outside the folder: {path}.")
        )
    if info.flag_bits & 0x1:
        raise ArchiveRefused(Text("它加了密码。请去掉密码再上传。", "it has a password. Zip it without one."))
    if info.file_size > BIGGEST_FILE:
        raise _too_big(path)
    if info.file_size > _SWELLS_FROM and info.file_size > MOST_SWELLING * max(1, info.compress_size):
        raise ArchiveRefused(Text(f"{path} 解开后大得不正常。", f"{path} swells beyond all reason when unpacked."))


def _too_big(path: str) -> ArchiveRefused:
    return ArchiveRefused(Text(f"{path} 解开后超过 50 MB。", f"{path} is larger than 50 MB when unpacked."))


def _path(info: zipfile.ZipInfo) -> str:
    """Read a name; Windows writes Chinese names as GBK without saying so, which zipfile reads as cp437."""
    name = info.orig_filename if info.flag_bits & 0x800 else _guess(info.orig_filename)
    return name.replace("\\", "/").removeprefix("./")


def _guess(name: str) -> str:
    try:
        raw = name.encode("cp437")
    except UnicodeEncodeError:
        return name
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return name


def write_zip(files: Mapping[str, bytes], top: str) -> bytes:
    """Pack path → bytes into a zip under one top folder."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in files.items():
            archive.writestr(f"{top}/{path}", data)
    return packed.getvalue()
