"""What was asked of a filter, as values that know their SQL parameters.

SQL is compiled once for each ``shape`` of a value and not for each value: two values of the same shape differ in
their parameters only.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from open311.domain.boundary_name import BoundaryName
from open311.domain.place import Box, Point
from open311.domain.place import box_around as box_of_circle
from open311.domain.search_text import searchable


class Value:
    """What was asked of one filter."""

    __slots__ = ()

    @property
    def shape(self) -> Hashable:
        """What the filter's SQL depends on, besides its parameters."""
        return None

    def parameters(self, name: str) -> dict[str, Any]:
        """The SQL parameters; their names begin with the name of the filter."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Equal(Value):
    """One plain value, or None for what has no value. The shape says whether there is one."""

    value: str | int | bool | None

    @property
    def shape(self) -> Hashable:
        """Whether there is a value."""
        return self.value is not None

    def parameters(self, name: str) -> dict[str, Any]:
        """The value under the filter's own name."""
        return {name: self.value}


@dataclass(frozen=True, slots=True)
class AnyOf(Value):
    """One or several words. The shape says whether there are several: a list of one would lose an index's order."""

    words: tuple[str, ...]

    @property
    def shape(self) -> Hashable:
        """Whether there are several words."""
        return len(self.words) > 1

    def parameters(self, name: str) -> dict[str, Any]:
        """A text, or a list of several, under the filter's own name."""
        return {name: list(self.words) if len(self.words) > 1 else self.words[0]}


@dataclass(frozen=True, slots=True)
class Instant(Value):
    """A moment in time."""

    at: datetime
    day: bool = False
    """Whether it was given as a day: the moment is its first, or at an end its last."""

    def parameters(self, name: str) -> dict[str, Any]:
        """The moment under the filter's own name."""
        return {name: self.at}


@dataclass(frozen=True, slots=True)
class Area(Value):
    """A box on the globe."""

    box: Box

    def parameters(self, name: str) -> dict[str, Any]:
        """The sides ``_west``, ``_south``, ``_east`` and ``_north``."""
        box = self.box
        return {
            f"{name}_west": box.west,
            f"{name}_south": box.south,
            f"{name}_east": box.east,
            f"{name}_north": box.north,
        }


@dataclass(frozen=True, slots=True)
class Circle(Value):
    """A circle on the globe: its centre, and its radius in metres."""

    centre: Point
    metres: float

    @property
    def box(self) -> Box:
        """A box that contains the circle, for the index on places."""
        return box_of_circle(self.centre, self.metres)

    def parameters(self, name: str) -> dict[str, Any]:
        """The sides of the box, the centre as ``_long`` and ``_lat``, and ``_metres``."""
        centre = {f"{name}_long": self.centre.long, f"{name}_lat": self.centre.lat, f"{name}_metres": self.metres}
        return Area(self.box).parameters(name) | centre


@dataclass(frozen=True, slots=True)
class Boundaries(Value):
    """Boundaries that all have to contain the place. The shape says which of them name a vintage."""

    names: tuple[BoundaryName, ...]

    @property
    def shape(self) -> tuple[bool, ...]:
        """For each boundary, whether a vintage is named."""
        return tuple(bool(each.vintage) for each in self.names)

    def parameters(self, name: str) -> dict[str, Any]:
        """For each boundary its position and ``_layer``, ``_code``, ``_vintage``."""
        found: dict[str, Any] = {}
        for position, each in enumerate(self.names):
            found |= {
                f"{name}_{position}_layer": each.layer,
                f"{name}_{position}_code": each.code,
                f"{name}_{position}_vintage": each.vintage,
            }
        return found


@dataclass(frozen=True, slots=True)
class Search(Value):
    """Text to look for: the number of a service request, or words that all have to occur."""

    text: str

    def parameters(self, name: str) -> dict[str, Any]:
        """The text as it was given, and ``_words``, prepared for the search index."""
        return {name: self.text, f"{name}_words": searchable(self.text)}
