"""GET feeds: what everybody may see of service requests, for feed readers. Made of the published documents alone."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from posixpath import basename
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import orjson
from flask import Blueprint, request

from open311.api.answers import ASK_AGAIN, Answer, answers
from open311.api.arguments import FILTER_PARAMETERS, check_boundaries, filters, read_cursor, write_cursor
from open311.api.call import Call
from open311.api.validators import validator
from open311.catalog.city import Jurisdiction
from open311.domain.draft import web_address
from open311.domain.errors import UnknownServiceRequest
from open311.domain.event import Event, event_of
from open311.domain.lifecycle import Outcome
from open311.domain.moment import now, read_moment
from open311.domain.place import Point
from open311.domain.wording import FEED_PHRASES, FilledText, fill
from open311.queries.publications import service_requests, updates
from open311.queries.publications.service_requests import Cursor, Listing, Published
from open311.queries.publications.updates import PublicEvent
from open311.queries.publications.versions import version
from open311.wire.atom import MEDIA_TYPE, Entry, Feed, Link, write
from open311.wire.facts import CaseFacts
from open311.wire.formats import FORMATS

blueprint = Blueprint("feeds", __name__)

ENTRIES_PER_PAGE = 50
"""Entries on a page of a feed; the link ``next`` leads to the rest (RFC 5005, paged feeds)."""
JSON = FORMATS["json"]


@blueprint.get("/feeds/requests.atom")
@answers(errors_in="xml", any_jurisdiction=True)
def newest(call: Call) -> Answer:
    """Service requests, newest first, narrowed by the filters of their list. No span of time is needed."""
    written = call.arguments.get("cursor", "").strip()
    cursor = read_cursor(written) if written else None
    given = filters(call.arguments, call.jurisdiction)
    listing = Listing(call.jurisdiction.key, given, page_size=ENTRIES_PER_PAGE, cursor=cursor)
    return _answer(call, listing, lambda language: _newest(call, listing, language))


@blueprint.get("/feeds/requests/<number:service_request_id>.atom")
@answers(errors_in="xml", any_jurisdiction=True)
def one(call: Call, service_request_id: str) -> Answer:
    """What happened to one service request, newest first."""
    return _answer(call, service_request_id, lambda language: _one(call, service_request_id, language))


def _answer(call: Call, asked: object, make: Callable[[str], Feed]) -> Answer:
    """A feed in the reader's language, or that the reader has it already."""
    language = call.jurisdiction.wordings.best(request.accept_languages.values(), *FEED_PHRASES)
    question = f"{call.root_url}{request.full_path}"
    etag = validator(version(call.jurisdiction.key), asked, language, question)
    headers = {**ASK_AGAIN, "Vary": "Accept-Language"}
    if call.holds(etag):
        return Answer.unchanged(etag, headers)
    headers |= {"Content-Language": language} | ({"ETag": etag} if etag else {})
    return Answer(write(make(language)), f"{MEDIA_TYPE}; charset=utf-8", headers)


def _newest(call: Call, listing: Listing, language: str) -> Feed:
    rows = service_requests.rows(listing, JSON.suffix)
    if not rows:
        check_boundaries(listing.jurisdiction, listing.given)
    entries = [_report(call, row, language) for row in rows]
    jurisdiction, sent = call.jurisdiction, _narrowed_by(call)
    links = [
        _self(call),
        Link("alternate", _address(call, f"{call.endpoint.path}/requests.json", sent), JSON.media_type),
        Link("first", _address(call, request.path, sent)),
    ]
    if len(rows) == ENTRIES_PER_PAGE:
        last = Cursor(rows[-1].requested, rows[-1].number)
        links.append(Link("next", _address(call, request.path, [*sent, ("cursor", write_cursor(last))])))
    return Feed(
        # The same question is the same feed, wherever it is asked.
        id=f"{_tag(jurisdiction)}requests" + (f"?{urlencode(sorted(sent))}" if sent else ""),
        title=jurisdiction.wordings.say("feed_title", language, city=jurisdiction.name),
        author=jurisdiction.name,
        language=language,
        updated=max((entry.updated for entry in entries), default=now()),
        links=links,
        entries=entries,
    )


