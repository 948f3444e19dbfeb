"""A disk without room, and photos that are not on it yet."""

from __future__ import annotations

import io
import resource
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no file of this process grow beyond 100 bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def noise() -> tuple[io.BytesIO, str]:
    """A photo that nobody has stored."""
    drawn = io.BytesIO()
    Image.effect_noise((64, 64), 90).convert("RGB").save(drawn, "JPEG")
    return io.BytesIO(drawn.getvalue()), "wall.jpg"
