"""``extensions=true``: public answers, history, boundaries and photos, appended to the ready-made documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from open311.api.call import Call
from open311.domain.exposure import Moderation
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
            {"code": answer.code, "label": answer.question, "value": value, "name": name}
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
                "description": note.description,
            }
            for note in found.notes
        ],
        "extended_attributes": {
            "detailed_status": case.detailed_status,
            "outcome": case.outcome,
            "channel": case.channel,
            "me_too": case.me_too,
            "sample": case.sample,
            "boundaries": [asdict(tag) for tag in found.tags],
            "photos": [_photo(call.root_url, each) for each in found.photos] if seen and seen.photos else [],
        },
    }


def _photo(root_url: str, photo: Photo) -> dict[str, Any]:
    return {
        "url": f"{root_url}/media/{photo.file}",
        "thumbnail_url": f"{root_url}/media/{photo.thumbnail}",
        "kind": photo.kind,
        "alt_text": photo.alt_text,
    }
