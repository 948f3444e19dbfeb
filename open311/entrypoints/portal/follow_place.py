"""Follow what lies around a place or in an area: chosen on a map that is a picture, or written down.

The map is a form of its own (``<input type=image>``): a click asks for the same page anew, with the place that was
clicked, so all of it works without JavaScript.
"""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import Response, request, url_for

from open311.actions.base.environment import current_environment
from open311.actions.telling import follow
from open311.catalog.city import Jurisdiction
from open311.domain.errors import InvalidArgument
from open311.domain.map_frame import CLOSEST, MOST_CORNERS, SIDE, Frame, read_corners, write_corners
from open311.domain.place import Box, Point, box_around
from open311.entrypoints.portal.following import Wish
from open311.queries.places import outlines
from open311.web.gate import Door
from open311.web.language import gettext as _
from open311.web.pages import Pages
from open311.wire.outline import Outline, draw

blueprint = Pages("drawing", __name__)

DISTANCES = (100, 200, 500, 1000, 2000, follow.MOST_METRES)
"""Metres."""
MOST_CHARACTERS = 20_000
"""Of an area that is written down."""


@dataclass(frozen=True)
class View:
    """What of the city a map shows, as the query says it: ``at`` is its middle (``lat,long``), ``zoom`` how close."""

    bounds: Box
    at: Point | None
    zoom: int

    @classmethod
    def of(cls, jurisdiction: Jurisdiction, *, to: Point | None = None) -> View | None:
        """What was asked for, or what is around a point; none where nobody said where the city lies."""
        if jurisdiction.bounds is None:
            return None
        given = request.values.get("zoom", "")
        zoom = min(int(given), CLOSEST) if given.isascii() and given.isdigit() and len(given) < 3 else 0
        at = _points(request.values.get("at", ""))
        return cls(jurisdiction.bounds, to or (at[0] if at else None), zoom)

    @property
    def frame(self) -> Frame:
        """The square that it shows."""
        return Frame.around(self.bounds, self.zoom, self.at)

    def clicked(self) -> Point | None:
        """The place that was clicked. The keyboard presses such a picture at 0, 0, which says nothing."""
        x, y = (request.args.get(f"map.{axis}", "") for axis in "xy")
        if not (x.isascii() and x.isdigit() and y.isascii() and y.isdigit()) or (x, y) == ("0", "0"):
            return None
        return self.frame.point(min(int(x[:4]), SIDE), min(int(y[:4]), SIDE))

    def query(self, *, zoom: int | None = None, frame: Frame | None = None) -> dict[str, str]:
        """The same view as a query, or one that was changed."""
        centre = (frame or self.frame).centre
        return {"at": f"{centre.lat:.6f},{centre.long:.6f}", "zoom": str(self.zoom if zoom is None else zoom)}

    def steps(self, path: str, chosen: dict[str, str]) -> list[tuple[str, str]]:
        """The views around this one: the words of each link, and its address."""
        to = {
            _("Closer"): self.query(zoom=self.zoom + 1) if self.zoom < CLOSEST else None,
            _("Farther"): self.query(zoom=self.zoom - 1) if self.zoom else None,
            _("North"): self.query(frame=self.frame.moved(0, 0.5)),
            _("South"): self.query(frame=self.frame.moved(0, -0.5)),
            _("West"): self.query(frame=self.frame.moved(-0.5, 0)),
            _("East"): self.query(frame=self.frame.moved(0.5, 0)),
        }
        return [(words, f"{path}?{urlencode({**query, **chosen})}") for words, query in to.items() if query]


