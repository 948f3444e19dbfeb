"""GET and POST servicerequestupdates (mySociety's extension): the public history, and updates from other systems."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint
from werkzeug.datastructures import MultiDict

from open311.actions.base.actor import Actor
from open311.actions.cases.progress import comment, progress, update_by
from open311.api.arguments import MAX_PAGE_SIZE, whole
from open311.api.call import Call
from open311.api.clients import writer
from open311.api.endpoint import Reply, endpoint
from open311.api.installation import installation
from open311.api.links import link
from open311.api.window import longest_window
from open311.catalog.city import Jurisdiction
from open311.domain.case_ref import CaseRef
from open311.domain.change import Change
from open311.domain.draft import MAX_LINE_CHARACTERS, MAX_TEXT_CHARACTERS, clean_line, clean_text, web_address
from open311.domain.errors import (
    InvalidArgument,
    KeyRefused,
    MissingArgument,
    StepRefused,
    UnknownServiceRequest,
)
from open311.domain.exposure import first_moderation
from open311.domain.lifecycle import Outcome, Status
from open311.domain.moment import now, read_moment
from open311.queries.cases import shown
from open311.queries.filters.readers import split
from open311.queries.publications import updates
from open311.queries.publications.updates import PublicUpdate
from open311.wire.documents import UpdateDocument, UpdateReceiptDocument

blueprint = Blueprint("updates", __name__)

STATUSES: dict[str, tuple[Status, Outcome | None] | None] = {
    "open": None,
    "reopen": (Status.RECEIVED, None),
    "reopened": (Status.RECEIVED, None),
    "investigating": (Status.IN_PROGRESS, None),
    "in_progress": (Status.IN_PROGRESS, None),
    "action_scheduled": (Status.IN_PROGRESS, None),
    "acknowledged": (Status.ACKNOWLEDGED, None),
    "closed": (Status.CLOSED, Outcome.RESOLVED),
    "fixed": (Status.CLOSED, Outcome.RESOLVED),
    "no_further_action": (Status.CLOSED, Outcome.NO_ACTION_NEEDED),
    "not_councils_responsibility": (Status.CLOSED, Outcome.NOT_RESPONSIBLE),
    "unable_to_fix": (Status.CLOSED, Outcome.UNABLE),
    "duplicate": (Status.CLOSED, Outcome.DUPLICATE),
    "internal_referral": (Status.REFERRED, None),
}
"""What clients call a state (any case, spaces or underscores), and what it is here.

``open`` is no step: FixMyStreet sends it with every comment, also where its own copy is closed. An action that is
scheduled comes without its date, so it is in progress here.
"""


@blueprint.get("/servicerequestupdates<suffix:suffix>")
@endpoint(UpdateDocument)
def list_updates(call: Call) -> Reply:
    """Public updates of published service requests, newest first; the last 90 days, 1,000 a page."""
    _enabled()
    zone = call.jurisdiction.timezone
    start, end = (_moment(call.arguments, name, zone) for name in ("start_date", "end_date"))
    number = whole(call.arguments, "page", 1, None)
    size = whole(call.arguments, "page_size", MAX_PAGE_SIZE, MAX_PAGE_SIZE)
    rows = updates.page(call.jurisdiction.key, *_window(start, end, zone), _numbers(call.arguments), number, size)
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


def _window(start: datetime | None, end: datetime | None, zone: str) -> tuple[datetime, datetime]:
    """The span of time that is asked for, at most 90 days; by default the last 90."""
    start, end = longest_window(start, end if start or end else now() + timedelta(minutes=1), zone)
    if start is None or end is None:
        raise InvalidArgument("start_date and end_date must leave room for 90 days")
    return start, end


def _row(jurisdiction: Jurisdiction, update: PublicUpdate) -> dict[str, Any]:
    """The update as a row of its document; its picture only if the service shows pictures of residents at once."""
    service = jurisdiction.services.get(update.service_code)
    shows_pictures = service is not None and service.exposure(first_moderation(service.publishing)).foreign_photos
    media_url = update.media_url if shows_pictures else None
    return {**asdict(update), "update_id": str(update.update_id), "media_url": media_url}


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
    arguments = call.arguments
    number = arguments.get("service_request_id", "").strip()
    if not number:
        raise MissingArgument("service_request_id required")
    client_update_id = _line(arguments, "update_id") or None
    media_url = web_address(_line(arguments, "media_url"))
    text = clean_text(arguments.get("description", ""))
    if len(text) > MAX_TEXT_CHARACTERS:
        raise InvalidArgument(f"description is longer than {MAX_TEXT_CHARACTERS} characters")
    case = shown.summary(call.jurisdiction.key, number)
    if case is None:
        raise UnknownServiceRequest(f"service_request_id {number!r} was not found")
    if client_update_id and (before := update_by(client.key, client_update_id, number)):
        return Reply([{"update_id": before}])
    occurred = _moment(arguments, "updated_datetime", call.jurisdiction.timezone)
    change = Change(text=text, media_url=media_url or "", occurred_at=min(occurred, now()) if occurred else None)
    actor, ref = Actor("client", client.key, client_update_id), CaseRef(call.jurisdiction.key, number)
    if "updates" not in client.scopes:
        if case.api_client != client.key:
            raise KeyRefused("this api_key may add comments to service requests that it filed, and no others")
        _needs(text)
        return Reply([{"update_id": comment(call.environment, ref, actor, change, public=False)}])
    step = _step(arguments.get("status", ""), case.status)
    if step is None:
        _needs(text)
        return Reply([{"update_id": comment(call.environment, ref, actor, change)}])
    status, outcome = step
    if status is Status.CLOSED:
        _needs(text)
    taken = progress(call.environment, ref, actor, replace(change, status=status, outcome=outcome))
    return Reply([{"update_id": taken}])


def _step(word: str, current: Status) -> tuple[Status, Outcome | None] | None:
    """The step that a client's word for a state means here; None if the service request is in that state already."""
    word = word.strip().lower().replace(" ", "_").replace("-", "_").replace("'", "")
    if not word:
        return None
    if word not in STATUSES:
        raise InvalidArgument(f"status {word!r} is not one of {', '.join(STATUSES)}")
    step = STATUSES[word]
    if step is None:
        return None
    status, outcome = step
    closed = current in (Status.CLOSED, Status.DISPUTED)
    if status is current or (status is Status.RECEIVED and not closed):
        return None
    if word == "action_scheduled" and current is Status.SCHEDULED:
        return None
    if closed and status not in (Status.RECEIVED, Status.CLOSED):
        raise StepRefused("a closed service request is opened again (status REOPEN) before anything else")
    return status, outcome


def _needs(text: str) -> None:
    if not text:
        raise MissingArgument("description required")


def _line(arguments: MultiDict[str, str], name: str) -> str:
    text = clean_line(arguments.get(name, ""))
    if len(text) > MAX_LINE_CHARACTERS:
        raise InvalidArgument(f"{name} is longer than {MAX_LINE_CHARACTERS} characters")
    return text


def _moment(arguments: MultiDict[str, str], name: str, zone: str) -> Any:
    text = arguments.get(name, "").strip()
    if not text:
        return None
    try:
        return read_moment(text, zone)
    except ValueError as fault:
        raise InvalidArgument(f"{name}: {fault}") from None


def _enabled() -> None:
    if not installation().updates_enabled:
        raise KeyRefused("servicerequestupdates is switched off on this server")
