"""The pages for following what is around a place or in an area, chosen on a map that is a picture, or typed.

The map is a button of the form (``<input type=image>``): a click shows the form anew, with the place that was clicked
and everything that was typed, so all of it works without JavaScript.
"""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

import orjson
from flask import Response, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from open311.actions.base.environment import current_environment
from open311.actions.telling import follow
from open311.catalog.city import Jurisdiction
from open311.domain.map_frame import CLOSEST, MAX_AREA_CHARACTERS, MAX_CORNERS, SIDE, Frame, read_corners, write_corners
from open311.domain.place import Box, Point, box_around
from open311.entrypoints.portal.following import Wish
from open311.queries.places import outlines
from open311.web import fields
from open311.web.gate import Door
from open311.web.language import N_
from open311.web.language import gettext as _
from open311.web.pages import Pages
from open311.wire.outline import Outline, draw

blueprint = Pages("drawing", __name__)

MIN_CORNERS = 3
"""The fewest corners that an area has."""
DISTANCES = (100, 200, 500, 1000, 2000, follow.MAX_RADIUS_METRES)
"""Distances to choose from, in metres."""
LAT = fields.line("lat")
LONG = fields.line("long")
AREA = fields.line("area", limit=MAX_AREA_CHARACTERS)
NO_PLACE = N_("Choose a place on the map, or write its latitude and longitude")
NO_AREA = N_("Set at least three corners, one after the other around the area, so that no lines cross")


@dataclass(frozen=True)
class View:
    """The part of the city that a map shows: ``at`` is its center (``lat,long`` in a query), ``zoom`` how close."""

    bounds: Box
    at: Point | None
    zoom: int

    @classmethod
    def of(cls, jurisdiction: Jurisdiction, *, to: Point | None = None) -> View | None:
        """Read the view from the query, centered on ``to`` if given; None where the city has no bounds."""
        if jurisdiction.bounds is None:
            return None
        given = request.values.get("zoom", "")
        zoom = min(int(given), CLOSEST) if given.isascii() and given.isdigit() and len(given) < 3 else 0
        at = _points(request.values.get("at", ""))
        return cls(jurisdiction.bounds, to or (at[0] if at else None), zoom)

    @property
    def frame(self) -> Frame:
        """The square that the map shows."""
        return Frame.around(self.bounds, self.zoom, self.at)

    def clicked(self) -> Point | None:
        """Return the place that was clicked, or None: a keyboard clicks such a picture at 0, 0, which says nothing."""
        x, y = (request.values.get(f"map.{axis}", "") for axis in "xy")
        if not (x.isascii() and x.isdigit() and y.isascii() and y.isdigit()) or (x, y) == ("0", "0"):
            return None
        return self.frame.point(min(int(x[:4]), SIDE), min(int(y[:4]), SIDE))

    @property
    def query(self) -> dict[str, str]:
        """The view as a query or as hidden fields."""
        centre = self.frame.centre
        return {"at": f"{centre.lat:.6f},{centre.long:.6f}", "zoom": str(self.zoom)}

    @property
    def moves(self) -> dict[str, str]:
        """The moves that can be made from here: values of the buttons, with their words."""
        zooms = {"closer": _("Closer")} if self.zoom < CLOSEST else {}
        zooms |= {"farther": _("Farther")} if self.zoom else {}
        return {**zooms, "north": _("North"), "south": _("South"), "west": _("West"), "east": _("East")}

    def moved(self, move: str) -> View:
        """The view after a move; this one, where there is no such move."""
        if move not in self.moves:
            return self
        if move in _ZOOMS:
            return replace(self, at=self.frame.centre, zoom=self.zoom + _ZOOMS[move])
        return replace(self, at=self.frame.moved(*_SHIFTS[move]).centre)


_ZOOMS = {"closer": 1, "farther": -1}
_SHIFTS = {"north": (0, 0.5), "south": (0, -0.5), "west": (-0.5, 0), "east": (0.5, 0)}
"""How far each move goes, in widths and heights of the map."""


def _is_on_map() -> bool:
    """Whether the map was clicked or moved: that only shows the form again, with everything that was typed."""
    return "map.x" in request.form or "move" in request.form


