"""How the text of a filter is read. A reader raises ``ValueError`` with a sentence for whoever sent it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from open311.catalog.city import Jurisdiction, Layer
from open311.domain.boundary_name import BoundaryName
from open311.domain.draft import clean_line
from open311.domain.moment import is_day, read_end, read_moment
from open311.domain.place import Box, Point
from open311.queries.filters.values import AnyOf, Area, Boundaries, Circle, Equal, Instant, Search, Value

MAX_RADIUS_METRES = 50_000
"""Largest radius of a circle, in metres."""
DEFAULT_RADIUS_METRES = 500
"""Radius of a circle whose center alone is given, in metres: a few blocks."""
MAX_BOUNDARIES = 10
"""Most boundaries that can be asked for at once: PostgreSQL plans each as another join."""
BOUNDARY_SHORTCUTS = ("ward",)
"""Parameters that stand for a boundary of the layer of their name: ``ward=5`` is ``boundary=ward:5``."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Whoever asks, as far as reading depends on it."""

    jurisdiction: Jurisdiction
    account: int | None = None
    """The account that ``me`` stands for."""
    enters_days: bool = False
    """Whether this is somebody who fills in a form with days, and not a program."""


@dataclass(frozen=True, slots=True)
class Given:
    """What was sent for one filter: texts by the names of its parameters."""

    name: str
    sent: Mapping[str, Sequence[str]]
    asker: Asker

    @property
    def texts(self) -> list[str]:
        """What was sent under the filter's own name, without blank texts."""
        return self.of(self.name)

    def of(self, parameter: str) -> list[str]:
        """What was sent for one parameter, without blank texts."""
        return [text for text in self.sent.get(parameter, ()) if text.strip()]

    def single(self, parameter: str) -> str:
        """The one value of a parameter; empty if there is none.

        :raises ValueError: when several different ones were sent.
        """
        texts = {text.strip() for text in self.of(parameter)}
        if len(texts) > 1:
            raise ValueError(f"{parameter} was given {len(texts)} times with different values")
        return texts.pop() if texts else ""


Read = Callable[[Given], Value | None]
"""Reads what was sent; None if nothing is asked."""


def split(texts: Sequence[str]) -> list[str]:
    """The words between commas; spaces and repetitions are allowed.

    :raises ValueError: when there is no word at all, which would filter nothing.
    """
    found = dict.fromkeys(word.strip() for text in texts for word in text.split(",") if word.strip())
    if not found:
        raise ValueError("nothing stands between the commas")
    return list(found)


def words(given: Given) -> Value | None:
    """One or several words between commas."""
    return AnyOf(tuple(split(given.texts))) if given.texts else None


def one_of(values: Sequence[str]) -> Read:
    """One of these values."""

    def read(given: Given) -> Value | None:
        if not given.texts:
            return None
        if (word := given.single(given.name)) not in values:
            raise ValueError(f"{word!r} is not one of {', '.join(values)}")
        return Equal(word)

    return read


def number_of(values: Sequence[int]) -> Read:
    """One of these whole numbers."""
    read_text = one_of([str(int(each)) for each in values])

    def read(given: Given) -> Value | None:
        chosen = read_text(given)
        return Equal(int(str(chosen.value))) if isinstance(chosen, Equal) else None

    return read


def statuses(given: Given) -> Value | None:
    """``open`` or ``closed``; both together ask for nothing."""
    if not given.texts:
        return None
    wanted = split([text.lower() for text in given.texts])
    if wrong := [word for word in wanted if word not in ("open", "closed")]:
        raise ValueError(f"open or closed expected, not {wrong[0]!r}")
    return None if len(wanted) == 2 else Equal(wanted[0] == "open")


