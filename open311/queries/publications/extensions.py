"""What ``extensions=true`` adds to published service requests: five queries, however many requests there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, bindparam, func, select

from open311.domain.exposure import Moderation
from open311.models.cases.answer import Answer
from open311.models.cases.endorsement import Endorsement
from open311.models.cases.media import Media
from open311.models.cases.service_request import ServiceRequest
from open311.models.cases.update import Update
from open311.models.places.boundary import Boundary, BoundaryLayer, RequestBoundary
from open311.models.publications.publication import Publication
from open311.queries.reading import Statement, fetch_dicts

_KEYS: Any = bindparam("keys", type_=ARRAY(BigInteger()))

# Every statement joins the publication: what is not published has no extensions either.
_CASES = Statement(
    select(
        ServiceRequest.key,
        ServiceRequest.status.label("detailed_status"),
        ServiceRequest.outcome,
        ServiceRequest.channel,
        ServiceRequest.service_code,
        ServiceRequest.moderation,
        func.coalesce(ServiceRequest.origin == "sample", False).label("sample"),
        select(func.count())
        .select_from(Endorsement)
        .where(Endorsement.service_request == ServiceRequest.key)
        .scalar_subquery()
        .label("me_too"),
    )
    .join(Publication, Publication.service_request == ServiceRequest.key)
    .where(ServiceRequest.key == func.any(_KEYS))
)
_ANSWERS = Statement(
    select(Answer.service_request, Answer.code, Answer.question, Answer.values, Answer.names)
    .join(Publication, Publication.service_request == Answer.service_request)
    .where(Answer.service_request == func.any(_KEYS), Answer.public)
    .order_by(Answer.service_request, Answer.position)
)
_NOTES = Statement(
    select(Update.service_request, Update.kind, Update.status, Update.outcome, Update.description, Update.occurred_at)
    .join(Publication, Publication.service_request == Update.service_request)
    .where(Update.service_request == func.any(_KEYS), Update.public)
    .order_by(Update.service_request, Update.occurred_at, Update.key)
)
_TAGS = Statement(
    select(
        RequestBoundary.service_request,
        BoundaryLayer.layer,
        BoundaryLayer.vintage,
        Boundary.code,
        Boundary.name,
    )
    .join(Boundary, Boundary.key == RequestBoundary.boundary)
    .join(BoundaryLayer, BoundaryLayer.key == Boundary.layer)
    .join(Publication, Publication.service_request == RequestBoundary.service_request)
    .where(RequestBoundary.service_request == func.any(_KEYS))
    .order_by(RequestBoundary.service_request, BoundaryLayer.layer, BoundaryLayer.valid_from, Boundary.code)
)
_PHOTOS = Statement(
    select(Media.service_request, Media.file, Media.thumbnail, Media.kind, Media.alt_text)
    .join(Publication, Publication.service_request == Media.service_request)
    .where(Media.service_request == func.any(_KEYS), Media.moderation == Moderation.APPROVED)
    .order_by(Media.service_request, Media.key)
)


def extensions(keys: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Public answers, history, boundaries, photos and so on, by key of the service request.

    The rows name ``service_code`` and ``moderation``; the caller leaves out what the service's settings hide.
    """
    given = {"keys": list(keys)}
    found: dict[int, dict[str, Any]] = {row["key"]: row for row in fetch_dicts(_CASES, given)}
    for name, statement in (("answers", _ANSWERS), ("notes", _NOTES), ("boundaries", _TAGS), ("photos", _PHOTOS)):
        lists: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for row in fetch_dicts(statement, given):
            lists[row["service_request"]].append(row)
        for key, case in found.items():
            case[name] = lists[key]
    return found
