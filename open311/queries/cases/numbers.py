"""Find cases by their numbers, however they are typed."""

from __future__ import annotations

from functools import lru_cache

from open311.domain.number import MAX_NUMBER_CHARACTERS
from open311.domain.roles import Act
from open311.domain.typed_number import typed_numbers
from open311.queries.cases.queues import Viewer
from open311.queries.cases.reach import reach
from open311.queries.reading import Statement, fetch_values


def numbers_meant(viewer: Viewer, text: str) -> list[str]:
    """The numbers of the cases that a text names, wherever they are; empty where it is anything but such numbers.

    Only cases that the viewer may read are found.
    """
    typed, whole = typed_numbers(text), text.strip()
    if not typed and len(whole) > MAX_NUMBER_CHARACTERS:
        return []
    found = _within_reach(viewer, [*typed, whole])
    if number := found.get(whole.casefold()):  # other systems' numbers have spaces, commas and marks in them
        return [number]
    if not typed:
        return []
    numbers = [found.get(each.casefold(), "") for each in typed]
    if all(numbers):
        return list(dict.fromkeys(numbers))
    return list(_within_reach(viewer, ["".join(typed)]).values()) if len(typed) > 1 else []  # typed as 19 324 827


def _within_reach(viewer: Viewer, typed: list[str]) -> dict[str, str]:
    """The numbers that there are, by what was typed without regard to capitals."""
    spellings = sorted({spelling for each in typed for spelling in (each, each.upper(), each.lower())})
    reached = reach(viewer.grants, Act.READ)
    given = {"jurisdiction": viewer.jurisdiction, "spellings": spellings, **reached.values}
    return {number.casefold(): number for number in fetch_values(_statement(reached.sql), given)}


@lru_cache(maxsize=64)
def _statement(reached: str) -> Statement:
    return Statement(
        f"""
        SELECT r.service_request_id AS number FROM service_request r
        WHERE r.jurisdiction = :jurisdiction AND r.service_request_id = ANY(:spellings) AND {reached}
        """
    )