def assignee(given: Given) -> Value | None:
    """The key of an account, ``me``, or ``none`` for service requests that nobody is assigned to."""
    if not given.texts:
        return None
    word = given.single(given.name)
    if word == "none":
        return Equal(None)
    if word == "me" and given.asker.account is not None:
        return Equal(given.asker.account)
    if not (word.isascii() and word.isdigit() and len(word) < 19):
        raise ValueError(f"Nobody is called {word}")
    return Equal(int(word))


def start(given: Given) -> Value | None:
    """A moment from when on; a day stands for its beginning."""
    return _instant(given, read_moment)


def end(given: Given) -> Value | None:
    """A moment up to when; a day stands for its end."""
    return _instant(given, read_end)


def _instant(given: Given, read: Callable[[str, str], datetime]) -> Value | None:
    if not given.texts:
        return None
    text = given.single(given.name)
    try:
        return Instant(read(text, given.asker.jurisdiction.timezone), day=is_day(text))
    except ValueError:
        if given.asker.enters_days:
            raise ValueError("Enter a day, like 2026-11-25") from None
        raise


def _numbers(texts: Sequence[str], names: str) -> list[float]:
    try:
        found = [float(text) for text in texts]
    except ValueError:
        found = []
    if len(found) != len(names.split(",")):
        raise ValueError(f"{names} as decimal numbers expected, not {','.join(texts)!r}")
    return found


def box(given: Given) -> Value | None:
    """West, south, east and north between commas."""
    if not given.texts:
        return None
    west, south, east, north = _numbers(given.single(given.name).split(","), "minLong,minLat,maxLong,maxLat")
    Point(west, south), Point(east, north)
    if west > east or south > north:
        raise ValueError("minLong,minLat must not be greater than maxLong,maxLat")
    return Area(Box(west, south, east, north))


def circle(given: Given) -> Value | None:
    """A circle, from the parameters ``long``, ``lat`` and ``radius``; the latter can be left out."""
    texts = [given.single(parameter) for parameter in ("long", "lat", "radius")]
    if not any(texts):
        return None
    if not all(texts[:2]):
        raise ValueError("lat and long go together, and radius goes with them")
    long, lat, metres = _numbers([*texts[:2], texts[2] or str(DEFAULT_RADIUS_METRES)], "long,lat,radius")
    if not 0 < metres <= MAX_RADIUS_METRES:
        raise ValueError(f"radius must be more than 0 and at most {MAX_RADIUS_METRES} metres")
    return Circle(Point(long, lat), metres)


def boundaries(given: Given) -> Value | None:
    """Boundaries by name, and those that shortcuts such as ``ward`` stand for; the city must have their layers."""
    named = [BoundaryName.read(text) for text in given.texts]
    named += [BoundaryName(layer, code.strip()) for layer in BOUNDARY_SHORTCUTS for code in given.of(layer)]
    names = tuple(dict.fromkeys(named)) if len(named) > 1 else tuple(named)
    if len(names) > MAX_BOUNDARIES:
        raise ValueError(f"at most {MAX_BOUNDARIES} boundaries can be given")
    layers = given.asker.jurisdiction.layers
    for each in names:
        if each.layer not in layers:
            raise ValueError(f"no boundary layer {each.layer!r}; there are {', '.join(layers)}")
    return Boundaries(names) if names else None


def layer_meant(parameter: str, layers: Mapping[str, Layer]) -> str | None:
    """The layer that an unknown parameter seems to mean, as ``Wards`` means ``ward``; None if it looks like none.

    To ignore it would answer with everything, as if nothing had been asked.
    """
    spelled = _letters(parameter)
    for layer in layers.values():
        names = {_letters(each) for each in (layer.code, layer.name, layer.code.rpartition("_")[2])}
        if spelled in names or spelled.removesuffix("s") in names:
            return layer.code
    return None


def _letters(name: str) -> str:
    return "".join(each for each in name.casefold() if each.isalnum())


def search(given: Given) -> Value | None:
    """The text to look for."""
    return Search(clean_line(" ".join(given.texts))) if given.texts else None
