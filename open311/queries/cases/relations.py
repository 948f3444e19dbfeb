"""Read which service requests are duplicates, and what they are duplicates of. All are given by primary key."""

from __future__ import annotations

from collections.abc import Sequence

from open311.models.cases.relation import RelationKind
from open311.queries.reading import Statement, fetch_value, fetch_values

_CANONICAL = Statement("SELECT other FROM relation WHERE service_request = :key AND kind = :kind")
_DUPLICATES = Statement(
    "SELECT service_request FROM relation WHERE other = :key AND kind = :kind ORDER BY service_request"
)
_MERGED = Statement(
    """
    WITH top AS (
        SELECT coalesce(d.other, it) AS key FROM unnest(CAST(:keys AS bigint[])) it
        LEFT JOIN relation d ON d.service_request = it AND d.kind = :kind)
    SELECT key FROM top UNION
    SELECT d.service_request FROM relation d JOIN top ON top.key = d.other WHERE d.kind = :kind
    ORDER BY key
    """
)


def canonical_of(key: int) -> int | None:
    """Return the service request that this one is a duplicate of, or None."""
    return fetch_value(_CANONICAL, {"key": key, "kind": RelationKind.DUPLICATE_OF})  # type: ignore[no-any-return]


def duplicates_of(key: int) -> list[int]:
    """Return the duplicates of a service request, in the order in which they must be locked."""
    return fetch_values(_DUPLICATES, {"key": key, "kind": RelationKind.DUPLICATE_OF})


def merged_with(keys: Sequence[int]) -> list[int]:
    """Return the other service requests merged with any of these, in the order in which they must be locked."""
    merged = fetch_values(_MERGED, {"keys": list(keys), "kind": RelationKind.DUPLICATE_OF})
    return [key for key in merged if key not in keys]
