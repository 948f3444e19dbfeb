"""Read a city's files into frozen objects, or report every fault in them at once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from open311.catalog.build import build_city
from open311.catalog.city import City
from open311.catalog.faults import CatalogError
from open311.catalog.files import read_files
from open311.catalog.replies import check_replies
from open311.catalog.retention import check_services_of_spans, check_spans
from open311.catalog.routing import check_routing
from open311.catalog.rules import check_rules
from open311.catalog.shape import check_shape
from open311.catalog.texts import check_shape_of_texts, check_texts
from open311.domain.retention import Span


def read_city(directory: Path, spans: Sequence[Span] = ()) -> City:
    """Read the city in ``config/`` and ``service_definitions/`` of a directory.

    ``spans`` are the retention spans that ``config/privacy.yaml`` may name; if there are none, it may name any.

    :raises CatalogError: when the files have faults; it lists all of them.
    """
    files, faults = read_files(directory)
    shaped = {
        "city": files.city,
        "departments": files.departments,
        "boundaries": files.boundaries,
        "routing": files.routing,
        "replies": files.replies,
    }
    for schema, source in shaped.items():
        if source:
            faults.extend(check_shape(source, schema))
    for source in files.services:
        faults.extend(check_shape(source, "service_definition"))
    faults.extend(check_rules(files))
    if files.routing:
        faults.extend(check_routing(files, files.routing))
    if files.replies:
        faults.extend(check_replies(files, files.replies))
    if files.texts:
        faults.extend(check_shape_of_texts(files.texts))
        faults.extend(check_texts(files, files.texts))
    if files.privacy:
        faults.extend(check_spans(files.privacy, spans))
        faults.extend(check_services_of_spans(files, files.privacy))
    if faults or not files.city:
        raise CatalogError(faults)
    return build_city(files, files.city)
