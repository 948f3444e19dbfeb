"""Static files of pages, at addresses that change with their content, so that browsers may keep them for good."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Response, abort, request, url_for

STATIC = Path(__file__).parent / "static"
WORTH_PACKING = {".css", ".js", ".svg"}
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class File:
    """A static file as it is sent, plain and compressed."""

    content_type: str
    plain: bytes
    packed: bytes | None


def asset(name: str) -> str:
    """The address of a file in ``web/static``, for templates."""
    return url_for("web.static", stamp=_stamp(), filename=name)


def serve(stamp: str, filename: str) -> Response:
    """Serve a file of ``web/static``. One stamp stands for all files, so that a style sheet finds its fonts beside it.

    A page from before an update may ask with an old stamp: it gets the file as it is now, not to be cached.
    """
    file = files().get(filename) or abort(404)
    packed = file.packed if request.accept_encodings["gzip"] else None
    answer = Response(packed or file.plain, content_type=file.content_type)
    answer.headers["Cache-Control"] = FOR_EVER if stamp == _stamp() else "no-cache"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    if file.packed:
        answer.headers["Vary"] = "Accept-Encoding"
    if packed:
        answer.headers["Content-Encoding"] = "gzip"
    return answer


@cache
def files() -> dict[str, File]:
    """All files of ``web/static`` by name; 300 kB in all, so they stay in memory."""
    return {path.relative_to(STATIC).as_posix(): _read(path) for path in sorted(STATIC.rglob("*")) if path.is_file()}


def _read(path: Path) -> File:
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    content_type = f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
    plain = path.read_bytes()
    return File(content_type, plain, gzip.compress(plain, mtime=0) if path.suffix in WORTH_PACKING else None)


@cache
def _stamp() -> str:
    return hashlib.sha256(b"\0".join(hashlib.sha256(file.plain).digest() for file in files().values())).hexdigest()[:12]
