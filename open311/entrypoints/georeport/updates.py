"""GET and POST servicerequestupdates (mySociety's extension): the public history, and updates from other systems."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint
from werkzeug.datastructures import MultiDict

from open311.actions.base.actor import Actor
from open311.actions.cases.told import take_update
from open311.api.arguments import MAX_PAGE, MAX_PAGE_SIZE, whole
from open311.api.call import Call
from open311.api.clients import writer
from open311.api.endpoint import Reply, endpoint
from open311.api.faults import Faults, repeated
from open311.api.installation import installation
from open311.api.links import link
from open311.api.sent import ignored, sent, uploads
from open311.api.window import longest_window
from open311.catalog.city import Jurisdiction
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.client_status import NO_STEP, Meaning, meaning
from open311.domain.draft import (
    MAX_LINE_CHARACTERS,
    MAX_TEXT_CHARACTERS,
    clean_line,
    clean_text,
    too_long,
    web_addresses,
)
from open311.domain.errors import InvalidArgument, KeyRefused, UnknownServiceRequest
from open311.domain.exposure import first_moderation
from open311.domain.moment import is_day, now, read_end, read_moment
from open311.queries.cases import shown
from open311.queries.filters.readers import split
from open311.queries.publications import updates
from open311.queries.publications.updates import PublicUpdate
from open311.wire.documents import UpdateDocument, UpdateReceiptDocument

blueprint = Blueprint("updates", __name__)


@blueprint.get("/servicerequestupdates<suffix:suffix>")
@endpoint(UpdateDocument)
def list_updates(call: Call) -> Reply:
    """Public updates of published service requests, the one told last first; the last 90 days, 1,000 a page."""
    _enabled()
    arguments, zone, faults = call.arguments, call.jurisdiction.timezone, Faults()
    for name in ("start_date", "end_date", "page", "page_size"):
        faults.add(*repeated(name, arguments.getlist(name)))
    start = faults.of(lambda: _moment(arguments, "start_date", zone, read_moment), None)
    end = faults.of(lambda: _moment(arguments, "end_date", zone, read_end), None)
    by_day = end is not None and is_day(_single(arguments, "end_date"))
    window = faults.of(lambda: _window(start, end, zone, end_is_day=by_day), None)
    numbers: list[str] = faults.of(lambda: _numbers(arguments), [])
    number = faults.of(lambda: whole(arguments, "page", 1, MAX_PAGE), 1)
    size = faults.of(lambda: whole(arguments, "page_size", MAX_PAGE_SIZE, MAX_PAGE_SIZE), MAX_PAGE_SIZE)
    faults.check()
    assert window is not None
    rows = updates.page(call.jurisdiction.key, *window, numbers, number, size)
    places = {"next": f"page={number + 1}"} if len(rows) == size else {}
    if number > 1:
        places |= {"first": "", "prev": f"page={number - 1}"}
    return Reply([_row(call.jurisdiction, row) for row in rows], headers=link(call, places))


def _numbers(arguments: MultiDict[str, str]) -> list[str]:
    """The numbers of the service requests that are asked for; empty if all are."""
    given = [text for text in arguments.getlist("service_request_id") if text.strip()]
    try:
        return split(given) if given else []
    except ValueError as fault:
        raise InvalidArgument(f"service_request_id: {fault}") from None


def _window(start: datetime | None, end: datetime | None, zone: str, *, end_is_day: bool) -> tuple[datetime, datetime]:
    """The span of time that is asked for, at most 90 days; by default the last 90."""
    end = end if start or end else now() + timedelta(minutes=1)
    start, end = longest_window(start, end, zone, end_is_day=end_is_day)
    if start is None or end is None:
        raise InvalidArgument("start_date and end_date must leave room for 90 days")
    return start, end


def _row(jurisdiction: Jurisdiction, update: PublicUpdate) -> dict[str, Any]:
    """The update as a row of its document; its picture only if the service shows pictures of residents at once."""
    service = jurisdiction.services.get(update.service_code)
    shows_pictures = service is not None and service.exposure(first_moderation(service.publishing)).foreign_photos
    pictures = (update.media_url or "").split() if shows_pictures else []
    return {
        **asdict(update),
        "update_id": str(update.update_id),
        "media_url": pictures[0] if pictures else None,
        "media_urls": pictures if len(pictures) > 1 else None,
    }


@blueprint.post("/servicerequestupdates<suffix:suffix>")
@endpoint(UpdateReceiptDocument)
def add_update(call: Call) -> Reply:
    """Change the state (scope ``updates``), or add a comment that staff look at first (to one's own requests).

    The same ``update_id`` of one client again answers what it answered first: clients repeat after time-outs.
    """
    _enabled()
    client = writer(call.jurisdiction, None)
    if client is None:  # writer() takes nobody without a key here
        raise KeyRefused("api_key required")
    arguments, trusted, faults = sent(), "updates" in client.scopes, Faults()
    number = _single(arguments, "service_request_id")
    if not number:
        faults.add("service_request_id required")
    change = _change(arguments, call.jurisdiction.timezone, faults)
    client_update_id = faults.of(lambda: _line(arguments, "update_id"), "") or None
    asked = faults.of(lambda: _meaning(arguments), NO_STEP) if trusted else None
    case = shown.summary(call.jurisdiction.key, number) if number else None
    if number and case is None:
        raise UnknownServiceRequest(f"service_request_id {number!r} was not found", also=faults.found)
    faults.check()
    assert case is not None
    if not trusted and case.api_client != client.key:
        raise KeyRefused("this api_key may add comments to service requests that it filed, and no others")
    actor, ref = Actor("client", client.key, client_update_id), CaseRef(call.jurisdiction.key, number)
    photos = [content for _, content in uploads()]
    told = take_update(call.environment, ref, actor, change, asked, photos)
    row = {"update_id": told.update_id, "service_notice": told.notice or None}
    return Reply([row], headers=ignored(arguments, PARAMETERS))


PARAMETERS = frozenset(
    {
        *("service_request_id", "update_id", "status", "description", "updated_datetime", "media_url"),
        *("api_key", "jurisdiction_id", "first_name", "last_name", "email", "phone", "title", "account_id"),
    }
)
"""What an update can be sent with. Who wrote it is not kept."""


def _change(arguments: MultiDict[str, str], zone: str, faults: Faults) -> Change:
    """The text, pictures and time of an update."""
    for name in ("service_request_id", "update_id", "status", "description", "updated_datetime"):
        faults.add(*repeated(name, arguments.getlist(name)))
    text = clean_text(_single(arguments, "description"))
    if len(text) > MAX_TEXT_CHARACTERS:
        faults.add(f"description is longer than {MAX_TEXT_CHARACTERS} characters")
    given = arguments.getlist("media_url")
    faults.add(*too_long("media_url", given))
    occurred = faults.of(lambda: _moment(arguments, "updated_datetime", zone, read_moment), None)
    return Change(text=text, media_url=web_addresses(given), occurred_at=occurred)


def _meaning(arguments: MultiDict[str, str]) -> Meaning:
    try:
        return meaning(_single(arguments, "status"))
    except ValueError as fault:
        raise InvalidArgument(str(fault)) from None


def _line(arguments: MultiDict[str, str], name: str) -> str:
    text = clean_line(_single(arguments, name))
    if len(text) > MAX_LINE_CHARACTERS:
        raise InvalidArgument(f"{name} is longer than {MAX_LINE_CHARACTERS} characters")
    return text


def _single(arguments: MultiDict[str, str], name: str) -> str:
    """The first value of a parameter that is not blank."""
    return next((text.strip() for text in arguments.getlist(name) if text.strip()), "")


def _moment(
    arguments: MultiDict[str, str], name: str, zone: str, read: Callable[[str, str], datetime]
) -> datetime | None:
    text = _single(arguments, name)
    try:
        return read(text, zone) if text else None
    except ValueError as fault:
        raise InvalidArgument(f"{name}: {fault}") from None


def _enabled() -> None:
    if not installation().updates_enabled:
        raise KeyRefused("servicerequestupdates is switched off on this server")
