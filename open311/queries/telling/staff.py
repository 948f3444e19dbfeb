"""Where staff are reached."""

from __future__ import annotations

from open311.queries.reading import Statement, fetch_value

_EMAIL = Statement("SELECT email FROM account WHERE key = :account AND active")


def email_of(account: int) -> str | None:
    """Return the e-mail address of an account, or None where it is not active."""
    found: str | None = fetch_value(_EMAIL, {"account": account})
    return found
