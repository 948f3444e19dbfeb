"""Where uploaded files lie: named by their content, written once, never changed."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import Protocol

_NAME = re.compile(r"[0-9a-f]{64}\.[a-z0-9]{1,8}")


class Files(Protocol):
    """A store of files by hash; local today, S3-compatible storage fits behind the same three methods."""

    def save(self, data: bytes, suffix: str) -> str:
        """Keep the bytes; answers their name, ``<sha256>.<suffix>``."""

    def read(self, name: str) -> bytes | None:
        """The bytes of this name, or none."""

    def delete(self, name: str) -> None:
        """Forget the bytes of this name, if they are there."""


class LocalFiles:
    """Files in a directory, spread over two levels of folders; ``mode`` is that of each."""

    def __init__(self, root: Path, mode: int = 0o644) -> None:
        self.root, self.mode = root, mode

    def save(self, data: bytes, suffix: str) -> str:
        """Keep the bytes; the same bytes are kept once. They are on the disk when this returns."""
        name = f"{hashlib.sha256(data).hexdigest()}.{suffix}"
        path = self._path(name)
        if path is None:
            raise ValueError(f"not a suffix: {suffix!r}")
        if path.exists():
            return name
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(file.name, self.mode)
        os.replace(file.name, path)
        return name

    def read(self, name: str) -> bytes | None:
        """The bytes of this name; none for what is not there or is no name of ours."""
        path = self._path(name)
        try:
            return path.read_bytes() if path else None
        except FileNotFoundError:
            return None

    def delete(self, name: str) -> None:
        """Forget the bytes of this name."""
        if path := self._path(name):
            path.unlink(missing_ok=True)

    def _path(self, name: str) -> Path | None:
        """Where a name lies; none for anything that is not one, so that no path can lead outside."""
        return self.root / name[:2] / name[2:4] / name if _NAME.fullmatch(name) else None
