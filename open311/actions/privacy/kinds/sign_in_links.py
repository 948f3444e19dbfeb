"""Links to sign in or to set a password, with the addresses that they were sent to."""

from __future__ import annotations

from open311.actions.base.transaction import write
from open311.actions.privacy.kind import Expiry, Kind, Section, delete_rows, erase_by
from open311.queries.privacy.due import old_rows
from open311.queries.privacy.sections import own_rows
from open311.queries.reading import Statement

_TO_ADDRESSES = Statement("DELETE FROM account_link WHERE lower(email) = ANY(:emails)")
_TO_ACCOUNTS = Statement(
    "DELETE FROM account_link l USING account a WHERE a.key = ANY(:accounts) AND lower(l.email) = lower(a.email)"
)


def forget_links_to_accounts(accounts: list[int]) -> None:
    """Delete the links that were sent to the addresses of these accounts."""
    write(_TO_ACCOUNTS, {"accounts": accounts})


KIND = Kind(
    rank=93,
    columns="account_link: token_hash email purpose created_at expires_at used_at",
    section=Section(
        "sign_in_links",
        "Links to sign in that were sent to you",
        own_rows(
            "account_link",
            "email, purpose, created_at, expires_at, used_at",
            "lower(email) = ANY(:emails)",
            "created_at",
        ),
    ),
    erase=erase_by(_TO_ADDRESSES),
    expiries=(
        Expiry(
            "sign_in_links",
            old_rows("account_link", "least(used_at, expires_at)", key="token_hash"),
            delete_rows("account_link", "token_hash", "bytea"),
        ),
    ),
)
