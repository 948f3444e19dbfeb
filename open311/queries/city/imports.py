"""What an import compares its rows with: the table ``staged`` (see ``actions/city/import_batch``) beside the cases."""

from __future__ import annotations

from functools import lru_cache

from open311.queries.reading import Statement, fetch_value

SAME_NUMBER = "r.jurisdiction = :jurisdiction AND r.service_request_id = s.service_request_id"
"""SQL: the service request ``r`` that the staged row ``s`` is about."""


def differs(columns: tuple[str, ...]) -> str:
    """SQL: whether the service request ``r`` differs from the staged row ``s`` in one of these columns or in place."""
    return f"""
    ({", ".join(f"r.{name}" for name in columns)}, ST_X(r.point), ST_Y(r.point))
    IS DISTINCT FROM ({", ".join(f"s.{name}" for name in columns)}, s.long, s.lat)
    """


def count_differing(jurisdiction: str, columns: tuple[str, ...]) -> int:
    """How many staged rows differ from the service requests that have their numbers."""
    return int(fetch_value(_differing(columns), {"jurisdiction": jurisdiction}))


@lru_cache(maxsize=4)
def _differing(columns: tuple[str, ...]) -> Statement:
    return Statement(f"SELECT count(*) FROM staged s JOIN service_request r ON {SAME_NUMBER} WHERE {differs(columns)}")
