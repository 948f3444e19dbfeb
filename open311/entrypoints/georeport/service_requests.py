"""GET requests, GET requests/{service_request_id}, POST requests."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from flask import Blueprint, request
from werkzeug.datastructures import MultiDict

from open311.actions.base.actor import REPORTER, Actor
from open311.actions.base.idempotency import Once
from open311.actions.intake.submit import submit
from open311.api.answer_cache import CacheMark
from open311.api.answers import ASK_AGAIN
from open311.api.arguments import check_boundaries, listing, write_cursor
from open311.api.call import Call
from open311.api.clients import writer
from open311.api.endpoint import Reply, endpoint
from open311.api.faults import repeated
from open311.api.links import link
from open311.api.sent import ATTRIBUTE, ignored, sent, uploads
from open311.api.validators import validator
from open311.domain.draft import Draft
from open311.domain.errors import InvalidArgument, UnknownServiceRequest
from open311.domain.moment import now
from open311.entrypoints.georeport.extended import extended
from open311.queries.filters import table
from open311.queries.publications import service_requests
from open311.queries.publications.service_requests import Cursor, Listing, Page, Published
from open311.queries.publications.versions import version
from open311.wire.documents import ReceiptDocument, ServiceRequestDocument
from open311.wire.formats import FORMATS, converted

blueprint = Blueprint("service_requests", __name__)

JSON = FORMATS["json"]


@blueprint.get("/requests<suffix:suffix>")
@endpoint(ServiceRequestDocument)
def list_service_requests(call: Call) -> Reply:
    """Service requests, newest first; the last 90 days and 1,000 at most (GeoReport v2, GET Service Requests)."""
    asked = listing(call.arguments, call.jurisdiction, now())
    if _wants_extensions(call) or not call.format.stored:  # made for this answer, so there is no validator
        rows = service_requests.rows(asked, _column(call))
        last = Cursor(rows[-1].requested, rows[-1].number) if rows else None
        page = Page(_joined(call, rows), len(rows), last)
        if not rows:
            check_boundaries(asked.jurisdiction, asked.given)
        return Reply(joined=page.joined, headers=_headers(call, asked, page))
    if call.if_none_match and call.holds(etag := _etag(call, asked, version(call.jurisdiction.key))):
        return Reply.unchanged(etag, ASK_AGAIN)
    page = service_requests.page(asked, call.format.suffix, call.format.separator)
    if not page.count:
        check_boundaries(asked.jurisdiction, asked.given)
    mark = CacheMark(call.jurisdiction.key, page.version) if page.version else None
    return Reply(joined=page.joined, headers=_headers(call, asked, page), cache=mark)


@blueprint.get("/requests/<number:service_request_id><suffix:suffix>")
@endpoint(ServiceRequestDocument)
def one_service_request(call: Call, service_request_id: str) -> Reply:
    """One service request, as a list of one (GeoReport v2, GET Service Request)."""
    found = service_requests.one(call.jurisdiction.key, service_request_id, _column(call))
    if found is None:
        raise UnknownServiceRequest(f"service_request_id {service_request_id!r} was not found")
    return Reply(joined=_joined(call, [found]))


def _column(call: Call) -> str:
    """The column of ready-made documents that the answer is made of."""
    return call.format.suffix if call.format.stored else JSON.suffix


def _joined(call: Call, found: Sequence[Published]) -> bytes:
    """Join documents, each in the format that is asked for and with its extensions where they are."""
    if not call.format.stored:
        written = partial(converted, ServiceRequestDocument, call.format)
        found = [replace(each, document=written(each.document)) for each in found]
    if _wants_extensions(call):
        return extended(call, found)
    return call.format.separator.join(each.document for each in found)


@blueprint.post("/requests<suffix:suffix>")
@endpoint(ReceiptDocument)
def file_service_request(call: Call) -> Reply:
    """File a service request; the answer is 200 with a number or a token (GeoReport v2, POST Service Request)."""
    client = writer(call.jurisdiction, "requests")
    arguments, photos = sent(), uploads()
    receipt = submit(
        call.environment,
        call.jurisdiction,
        _draft(call, arguments, [content for _, content in photos]),
        Actor("client", client.key) if client else REPORTER,
        once=_once(arguments, photos),
    )
    row = {
        "service_request_id": receipt.service_request_id,
        "token": receipt.token,
        "service_notice": receipt.service_notice,
        "account_id": "",
        "media_not_kept": list(receipt.media_not_kept) or None,
    }
    return Reply([row], headers=ignored(arguments, PARAMETERS))


LINES = {
    "address": ("address_string", "address"),
    "address_id": ("address_id",),
    "zipcode": ("zipcode",),
    "language": ("language",),
}
"""Single-line fields of a draft, and the parameters that they come in. Old Java clients send ``address``."""
PERSONAL = ("first_name", "last_name", "email", "phone", "device_id", "account_id")
SINGLE = (
    "service_code",
    "lat",
    "long",
    "description",
    *(name for given in LINES.values() for name in given),
    *PERSONAL,
)
"""Parameters that have one value."""
PARAMETERS = frozenset((*SINGLE, "media_url", "api_key", "jurisdiction_id", "client_request_id", "extensions"))
"""Everything that a service request can be filed with, besides ``attribute[code]`` and files."""


def _draft(call: Call, arguments: MultiDict[str, str], photos: Sequence[bytes]) -> Draft:
    given = {name: next(filter(str.strip, arguments.getlist(name)), "") for name in SINGLE}
    draft = Draft.of(
        call.jurisdiction.key,
        given["service_code"].strip(),
        lat=given["lat"],
        long=given["long"],
        lines={name: next(filter(None, map(given.__getitem__, names)), "") for name, names in LINES.items()},
        reporter={name: given[name] for name in PERSONAL},
        description=given["description"],
        answers=_answers(arguments),
        media_urls=arguments.getlist("media_url"),
        photos=photos,
    )
    twice = [fault for name in SINGLE for fault in repeated(name, arguments.getlist(name))]
    return replace(draft, faults=(*draft.faults, *twice)) if twice else draft


def _answers(arguments: MultiDict[str, str]) -> Mapping[str, Sequence[str]]:
    """``attribute[code]=v``, ``attribute[code][]=v`` and ``attribute[code][0]=v``, repeated or not."""
    answers: dict[str, list[str]] = defaultdict(list)
    for name, values in arguments.lists():
        if found := ATTRIBUTE.fullmatch(name):
            answers[found[1]] += values
    return answers


def _once(arguments: MultiDict[str, str], photos: Sequence[tuple[str, bytes]]) -> Once | None:
    """The client's idempotency key with a hash of all it sent, if it gave one."""
    given = request.headers.get("Idempotency-Key", "").strip() or arguments.get("client_request_id", "").strip()
    if not given:
        return None
    if len(given) > 255:
        raise InvalidArgument("an idempotency key has at most 255 characters")
    sent = hashlib.sha256()
    for name, values in sorted(arguments.lists()):
        if name != "api_key":
            sent.update(repr((name, values)).encode())
    for name, content in photos:
        sent.update(repr((name, hashlib.sha256(content).digest())).encode())
    return Once(given, sent.digest())


def _wants_extensions(call: Call) -> bool:
    return "extensions" in call.arguments and call.arguments["extensions"].strip().lower() == "true"


def _headers(call: Call, asked: Listing, page: Page) -> dict[str, str]:
    etag = _etag(call, asked, page.version)
    return {**ASK_AGAIN, **({"ETag": etag} if etag else {}), **_links(call, asked, page)}


def _etag(call: Call, asked: Listing, version: str | None) -> str | None:
    return validator(version, sorted(table.parameters(asked.given).items()), call.format.suffix, call.query)


def _links(call: Call, asked: Listing, page: Page) -> dict[str, str]:
    """The header ``Link``. The next page is found by a cursor, which stays right while requests come in."""
    if "service_request_id" in asked.given:
        return {}
    places = {}
    if page.count == asked.page_size:
        if asked.by_distance:
            places["next"] = f"page={asked.page + 1}"
        elif page.last:
            places["next"] = f"cursor={write_cursor(page.last)}"
    if asked.cursor or asked.page > 1:
        places["first"] = ""
    if asked.page > 1 and not asked.cursor:
        places["prev"] = f"page={asked.page - 1}"
    return link(call, places)