def _narrowed_by(call: Call) -> list[tuple[str, str]]:
    """The parameters that narrow the feed, as they were sent."""
    known = {"jurisdiction_id", *FILTER_PARAMETERS}
    return [(name, text) for name, text in call.arguments.items(multi=True) if name in known]


def _report(call: Call, published: Published, language: str) -> Entry:
    """A published document as an entry."""
    document: dict[str, Any] = orjson.loads(published.document)
    jurisdiction, number, say = call.jurisdiction, published.number, call.jurisdiction.wordings.say
    status = say(document["status"], language)
    links = [
        Link(
            "alternate",
            _address(call, f"{call.endpoint.path}/requests/{quote(number, safe='')}.json"),
            JSON.media_type,
        ),
        Link("related", _address(call, f"/feeds/requests/{quote(number, safe='')}.atom")),
    ]
    if photo := web_address(document["media_url"] or ""):  # old documents contain what a client sent, whatever it was
        kind = mimetypes.guess_type(basename(urlsplit(photo).path))[0]
        links.append(Link("enclosure", photo, kind or "image/jpeg"))
    return Entry(
        id=f"{_tag(jurisdiction)}requests/{quote(number, safe='')}",
        title=say("feed_entry", language, service=document["service_name"], number=number, status=status),
        updated=published.changed,
        published=read_moment(document["requested_datetime"], jurisdiction.timezone),
        words=[document[name] for name in ("description", "address", "status_notes") if document[name]],
        author=document["agency_responsible"] or jurisdiction.name,
        categories=[
            (document["service_code"], document["service_name"]),
            (document["status"], status),
        ],
        links=links,
        point=None if document["lat"] is None else Point(document["long"], document["lat"]),
    )


def _one(call: Call, number: str, language: str) -> Feed:
    published = service_requests.one(call.jurisdiction.key, number, JSON.suffix)
    if published is None:
        raise UnknownServiceRequest(f"service_request_id {number!r} was not found")
    report = _report(call, published, language)
    events = updates.history(published.key, ENTRIES_PER_PAGE)
    entries = [entry for each in events if (entry := _step(call.jurisdiction, report, each, language))]
    return Feed(
        id=f"{report.id}/history",
        title=report.title,
        author=report.author,
        language=language,
        updated=report.updated,
        links=[_self(call), report.links[0]],
        entries=entries,
    )


def _step(jurisdiction: Jurisdiction, report: Entry, happened: PublicEvent, language: str) -> Entry | None:
    """A public event in the words of the letters about it; None if no letters are sent about it."""
    event = event_of(
        kind=happened.kind, changes=happened.changes, status=happened.status, text=happened.text, actor=happened.actor
    )
    if event is None:
        return None
    told = _told(jurisdiction, event, happened, language)
    return Entry(
        id=f"{_tag(jurisdiction)}updates/{happened.uuid}",
        title=told.subject,
        language=told.language,
        updated=happened.occurred_at,
        published=happened.occurred_at,
        words=[happened.text] if happened.text else [],
        links=report.links[:1],
        point=report.point,
    )


def _told(jurisdiction: Jurisdiction, event: Event, happened: PublicEvent, language: str) -> FilledText:
    outcome = Outcome(happened.outcome) if happened.outcome else None
    wordings = jurisdiction.wordings
    wording = wordings.find(event, language, outcome=outcome, service_code=happened.service_code)
    facts = CaseFacts(
        number=happened.number,
        service=happened.service_name,
        department=happened.agency_responsible,
        text=happened.text,
        expected=happened.expected_datetime,
        scheduled=happened.scheduled_datetime,
    )
    return fill(wording, facts.filled(jurisdiction.name, jurisdiction.timezone, wording.language))


def _self(call: Call) -> Link:
    return Link("self", call.root_url + request.full_path.rstrip("?"))


def _tag(jurisdiction: Jurisdiction) -> str:
    """The beginning of ids that remain when the server moves to another address (RFC 4151).

    The key of a jurisdiction never changes, and is its domain by custom; the date is that of the specification.
    """
    return f"tag:{jurisdiction.key},2011-03-07:"


def _address(call: Call, path: str, query: list[tuple[str, str]] | None = None) -> str:
    return f"{call.root_url}{path}" + (f"?{urlencode(query)}" if query else "")
