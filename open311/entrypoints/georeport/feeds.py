"""GET feeds: what everybody may see of service requests, for feed readers. Made of the published documents alone."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from posixpath import basename
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import orjson
from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from open311.actions.telling.notify import facts_of
from open311.api.arguments import SHORT, filters, read_cursor, write_cursor
from open311.api.endpoint import arguments_of_query, jurisdiction_of, limit_reads, root_url
from open311.api.problems import refused
from open311.api.validators import holds, validator
from open311.catalog.city import Endpoint, Jurisdiction
from open311.domain.draft import web_address
from open311.domain.errors import Refusal, UnknownServiceRequest
from open311.domain.event import Event, event_of
from open311.domain.lifecycle import Outcome
from open311.domain.moment import now, read_moment
from open311.domain.place import Point
from open311.domain.wording import fill
from open311.queries.publications import service_requests, updates
from open311.queries.publications.filters import FILTERS
from open311.queries.publications.service_requests import Cursor, Listing
from open311.queries.publications.versions import version
from open311.wire.atom import MEDIA_TYPE, Entry, Feed, Link, write
from open311.wire.formats import FORMATS

blueprint = Blueprint("feeds", __name__)

PAGE = 50
"""Entries of a page; the rest is behind "next" (RFC 5005, paged feeds)."""
PARAMETERS = (*FILTERS, *SHORT, "lat", "long")
"""Filters of the list of service requests, which a feed takes too. No span of time need be named: it has the newest."""

Make = Callable[[Endpoint, Jurisdiction, Listing, str], Feed]
JSON = FORMATS["json"]


@blueprint.get("/feeds/requests.atom")
def newest(base: Endpoint) -> Response:
    """Service requests, newest first."""

    def asked(jurisdiction: Jurisdiction) -> Listing:
        word = arguments_of_query().get("cursor", "").strip()
        cursor = read_cursor(word) if word else None
        given = filters(MultiDict(_narrowed_by()), jurisdiction)
        return Listing(jurisdiction.key, given, page_size=PAGE, cursor=cursor)

    return _answer(base, asked, _newest)


@blueprint.get("/feeds/requests/<name:service_request_id>.atom")
def one(base: Endpoint, service_request_id: str) -> Response:
    """What happened to one service request, newest first."""

    def asked(jurisdiction: Jurisdiction) -> Listing:
        return Listing(jurisdiction.key, {"service_request_id": (service_request_id,)}, page_size=1)

    return _answer(base, asked, _one)


def _answer(base: Endpoint, asked: Callable[[Jurisdiction], Listing], make: Make) -> Response:
    """A feed in the reader's language, or that it is what the reader holds."""
    try:
        jurisdiction = jurisdiction_of(base, any_will_do=True)
        limit_reads(jurisdiction)
        listing = asked(jurisdiction)
        language = jurisdiction.wordings.best(request.accept_languages.values())
        question = f"{root_url()}{request.full_path}{listing.cursor}"
        etag = validator(version(jurisdiction.key), listing, language, question)
        if holds(etag, request.headers.get("If-None-Match")):
            answer = Response(status=304)
        else:
            feed = make(base, jurisdiction, listing, language)
            answer = Response(write(feed), content_type=f"{MEDIA_TYPE}; charset=utf-8")
            answer.headers["Content-Language"] = language
    except Refusal as refusal:
        return refused(refusal, FORMATS["xml"])
    answer.headers["Cache-Control"] = "no-cache"  # ask again each time, which the validator makes cheap
    answer.headers["Vary"] = "Accept-Language"
    if etag:
        answer.headers["ETag"] = etag
    return answer


