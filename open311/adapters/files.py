"""Store uploaded files: named by their content, written once, never changed."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import Protocol

_NAME = re.compile(r"[0-9a-f]{64}\.[a-z0-9]{1,8}")


class Files(Protocol):
    """A store of files named by their hash; S3-compatible storage would fit behind these three methods too."""

    def save(self, data: bytes, suffix: str) -> str:
        """Store the bytes and return their name, ``<sha256>.<suffix>``."""

    def read(self, name: str) -> bytes | None:
        """Return the bytes stored under a name, or None if there are none."""

    def delete(self, name: str) -> None:
        """Delete the bytes stored under a name, if there are any."""

    def check(self) -> None:
        """Store something and delete it.

        :raises OSError: when nothing can be stored.
        """


class LocalFiles:
    """A store in a directory, spread over two levels of folders; ``mode`` is the permissions of each file."""

    def __init__(self, root: Path, mode: int = 0o644) -> None:
        self.root, self.mode = root, mode

    def save(self, data: bytes, suffix: str) -> str:
        """Store the bytes and return their name; equal bytes are stored once.

        They are safely on disk when this returns.

        :raises ValueError: when the suffix is not one of 1 to 8 lowercase letters and digits.
        :raises OSError: when there is no room, or the disk fails; nothing is left behind then.
        """
        name = f"{hashlib.sha256(data).hexdigest()}.{suffix}"
        path = self._path(name)
        if path is None:
            raise ValueError(f"not a suffix: {suffix!r}")
        if path.exists():
            return name
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.root) as half_made:
            file = Path(half_made) / name
            with file.open("xb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            os.chmod(file, self.mode)
            os.replace(file, path)
        return name

    def read(self, name: str) -> bytes | None:
        """Return the bytes stored under a name; None if there are none, or the name is not one that ``save`` gives."""
        path = self._path(name)
        try:
            return path.read_bytes() if path else None
        except FileNotFoundError:
            return None

    def delete(self, name: str) -> None:
        """Delete the bytes stored under a name, if there are any."""
        if path := self._path(name):
            path.unlink(missing_ok=True)

    def check(self) -> None:
        """Write a byte to the directory's disk and delete it.

        :raises OSError: when that fails.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.root) as file:
            file.write(b"0")
            file.flush()

    def _path(self, name: str) -> Path | None:
        """Return the path of a name, or None if it is not a valid name, so that no path can lead outside the store."""
        return self.root / name[:2] / name[2:4] / name if _NAME.fullmatch(name) else None
