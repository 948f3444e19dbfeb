"""Read the texts of a service request that everybody may read, unless they are withheld; and as they were written."""

from __future__ import annotations

from open311.queries.reading import Statement, fetch

_TEXTS = Statement(
    """
    SELECT 'description', description FROM service_request WHERE key = :key AND description IS NOT NULL
    UNION ALL SELECT 'address', address FROM service_request WHERE key = :key AND address IS NOT NULL
    UNION ALL
    SELECT 'answer:' || code, names[1] FROM answer
    WHERE service_request = :key AND public AND datatype IN ('string', 'text') AND cardinality(names) = 1
    """
)
_ORIGINALS = Statement("SELECT field, words FROM original_words WHERE service_request = :key ORDER BY field")


def public_texts(key: int) -> dict[str, str]:
    """Return the texts of a service request (its primary key) by name, as in its ``withheld``."""
    return dict(fetch(_TEXTS, {"key": key}))


def original_words(key: int) -> dict[str, str]:
    """Return the texts, by name, from which something was removed, as they were written."""
    return dict(fetch(_ORIGINALS, {"key": key}))