def _newest(base: Endpoint, jurisdiction: Jurisdiction, listing: Listing, language: str) -> Feed:
    rows = service_requests.rows(listing, JSON.suffix)
    entries = [_report(base, jurisdiction, orjson.loads(row[1]), language) for row in rows]
    sent = _narrowed_by()
    links = [
        Link("self", root_url() + request.full_path.rstrip("?")),
        Link("alternate", _address(f"{base.path}/requests.json", sent), JSON.media_type),
        Link("first", _address(request.path, sent)),
    ]
    if len(rows) == PAGE:
        last = Cursor(rows[-1][2], rows[-1][3])
        links.append(Link("next", _address(request.path, [*sent, ("cursor", write_cursor(last))])))
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


def _narrowed_by() -> list[tuple[str, str]]:
    """What was sent, without what no feed knows."""
    known = ("jurisdiction_id", *PARAMETERS)
    return [(name, text) for name, text in arguments_of_query().items(multi=True) if name in known]


def _report(base: Endpoint, jurisdiction: Jurisdiction, document: dict[str, Any], language: str) -> Entry:
    """A published document as an entry."""
    number, say = document["service_request_id"], jurisdiction.wordings.say
    status = say(document["status"], language)
    links = [
        Link("alternate", _address(f"{base.path}/requests/{quote(number, safe='')}.json"), JSON.media_type),
        Link("related", _address(f"/feeds/requests/{quote(number, safe='')}.atom")),
    ]
    if photo := web_address(document["media_url"] or ""):  # in old ones stands what a client sent, whatever it was
        kind = mimetypes.guess_type(basename(urlsplit(photo).path))[0]
        links.append(Link("enclosure", photo, kind or "image/jpeg"))
    return Entry(
        id=f"{_tag(jurisdiction)}requests/{quote(number, safe='')}",
        title=say("feed_entry", language, service=document["service_name"], number=number, status=status),
        updated=read_moment(document["updated_datetime"], jurisdiction.timezone),
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


def _one(base: Endpoint, jurisdiction: Jurisdiction, listing: Listing, language: str) -> Feed:
    (number,) = listing.given["service_request_id"]
    found = service_requests.document(jurisdiction.key, number, JSON.suffix)
    if found is None:
        raise UnknownServiceRequest(f"service_request_id {number!r} was not found")
    report = _report(base, jurisdiction, orjson.loads(found[1]), language)
    rows = updates.history(found[0], PAGE)
    entries = [entry for row in rows if (entry := _step(jurisdiction, report, row, language))]
    return Feed(
        id=f"{report.id}/history",
        title=report.title,
        author=report.author,
        language=language,
        updated=report.updated,
        links=[Link("self", root_url() + request.full_path.rstrip("?")), report.links[0]],
        entries=entries,
    )


def _step(jurisdiction: Jurisdiction, report: Entry, row: dict[str, Any], language: str) -> Entry | None:
    """A public update in the words of the letters that tell people of it; none where they are told nothing."""
    event = event_of(row)
    if event is None:
        return None
    return Entry(
        id=f"{_tag(jurisdiction)}updates/{row['uuid']}",
        title=_subject(jurisdiction, event, row, language),
        updated=row["occurred_at"],
        published=row["occurred_at"],
        words=[row["text"]] if row["text"] else [],
        links=report.links[:1],
        point=report.point,
    )


def _subject(jurisdiction: Jurisdiction, event: Event, row: dict[str, Any], language: str) -> str:
    outcome = Outcome(row["outcome"]) if row["outcome"] else None
    wordings = jurisdiction.wordings
    wording = wordings.find(event, language, outcome=outcome, service_code=row["service_code"])
    facts = facts_of(jurisdiction, {**row, "language": language, "place": None})
    return fill(wording, {"city": jurisdiction.name, **facts}).subject


def _tag(jurisdiction: Jurisdiction) -> str:
    """The beginning of ids that stay when the server moves to another address (RFC 4151).

    The key of a jurisdiction never changes, and is its domain by custom; the day is that of the specification.
    """
    return f"tag:{jurisdiction.key},2011-03-07:"


def _address(path: str, query: list[tuple[str, str]] | None = None) -> str:
    return f"{root_url()}{path}" + (f"?{urlencode(query)}" if query else "")
