"""Where somebody was signed in, and with which browser."""

from __future__ import annotations

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import write
from open311.actions.privacy.kind import Erasure, Expiry, Kind, Section, delete_rows
from open311.queries.privacy.due import old_rows
from open311.queries.privacy.sections import own_rows
from open311.queries.reading import Statement

_OF_ACCOUNTS = Statement("DELETE FROM account_session WHERE account = ANY(:accounts)")


def forget_sessions(accounts: list[int]) -> None:
    """Delete all sessions of these accounts."""
    write(_OF_ACCOUNTS, {"accounts": accounts})


def _erase(environment: Environment, erasure: Erasure) -> None:
    if erasure.subject.account:
        forget_sessions([erasure.subject.account])


KIND = Kind(
    rank=92,
    columns="""
    account_session: account token_hash method second_factor device created_at seen_at ends_at ended_at
    """,
    section=Section(
        "sessions",
        "Where you were signed in",
        own_rows(
            "account_session",
            "method, second_factor, device, created_at, seen_at, ends_at, ended_at",
            "account = :account",
        ),
    ),
    erase=_erase,
    expiries=(
        Expiry("sessions", old_rows("account_session", "least(ended_at, ends_at)"), delete_rows("account_session")),
    ),
)
