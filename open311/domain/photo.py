"""Photos: how their stored files are named, and the parts of them that nobody should see."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from open311.domain.errors import InvalidArgument

MAX_PHOTOS = 5
"""The most photos of one report or one update."""
MAX_BOXES = 20
"""The most boxes of one redaction; a photo that needs more is hidden instead."""


MAX_PHOTO_BYTES = 40 * 1024 * 1024
"""The largest upload that is decoded as a photo, in bytes: phones write 200 megapixels in that."""


class Unkept(StrEnum):
    """Why a photo was not kept: a code for programs, and words that follow "was not kept:"."""

    said: str

    def __new__(cls, code: str, said: str) -> Unkept:
        """Make a member whose value is its code."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.said = said
        return member

    UNREADABLE = "unreadable", "it is no photo that can be read (JPEG, PNG, WebP, HEIC or AVIF)"
    CUT_OFF = "cut_off", "it is damaged, or its end is missing; send it again"
    TOO_MANY_BYTES = "too_many_bytes", f"it has more than {MAX_PHOTO_BYTES // 1024 // 1024} MB"
    TOO_MANY_PIXELS = "too_many_pixels", "it has more pixels than this server can decode; send it smaller, or as JPEG"
    TOO_MANY = "too_many", f"at most {MAX_PHOTOS} photos are taken"
    NO_ROOM = "no_room", "this server has no room for it now; send it later as an update"
    NO_ADDRESS = "no_address", "it is no web address"


@dataclass(frozen=True, slots=True)
class StoredPhoto:
    """A photo whose files are stored. Until a service request has it, nobody can see it.

    ``file`` and ``thumbnail`` are names in the file store, ``width`` and ``height`` are pixels.
    """

    file: str
    thumbnail: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of a photo, in fractions (0 to 1) of its width and height from the upper left corner.

    :raises InvalidArgument: when the edges are in the wrong order or lie outside the photo.
    """

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        if not (0 <= self.left < self.right <= 1 and 0 <= self.top < self.bottom <= 1):
            raise InvalidArgument("a box goes from its left and upper edge to its right and lower one, in the photo")

    @classmethod
    def read(cls, text: str) -> Box:
        """Read ``left,top,right,bottom``, like ``0.1,0.2,0.3,0.45``.

        :raises InvalidArgument: when the text is not four numbers.
        """
        try:
            left, top, right, bottom = (float(part) for part in text.split(","))
        except ValueError:
            raise InvalidArgument(f"{text!r} is no box like 0.1,0.2,0.3,0.45") from None
        return cls(left, top, right, bottom)

    @classmethod
    def between(cls, one: tuple[float, float], other: tuple[float, float]) -> Box:
        """Make a box from two opposite corners, given in either order."""
        (left, right), (top, bottom) = sorted((one[0], other[0])), sorted((one[1], other[1]))
        return cls(left, top, right, bottom)

    def __str__(self) -> str:
        """Write the box as ``read`` takes it."""
        return ",".join(f"{edge:.4f}" for edge in (self.left, self.top, self.right, self.bottom))

    def pixels(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom in pixels, all inclusive, rounded so that the box is never too small."""
        return (
            math.floor(self.left * width),
            math.floor(self.top * height),
            math.ceil(self.right * width) - 1,
            math.ceil(self.bottom * height) - 1,
        )
