"""Geographic files as people hand them over: on disk or on the web, bare or in a zip, with one layer or several."""

from __future__ import annotations

import glob
import shutil
import warnings
import zipfile
import zlib
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import httpx
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError

MAX_BYTES = 2 * 1024**3
"""Most bytes that are downloaded, and most that a zip may unpack to."""
MAX_MEMBERS = 10_000
"""Most files that a zip may hold."""
SILENCE_SECONDS = 60.0
"""How long a server may send nothing before a download fails."""
SUFFIXES = (
    *(".shp", ".geojson", ".json", ".geojsonl", ".geojsons", ".topojson", ".gpkg", ".fgb", ".gml", ".kml"),
    *(".tab", ".mif", ".gdb"),
)
"""The files in a zip that may hold shapes; ``.gdb`` is a directory."""
_UTF_16 = (BOM_UTF16_LE, BOM_UTF16_BE, b"{\0", b"\0{", b"<\0", b"\0<")

pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": True})  # a Shapefile without its index is read all the same


class UnreadableGeodata(Exception):
    """The file is missing, is not a geographic file, or cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of a file, and the properties that its features have."""

    path: Path
    name: str
    properties: tuple[str, ...]


@contextmanager
def layers_of(source: str) -> Iterator[list[Layer]]:
    """Find the layers of a file, a zip or a URL; they can be read until the block ends.

    :raises UnreadableGeodata: when there is none.
    """
    with TemporaryDirectory(prefix="open311-") as made:
        directory = Path(made)
        path = _download(source, directory) if source.startswith(("http://", "https://")) else Path(source)
        if path.is_file() and not path.stat().st_size:
            raise UnreadableGeodata(f"{source} is empty")
        if zipfile.is_zipfile(path):
            paths = _unpacked(source, path, directory / "unpacked")
        else:
            paths = [_aside(path, directory)]
        yield _layers(source, paths)


def _aside(path: Path, directory: Path) -> Path:
    """A file of several parts by way of another directory: GDAL writes missing parts beside it."""
    if path.suffix.lower() not in (".gml", ".shp") or path.parent == directory:
        return path
    for each in path.parent.glob(f"{glob.escape(path.stem)}.*"):
        (directory / each.name).symlink_to(each.resolve())
    return directory / path.name


def _download(url: str, directory: Path) -> Path:
    """Fetch a file. Whoever loads boundaries may name a server of the city's own network, unlike residents."""
    path = directory / (PurePosixPath(urlsplit(url).path).name or "download")
    try:
        with (
            httpx.stream("GET", url, follow_redirects=True, timeout=SILENCE_SECONDS) as answer,
            path.open("wb") as file,
        ):
            answer.raise_for_status()
            for chunk in answer.iter_bytes():
                file.write(chunk)
                if file.tell() > MAX_BYTES:
                    raise UnreadableGeodata(f"{url} has more than {MAX_BYTES // 1024**2} MB")
    except (httpx.HTTPError, httpx.InvalidURL) as fault:
        raise UnreadableGeodata(f"{url} cannot be read: {str(fault).partition(chr(10))[0]}") from None
    return path


def _unpacked(source: str, path: Path, directory: Path) -> list[Path]:
    """Unpack a zip, and find the files in it that may hold shapes, in whatever folder."""
    try:
        with zipfile.ZipFile(path) as packed:
            members = [each for each in packed.infolist() if _is_wanted(each)]
            _check_members(source, members)
            _unpack(source, packed, members, directory)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError, zlib.error) as fault:
        raise UnreadableGeodata(f"{source} cannot be unpacked: {fault}") from None
    found = sorted(each for each in directory.rglob("*") if each.suffix.lower() in SUFFIXES)
    if not found:
        names = ", ".join(PurePosixPath(each.filename).name for each in members[:5]) or "nothing"
        raise UnreadableGeodata(f"{source} holds no geographic file, but {names}; zip a Shapefile or GeoJSON file")
    return [each for each in found if not any(parent in found for parent in each.parents)]


def _is_wanted(member: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(member.filename).parts
    return not member.is_dir() and "__MACOSX" not in parts and not parts[-1].startswith(".")


def _check_members(source: str, members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_MEMBERS:
        raise UnreadableGeodata(f"{source} holds {len(members)} files; zip only those of one layer")
    for member in members:
        name = PurePosixPath(member.filename).name
        if member.flag_bits & 1:
            raise UnreadableGeodata(f"{source} is locked with a password; zip {name} without one")
        if name.lower().endswith((".zip", ".kmz")):
            raise UnreadableGeodata(f"{source} holds another zip, {name}; unpack {source} and load that one")


def _unpack(source: str, packed: zipfile.ZipFile, members: list[zipfile.ZipInfo], directory: Path) -> None:
    """Unpack files, counting what really comes out: what a zip says of its sizes may be a lie."""
    left = MAX_BYTES
    for member in members:
        parts = [part for part in PurePosixPath(member.filename.replace("\\", "/")).parts if part not in ("..", "/")]
        target = directory.joinpath(*parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        with packed.open(member) as content, target.open("wb") as file:
            while chunk := content.read(1024**2):
                left -= len(chunk)
                if left < 0:
                    raise UnreadableGeodata(f"{source} unpacks to more than {MAX_BYTES // 1024**2} MB")
                file.write(chunk)
    shutil.rmtree(directory / "__MACOSX", ignore_errors=True)


def _layers(source: str, paths: list[Path]) -> list[Layer]:
    found, reason = [], ""
    for path in paths:
        try:
            check_text(source, path)
            found += [Layer(path, name, _properties(path, name)) for name in _names(path)]
        except UnreadableGeodata:
            raise
        except Exception as fault:  # GDAL's drivers raise whatever they like
            reason = reason_of(fault)
    if not found:
        raise UnreadableGeodata(f"{source} cannot be read: {reason or 'it holds no layer'}")
    return found


def reason_of(fault: Exception) -> str:
    """What GDAL says, without its advice for programmers."""
    said = " ".join(str(fault).partition("; It might help")[0].split())
    return "it is no geographic file, like GeoJSON, a Shapefile or a GeoPackage" if " not recogn" in said else said


def _names(path: Path) -> list[str]:
    """The layers that have shapes; all where none has."""
    with quiet():
        listed = [(str(name), kind) for name, kind in pyogrio.list_layers(path)]
    return [name for name, kind in listed if kind] or [name for name, _ in listed]


def _properties(path: Path, layer: str) -> tuple[str, ...]:
    try:
        with quiet():
            return tuple(map(str, pyogrio.read_info(path, layer=layer)["fields"]))
    except (DataLayerError, DataSourceError):
        return ()


def check_text(source: str, path: Path) -> None:
    """Make sure that GeoJSON is UTF-8, as it must be.

    :raises UnreadableGeodata: when it is not.
    """
    if not path.is_file():
        return
    with path.open("rb") as file:
        head = file.read(64)
    if head.startswith(_UTF_16):
        raise UnreadableGeodata(f"{source} is UTF-16 text; save it as UTF-8")
    if not head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith((b"{", b"[")):
        return
    content = path.read_bytes()
    try:
        content.decode()
    except UnicodeDecodeError as fault:
        line = content.count(b"\n", 0, fault.start) + 1
        raise UnreadableGeodata(f"{source} is not UTF-8 text (line {line}); save it as UTF-8") from None


@contextmanager
def quiet() -> Iterator[Any]:
    """Keep the reader's warnings to itself: whatever matters is told in a sentence of our own."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
