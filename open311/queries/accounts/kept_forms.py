"""Read forms that wait for their writer to sign in again."""

from __future__ import annotations

from dataclasses import dataclass

from open311.domain.secret import hashed
from open311.queries.reading import Statement, fetch_one_as, fetch_value


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A form as it is stored: whose it is, and what was typed, sealed."""

    account: int | None
    sealed: bytes


_KEPT = Statement("SELECT account, sealed FROM kept_form WHERE token_hash = :token_hash")
_OWNER = Statement("SELECT account FROM account_session WHERE token_hash = :token_hash")


def kept_form(token: str) -> KeptForm | None:
    """Find the form that a browser's token is of, or None where it is gone."""
    return fetch_one_as(KeptForm, _KEPT, {"token_hash": hashed(token)})


def owner_of_session(token: str) -> int | None:
    """Return whose session a cookie's token is or was of, also after its end; None where it never was."""
    return fetch_value(_OWNER, {"token_hash": hashed(token)})  # type: ignore[no-any-return]
