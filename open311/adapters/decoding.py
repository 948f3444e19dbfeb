"""How much memory it takes to decode a photo, told by its header, and how much all decoding together may take."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image

MAX_DECODING_BYTES = 512 * 1024 * 1024
"""The memory that one process may use to decode photos, in bytes: one that needs more is refused, others wait."""
MAX_PIXELS = 256_000_000
"""The most pixels of any photo, however little memory it takes: it bounds the time."""

_BYTES_PER_PIXEL = {"WEBP": 17, "AVIF": 10, "HEIF": 9}
"""What decoders were measured to take (resident memory, Pillow 13), in bytes for each pixel, scaling down included."""
_PNG_BYTES_PER_PIXEL = {"RGB": 5, "L": 3}
_MOST_BYTES_PER_PIXEL = 10
_SCALED_BYTES_PER_PIXEL = 8
"""What a JPEG takes for each pixel of the size at which it is decoded."""
_SEVERAL_SCANS_BYTES_PER_PIXEL = 8
"""What a JPEG takes for each pixel of its full size if it comes in several scans (as progressive ones do)."""


def bytes_to_decode(image: Image.Image, data: bytes, pixels: int) -> int:
    """Return about how many bytes it takes to decode an opened image and to scale it down.

    ``pixels`` is its full size. A JPEG must have been told already (``draft``) how small it may be decoded.
    """
    if image.format in ("JPEG", "MPO"):
        scaled = image.width * image.height * _SCALED_BYTES_PER_PIXEL
        return scaled if _is_in_one_scan(data) else scaled + _coefficients(image, pixels)
    if image.format == "PNG":
        return pixels * _PNG_BYTES_PER_PIXEL.get(image.mode, _MOST_BYTES_PER_PIXEL)
    return pixels * _BYTES_PER_PIXEL.get(image.format or "", _MOST_BYTES_PER_PIXEL)


def _coefficients(image: Image.Image, pixels: int) -> int:
    """Return what the coefficients of a JPEG take: two bytes for each, fewer for colors that are sampled coarsely."""
    layers: list[tuple[int, int]] = [(across, down) for _, across, down, _ in getattr(image, "layer", ())]
    if not layers:
        return pixels * _SEVERAL_SCANS_BYTES_PER_PIXEL
    most = max(across for across, _ in layers) * max(down for _, down in layers)
    return pixels * 2 * sum(across * down for across, down in layers) // max(most, 1)


def _is_in_one_scan(data: bytes) -> bool:
    """Return whether a JPEG is sequential and its first scan has all of its colors, so that it is decoded by rows."""
    at, colors = 2, 0
    while at + 10 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xDA:
            return data[at + 4] == colors
        if marker in (0xC0, 0xC1):
            colors = data[at + 9]
        if marker == 0xFF:  # a fill byte
            at += 1
        elif marker == 0x01 or 0xD0 <= marker <= 0xD9:  # markers that stand alone
            at += 2
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4])
    return False


class _Memory:
    """Bytes that are lent; whoever wants more than is left waits."""

    def __init__(self, size: int) -> None:
        self._left = size
        self._returned = threading.Condition()

    @contextmanager
    def lent(self, size: int) -> Iterator[None]:
        """Hold so many bytes during the block."""
        with self._returned:
            self._returned.wait_for(lambda: self._left >= size)
            self._left -= size
        try:
            yield
        finally:
            with self._returned:
                self._left += size
                self._returned.notify_all()


MEMORY = _Memory(MAX_DECODING_BYTES)
"""What this process may use for decoding."""
