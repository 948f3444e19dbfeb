"""Read the numbers that tokens stand for."""

from __future__ import annotations

from open311.queries.reading import Statement, fetch_one

_NUMBER = Statement(
    """
    SELECT r.service_request_id FROM token t JOIN service_request r ON r.key = t.service_request
    WHERE t.token = :token AND t.jurisdiction = :jurisdiction
    """
)


def number_of(jurisdiction: str, token: str) -> tuple[bool, str | None]:
    """Return whether a token exists, and its number, which is None until there is one."""
    row = fetch_one(_NUMBER, {"jurisdiction": jurisdiction, "token": token})
    return (False, None) if row is None else (True, row[0])
