"""Parts of photos that nobody should see."""

from __future__ import annotations

import math
from dataclasses import dataclass

from open311.domain.errors import InvalidArgument

MOST_BOXES = 20
"""Of one redaction; whoever needs more hides the photo."""


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a photo, in fractions of its width and height from the upper left corner.

    :raises InvalidArgument: it is none.
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
        """From ``left,top,right,bottom``, like ``0.1,0.2,0.3,0.45``."""
        try:
            left, top, right, bottom = (float(part) for part in text.split(","))
        except ValueError:
            raise InvalidArgument(f"{text!r} is no box like 0.1,0.2,0.3,0.45") from None
        return cls(left, top, right, bottom)

    @classmethod
    def between(cls, one: tuple[float, float], other: tuple[float, float]) -> Box:
        """From two opposite corners, in whichever order."""
        (left, right), (top, bottom) = sorted((one[0], other[0])), sorted((one[1], other[1]))
        return cls(left, top, right, bottom)

    def __str__(self) -> str:
        """As ``read`` takes it."""
        return ",".join(f"{edge:.4f}" for edge in (self.left, self.top, self.right, self.bottom))

    def pixels(self, width: int, height: int) -> tuple[int, int, int, int]:
        """The first and last columns and rows that it touches: too much rather than too little."""
        return (
            math.floor(self.left * width),
            math.floor(self.top * height),
            math.ceil(self.right * width) - 1,
            math.ceil(self.bottom * height) - 1,
        )
