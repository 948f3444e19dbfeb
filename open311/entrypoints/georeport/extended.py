"""``extensions=true``: public answers, history, boundaries and photos, appended to the ready-made documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from open311.api.call import Call
from open311.domain.exposure import Exposure, Moderation
from open311.queries.publications.extensions import Extensions, Photo, extensions
from open311.queries.publications.service_requests import Published
from open311.wire.documents import ServiceRequestExtensionsDocument
from open311.wire.formats import compiled


def extended(call: Call, found: Sequence[Published]) -> bytes:
    """Join the documents of published service requests, each with its extensions."""
    more = extensions([each.key for each in found])
    fragment = compiled(ServiceRequestExtensionsDocument, call.format)
    merged = [
        call.format.merge(each.document, fragment(_row(call, more[each.key])), ServiceRequestExtensionsDocument)
        for each in found
        if each.key in more
    ]
    return call.format.separator.join(merged)


def _row(call: Call, found: Extensions) -> dict[str, Any]:
    """One service request's extensions, without what its service's settings hide."""
    case = found.case
    service = call.jurisdiction.services.get(case.service_code)
    seen = service.exposure(Moderation(case.moderation), withheld=case.withheld) if service else None
    return {
        "attributes": [
            {"label": answer.question, "name": answer.code, "value": name, "code": value}
            for answer in found.answers
            if seen and seen.shows(f"answer:{answer.code}")
            for value, name in zip(answer.values, answer.names, strict=True)
        ],
        "notes": [
            {
                "datetime": note.occurred_at,
                "type": note.kind,
                "status": note.status,
                "outcome": note.outcome,
                "description": note.description or (note.status or "").replace("_", " ").capitalize(),
            }
            for note in found.notes
        ],
        "extended_attributes": {
            "detailed_status": case.detailed_status,
            "outcome": case.outcome,
            "channel": case.channel,
            "me_too": case.me_too,
            "sample": case.sample,
            "changed_datetime": case.changed_datetime,
            "boundaries": [asdict(tag) for tag in found.tags],
            "media_urls": _media_urls(call, found, seen) if seen and seen.photos else [],
            "photos": [_photo(call.root_url, each) for each in found.photos] if seen and seen.photos else [],
        },
    }


def _media_urls(call: Call, found: Extensions, seen: Exposure) -> list[str]:
    """The addresses of all pictures, the one of ``media_url`` first: photos that were sent, and what clients link."""
    ours = [f"{call.environment.public_url}/media/{each.file}" for each in found.photos if each.kind == "submitted"]
    return [*ours, *((found.case.media_url or "").split() if seen.foreign_photos else ())]


def _photo(root_url: str, photo: Photo) -> dict[str, Any]:
    return {
        "media_url": f"{root_url}/media/{photo.file}",
        "url": f"{root_url}/media/{photo.file}",
        "thumbnail_url": f"{root_url}/media/{photo.thumbnail}",
        "title": photo.kind.capitalize(),
        "width": photo.width,
        "height": photo.height,
        "created_at": photo.created_at,
        "kind": photo.kind,
        "alt_text": photo.alt_text,
    }
