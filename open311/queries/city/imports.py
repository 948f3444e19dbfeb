"""Compare the rows of an import (the table ``staged`` of ``actions/city/import_batch``) with the cases here."""

from __future__ import annotations

from functools import lru_cache

from open311.queries.reading import Statement, fetch_value

SAME_NUMBER = "r.jurisdiction = :jurisdiction AND r.service_request_id = s.service_request_id"
"""SQL: whether the staged row ``s`` is about the service request ``r``."""


def differs(columns: tuple[str, ...]) -> str:
    """SQL: whether the service request ``r`` differs from the staged row ``s`` in its place or one of these columns."""
    return f"""
    ({", ".join(f"r.{name}" for name in columns)}, ST_X(r.point), ST_Y(r.point))
    IS DISTINCT FROM ({", ".join(f"s.{name}" for name in columns)}, s.long, s.lat)
    """


def count_differing(jurisdiction: str, columns: tuple[str, ...]) -> int:
    """Return how many staged rows differ from the service requests with their numbers."""
    return int(fetch_value(_differing(columns), {"jurisdiction": jurisdiction}))


@lru_cache(maxsize=4)
def _differing(columns: tuple[str, ...]) -> Statement:
    return Statement(f"SELECT count(*) FROM staged s JOIN service_request r ON {SAME_NUMBER} WHERE {differs(columns)}")


_KNOWN = Statement(
    """
    SELECT count(*) FROM service_request
    WHERE jurisdiction = :jurisdiction AND service_request_id = ANY(:numbers)
    """
)


def count_known(jurisdiction: str, numbers: list[str]) -> int:
    """Return how many of these numbers are those of service requests here."""
    return int(fetch_value(_KNOWN, {"jurisdiction": jurisdiction, "numbers": numbers}))