@blueprint.route("/follow/place", methods=["GET", "POST"], access=Door.PUBLIC)
def place() -> AnyResponse:
    """Follow all reports around a place."""
    city = current_environment().city.first
    given = [request.values.get(name, "").strip() for name in ("lat", "long")]
    asked = request.values.get("metres", "")
    metres = int(asked) if asked in map(str, DISTANCES) else 500
    view = View.of(city)
    if view and (clicked := view.clicked()):
        given = [str(clicked.lat), str(clicked.long)]
        view = View.of(city, to=clicked)
    elif view:
        view = view.moved(request.form.get("move", ""))
    chosen = _points(",".join(given))
    asked_for = {"lat": given[0], "long": given[1], "metres": str(metres)}
    wish = Wish.of(city, LAT, LONG, start=asked_for, sent=not _is_on_map())
    if wish.form.sent and not chosen:
        wish.form.wrong(LAT, NO_PLACE)

    def ask(to: str, *, daily: bool, language: str) -> None:
        follow.follow_radius(current_environment(), city.key, chosen[0], metres, to, daily=daily, language=language)

    distances = [(str(each), str(each)) for each in DISTANCES]
    what = {"distances": distances, **_shown(view, asked_for)}
    return wish.answer("follow_place", ask, LAT, words=NO_PLACE, **what)


@blueprint.route("/follow/area", methods=["GET", "POST"], access=Door.PUBLIC)
def area() -> AnyResponse:
    """Follow all reports in an area, whose corners are clicked or written one after the other."""
    city = current_environment().city.first
    written = request.values.get("area", "")[:MAX_AREA_CHARACTERS].strip()
    view = View.of(city)
    corners: list[Point] = []
    with suppress(ValueError):
        corners = read_corners(written)
    if view and (clicked := view.clicked()) and len(corners) < MAX_CORNERS:
        corners.append(clicked)
        written = write_corners(corners)
    move = request.form.get("move", "")
    if move == "back" and corners:
        written = write_corners(corners := corners[:-1])
    view = view and view.moved(move)
    wish = Wish.of(city, AREA, start={"area": written}, sent=not _is_on_map())
    if wish.form.sent and len(corners) < MIN_CORNERS and not written.startswith("{"):
        wish.form.wrong(AREA, NO_AREA)
    what = {**_shown(view, {"area": write_corners(corners)}), "corners": corners}
    ask = partial(follow.follow_area, current_environment(), city.key, _geojson(written, corners))
    return wish.answer("follow_area", ask, AREA, words=NO_AREA, **what)


def _geojson(written: str, corners: list[Point]) -> str:
    """Return an area as GeoJSON; where it is no list of corners, what was typed."""
    if not corners:
        return written
    ring = [[corner.long, corner.lat] for corner in (*corners, corners[0])]
    return orjson.dumps({"type": "Polygon", "coordinates": [ring]}).decode()


def _shown(view: View | None, fields: dict[str, str]) -> dict[str, Any]:
    """Return what a page needs for its map: the picture, the hidden fields of its view, and the moves."""
    if view is None:
        return {"map": None}
    picture = f"{url_for('drawing.picture')}?{urlencode({**view.query, **fields})}"
    return {"map": {"picture": picture, "side": SIDE, "view": view.query, "moves": view.moves}}


@blueprint.get("/follow/map.svg", access=Door.PUBLIC)
def picture() -> Response:
    """Serve the map as a picture, with what was chosen on it."""
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
    """Return center and radius in pixels of the circle that was chosen, or None."""
    chosen = _points(",".join(request.args.get(name, "") for name in ("lat", "long")))
    metres = request.args.get("metres", "")
    if not chosen or metres not in map(str, DISTANCES):
        return None
    around = box_around(chosen[0], int(metres))
    return frame.pixel(chosen[0]), (around.north - around.south) / 2 / frame.height * SIDE


def _points(text: str) -> list[Point]:
    """Return the place that a text ``lat,long`` names, in a list; an empty list for anything else."""
    with suppress(ValueError):
        lat, long = (float(part) for part in text.split(","))
        if math.isfinite(lat) and math.isfinite(long):
            return [Point(long=long, lat=lat)]
    return []