@blueprint.route("/follow/place", methods=["GET", "POST"], access=Door.PUBLIC)
def place() -> Response:
    """All reports around a place."""
    wish = Wish.of(current_environment().city.first)
    given = [request.values.get(name, "").strip() for name in ("lat", "long")]
    asked = request.values.get("metres", "")
    metres = int(asked) if asked in map(str, DISTANCES) else 500
    view = View.of(wish.jurisdiction)
    if view and (clicked := view.clicked()):
        given = [str(clicked.lat), str(clicked.long)]
        view = View.of(wish.jurisdiction, to=clicked)
    chosen = _points(",".join(given))

    def ask(to: str, *, daily: bool, language: str) -> None:
        if not chosen:
            raise InvalidArgument("no place")
        here = current_environment(), wish.jurisdiction.key
        follow.follow_radius(*here, chosen[0], metres, to, daily=daily, language=language)

    kept = {"lat": given[0], "long": given[1], "metres": str(metres)}
    what = {**kept, "distances": DISTANCES, **_shown(view, kept)}
    return wish.answer(
        "follow_place", ask, ("lat", _("Choose a place on the map, or write its latitude and longitude")), **what
    )


@blueprint.route("/follow/area", methods=["GET", "POST"], access=Door.PUBLIC)
def area() -> Response:
    """All reports in an area, whose corners are clicked or written one after the other."""
    wish = Wish.of(current_environment().city.first)
    written = request.values.get("area", "")[:MOST_CHARACTERS].strip()
    view = View.of(wish.jurisdiction)
    corners: list[Point] = []
    with suppress(ValueError):
        corners = read_corners(written)
    if view and (clicked := view.clicked()) and len(corners) < MOST_CORNERS:
        corners.append(clicked)
        written = write_corners(corners)
    what: dict[str, Any] = {"area": written, **_shown(view, {"area": write_corners(corners)})}
    if view and corners:
        what["back"] = f"{request.path}?{urlencode({**view.query(), 'area': write_corners(corners[:-1])})}"
    ask = partial(follow.follow_area, current_environment(), wish.jurisdiction.key, _geojson(written, corners))
    return wish.answer("follow_area", ask, ("area", _("Set at least three corners")), **what)


def _geojson(written: str, corners: list[Point]) -> str:
    """An area as GeoJSON: what was written, if it is no list of corners."""
    if not corners:
        return written
    ring = [[corner.long, corner.lat] for corner in (*corners, corners[0])]
    return orjson.dumps({"type": "Polygon", "coordinates": [ring]}).decode()


def _shown(view: View | None, kept: dict[str, str]) -> dict[str, Any]:
    """What a page needs for its map: the picture, what to ask for with a click, and the views around it."""
    if view is None:
        return {"map": None}
    picture = f"{url_for('drawing.picture')}?{urlencode({**view.query(), **kept})}"
    steps = view.steps(request.path, kept)
    return {"map": {"picture": picture, "side": SIDE, "view": view.query(), "kept": kept, "steps": steps}}


@blueprint.get("/follow/map.svg", access=Door.PUBLIC)
def picture() -> Response:
    """The map, with what was chosen on it."""
    jurisdiction = current_environment().city.first
    view = View.of(jurisdiction)
    frame = view.frame if view else Frame(Point(0, 0), 90)
    found = outlines.within(jurisdiction.key, list(jurisdiction.layers), frame.box, SIDE)
    corners: list[Point] = []
    with suppress(ValueError):
        corners = read_corners(request.args.get("area", ""))
    drawn = draw(
        [Outline(each.path, each.code, (each.x, each.y)) for each in found],
        corners=[frame.pixel(corner) for corner in corners],
        circle=_circle(frame),
    )
    return Response(drawn, content_type="image/svg+xml")


def _circle(frame: Frame) -> tuple[tuple[float, float], float] | None:
    """The place that was chosen, and what is around it."""
    chosen = _points(",".join(request.args.get(name, "") for name in ("lat", "long")))
    metres = request.args.get("metres", "")
    if not chosen or metres not in map(str, DISTANCES):
        return None
    around = box_around(chosen[0], int(metres))
    return frame.pixel(chosen[0]), (around.north - around.south) / 2 / frame.height * SIDE


def _points(text: str) -> list[Point]:
    """A place as ``lat,long``; an empty list for anything else."""
    with suppress(ValueError):
        lat, long = (float(part) for part in text.split(","))
        if math.isfinite(lat) and math.isfinite(long):
            return [Point(long=long, lat=lat)]
    return []
