"""/staff/photos: the photos that wait for review, and one photo with boxes to be blackened.

The form itself carries everything between two clicks: the first sets a corner of a box, the second the opposite one.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from open311.actions.base.environment import current_environment
from open311.actions.cases.photo_review import (
    approve_photo,
    check_reviewer,
    hide_photo,
    read_original,
    redact_photo,
    see_photo,
)
from open311.domain.errors import InvalidArgument, UnknownPhoto
from open311.domain.exposure import Moderation
from open311.domain.photo import Box
from open311.domain.roles import Act
from open311.entrypoints.console.blueprint import blueprint
from open311.queries.cases import photos as reading
from open311.web.forms import Form, answer, form_page
from open311.web.gate import me
from open311.web.shell import page

MAX_BOX_ROWS = 6
"""How many boxes the form has room for; more are done in a second go."""
SHOWN_PIXELS = 640
"""Pixels of the longer side of the picture on the page; clicks are counted in these."""
EDGES = ("left", "top", "right", "bottom")


@blueprint.get("/photos", access=Act.MODERATE)
def photos() -> Response:
    """List the photos that wait for review, oldest first."""
    return page("console/photos.html", photos=reading.photos(Moderation.PENDING, me().grants))


@blueprint.get("/photos/<key:key>/picture", access=Act.MODERATE)
def picture(key: int) -> Response:
    """Serve the picture with the boxes that the address names blackened, as a trial."""
    boxes = [Box.read(text) for text in request.args.get("boxes", "").split(";") if text]
    return Response(see_photo(current_environment(), key, boxes, me().actor).image, content_type="image/jpeg")


@blueprint.get("/photos/<key:key>/original", access=Act.READ_PERSONAL)
def original(key: int) -> Response:
    """Serve the photo as it was before it was redacted; each look is noted in the audit log."""
    return Response(read_original(current_environment(), key, me().actor), content_type="image/jpeg")


@blueprint.route("/photos/<key:key>", methods=["GET", "POST"], access=Act.MODERATE)
def review(key: int) -> AnyResponse:
    """Review one photo: publish it, hide it, or blacken parts of it."""
    found = reading.photo(key)
    if found is None:
        raise UnknownPhoto(f"no photo {key}")
    check_reviewer(key, me().actor)
    form = Form.of_request()
    boxes = _BoxForm(found, form)
    show = partial(form_page, "console/photo.html", photo=found, boxes=boxes, edges=EDGES)

    def act() -> AnyResponse:
        if boxes.clicked:
            boxes.take_click()
            return show(form)
        return _done(key, boxes) or show(form)

    if form.sent and not boxes.clicked and request.form.get("do") != "hide":
        boxes.note_faults(form)
    return answer(form, act, show, at="left1")


def _done(key: int, form: _BoxForm) -> AnyResponse | None:
    """Do what the pressed button says; None for the button that only shows the boxes."""
    wanted, boxes = request.form.get("do"), form.boxes()
    if wanted == "approve" and boxes:
        raise InvalidArgument("There are boxes: redact the photo, or empty them")
    if wanted == "approve":
        approve_photo(current_environment(), key, me().actor)
    elif wanted == "hide":
        hide_photo(current_environment(), key, me().actor)
    elif wanted == "redact":
        redact_photo(current_environment(), key, boxes, me().actor)
    else:
        return None
    return redirect(url_for("console.photos"), 303)


class _BoxForm:
    """The boxes of the form, in percent of the picture, and the corner that was clicked first."""

    def __init__(self, photo: dict[str, Any], form: Form) -> None:
        scale = min(1, SHOWN_PIXELS / max(photo["width"], photo["height"]))
        self.width, self.height = (max(1, round(photo[side] * scale)) for side in ("width", "height"))
        self.rows = [
            {edge: form.given.get(f"{edge}{row}", "").strip() for edge in EDGES} for row in range(1, MAX_BOX_ROWS + 1)
        ]
        self.corner = form.given.get("corner", "")
        self.clicked = "picture.x" in request.form

    def boxes(self) -> list[Box]:
        """The boxes of all rows with something in them.

        :raises InvalidArgument: when a row is not a box.
        """
        return [self._box(place, row) for place, row in enumerate(self.rows, 1) if any(row.values())]

    def note_faults(self, form: Form) -> None:
        """Note every row that is no box as wrong, at its first field."""
        for place, row in enumerate(self.rows, 1):
            try:
                self._box(place, row) if any(row.values()) else None
            except InvalidArgument as fault:
                form.wrong(f"left{place}", str(fault))

    def _box(self, place: int, row: dict[str, str]) -> Box:
        try:
            return Box(*(float(row[edge].replace(",", ".")) / 100 for edge in EDGES))
        except (ValueError, InvalidArgument):
            told = f"Box {place}: enter its edges in percent, left before right, top before bottom"
            raise InvalidArgument(told) from None

    @property
    def tried(self) -> str:
        """The boxes for the address of the picture; empty while one of them is faulty."""
        try:
            return ";".join(str(box) for box in self.boxes())
        except InvalidArgument:
            return ""

    def take_click(self) -> None:
        """Take a click: the first one sets a corner, the second one makes a box of both.

        :raises InvalidArgument: when both clicks are at the same point, or every row is filled.
        """
        here = self._fraction("picture.x", self.width), self._fraction("picture.y", self.height)
        if not self.corner:
            self.corner = "{:.4f},{:.4f}".format(*here)
            return
        free = next((row for row in self.rows if not any(row.values())), None)
        if free is None:
            raise InvalidArgument(f"There are {MAX_BOX_ROWS} boxes: redact them first, then look for more")
        first, self.corner = self._read_corner(), ""
        box = Box.between(first, here)
        free.update({edge: f"{getattr(box, edge) * 100:.2f}" for edge in EDGES})

    def _fraction(self, name: str, side: int) -> float:
        text = request.form.get(name, "")
        return min(int(text), side) / side if text.isdecimal() and len(text) < 6 else 0.0

    def _read_corner(self) -> tuple[float, float]:
        try:
            x, y = (min(max(float(part), 0.0), 1.0) for part in self.corner.split(","))
        except ValueError:
            raise InvalidArgument("Click the first corner again") from None
        return x, y
