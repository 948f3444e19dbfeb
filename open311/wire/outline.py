"""Maps as SVG: outlines with their names, and what somebody chose, in the colors of ``web/static/pages.css``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from open311.domain.map_frame import SIDE
from open311.wire.formats.xml import escape

Pixel = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Outline:
    """A boundary: its path in pixels, its name, and the pixel where the name is written."""

    path: str
    name: str
    at: Pixel


def draw(
    outlines: Sequence[Outline], *, corners: Sequence[Pixel] = (), circle: tuple[Pixel, float] | None = None
) -> bytes:
    """Draw a map. ``corners`` are joined to an area; ``circle`` is given by its middle and its radius, in pixels."""
    pieces = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIDE}" height="{SIDE}" viewBox="0 0 {SIDE} {SIDE}">',
        f'<rect width="{SIDE}" height="{SIDE}" fill="#f2f6fa"/>',
        *(f'<path d="{each.path}" fill="#fff" stroke="#5b6b7b"/>' for each in outlines),
        '<g font-family="sans-serif" font-size="11" text-anchor="middle" fill="#484949">',
        *(f'<text x="{_n(each.at[0])}" y="{_n(each.at[1])}">{escape(each.name)}</text>' for each in outlines),
        "</g>",
        '<g fill="#0f4d90" fill-opacity=".2" stroke="#0f4d90" stroke-width="2">',
    ]
    if corners:
        pieces.append(f'<polygon points="{" ".join(f"{_n(x)},{_n(y)}" for x, y in corners)}"/>')
    if circle:
        corners = [circle[0]]
        pieces.append(f'<circle cx="{_n(corners[0][0])}" cy="{_n(corners[0][1])}" r="{_n(circle[1])}"/>')
    pieces += [f'<circle cx="{_n(x)}" cy="{_n(y)}" r="4" fill-opacity="1"/>' for x, y in corners]
    return "".join([*pieces, "</g></svg>"]).encode()


def _n(number: float) -> str:
    """A coordinate in pixels, rounded to a tenth."""
    return f"{number:.1f}"
