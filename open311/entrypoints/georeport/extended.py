"""``extensions=true``: public answers, history, boundaries and photos, appended to the ready-made documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from open311.api.endpoint import Call
from open311.domain.exposure import Moderation, exposure
from open311.queries.publications.extensions import extensions
from open311.wire.documents import ServiceRequestExtensionsDocument
from open311.wire.formats import compiled


def extended(call: Call, found: Sequence[tuple[int, bytes]]) -> bytes:
    """Join documents, each with its extensions."""
    more = extensions([key for key, _ in found])
    fragment = compiled(ServiceRequestExtensionsDocument, call.format)
    merged = [
        call.format.merge(document, fragment(_row(call, more[key])), ServiceRequestExtensionsDocument)
        for key, document in found
        if key in more
    ]
    return call.format.separator.join(merged)


def _row(call: Call, case: dict[str, Any]) -> dict[str, Any]:
    """One service request's extensions, without what its service's settings hide."""
    service = call.jurisdiction.services.get(case["service_code"])
    told = photos = False
    if service is not None:
        moderation = Moderation(case["moderation"])
        seen = exposure(service.publishing, service.location, False, moderation, service.photos)
        told, photos = seen.told, seen.photos
    return {
        "attributes": [
            {"code": answer["code"], "label": answer["question"], "value": value, "name": name}
            for answer in case["answers"]
            for value, name in zip(answer["values"], answer["names"], strict=True)
        ]
        if told
        else [],
        "notes": [
            {
                "datetime": note["occurred_at"],
                "type": note["kind"],
                "status": note["status"],
                "outcome": note["outcome"],
                "description": note["description"],
            }
            for note in case["notes"]
        ],
        "extended_attributes": {
            "detailed_status": case["detailed_status"],
            "outcome": case["outcome"],
            "channel": case["channel"],
            "me_too": case["me_too"],
            "sample": case["sample"],
            "boundaries": case["boundaries"],
            "photos": [_photo(call.root_url, photo) for photo in case["photos"]] if photos else [],
        },
    }


def _photo(root_url: str, photo: dict[str, Any]) -> dict[str, Any]:
    return {
        "url": f"{root_url}/media/{photo['file']}",
        "thumbnail_url": f"{root_url}/media/{photo['thumbnail']}",
        "kind": photo["kind"],
        "alt_text": photo["alt_text"],
    }
