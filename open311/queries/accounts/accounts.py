"""Accounts, their grants and sessions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from open311.domain.roles import STAFF, Grant, Role
from open311.queries.reading import Statement, fetch_dicts, fetch_one

GRANTS = """
coalesce((SELECT jsonb_agg(jsonb_build_array(g.role, g.jurisdiction, g.department, g.boundary, g.service)
                           ORDER BY g.key)
          FROM role_grant g WHERE g.account = a.key AND g.revoked_at IS NULL), '[]') AS grants
"""
_ACCOUNT = f"""
SELECT a.key, a.email, a.name, a.active, a.password_hash, a.totp_secret, {GRANTS} FROM account a
"""
_BY_EMAIL = Statement(text(f"{_ACCOUNT} WHERE lower(a.email) = lower(:email)"))
_BY_KEY = Statement(text(f"{_ACCOUNT} WHERE a.key = :key"))
_BY_OPENID = Statement(text(f"{_ACCOUNT} WHERE a.openid_issuer = :issuer AND a.openid_subject = :subject"))
_LIST = Statement(
    text(
        """
        SELECT a.key, a.email, a.name, a.active, a.last_seen_at, a.totp_secret IS NOT NULL AS second_factor,
               g.key AS grant, g.role, g.jurisdiction, g.department, g.boundary, g.service
        FROM account a JOIN role_grant g ON g.account = a.key AND g.revoked_at IS NULL
        ORDER BY lower(a.email), g.key
        """
    )
)
_SESSIONS = Statement(
    text(
        """
        SELECT key, method, second_factor, device, created_at, seen_at FROM account_session
        WHERE account = :account AND ended_at IS NULL AND ends_at > clock_timestamp()
          AND seen_at + make_interval(secs => idle_seconds) > clock_timestamp()
        ORDER BY seen_at DESC, key DESC
        """
    )
)
_CODES = Statement(text("SELECT count(*)::int FROM recovery_code WHERE account = :account AND used_at IS NULL"))


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account with what signing in needs of it."""

    key: int
    email: str
    name: str
    active: bool
    password_hash: str | None
    totp_secret: bytes | None
    grants: tuple[Grant, ...]

    @property
    def is_staff(self) -> bool:
        """Whether it has any role that is not a resident's."""
        return any(grant.role in STAFF for grant in self.grants)


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session, as its owner sees it."""

    key: int
    method: str
    second_factor: bool
    device: str
    created_at: datetime
    seen_at: datetime


def read_grants(rows: Iterable[list[Any]]) -> tuple[Grant, ...]:
    """Grants from what ``GRANTS`` selects."""
    return tuple(Grant(Role(role), *scopes) for role, *scopes in rows)


def account_of_email(email: str) -> AccountRow | None:
    """The account of an address, in whatever case it is written."""
    return _account(_BY_EMAIL, email=email.strip())


def account_of_key(key: int) -> AccountRow | None:
    """The account of this key."""
    return _account(_BY_KEY, key=key)


def account_of_openid(issuer: str, subject: str) -> AccountRow | None:
    """The account that a provider's person has signed in to before."""
    return _account(_BY_OPENID, issuer=issuer, subject=subject)


def _account(statement: Statement, **given: Any) -> AccountRow | None:
    for row in fetch_dicts(statement, given):
        return AccountRow(**{**row, "grants": read_grants(row["grants"])})
    return None


def staff_grants() -> list[dict[str, Any]]:
    """Every grant in force, with its account; one row a grant."""
    return fetch_dicts(_LIST, {})


def sessions_of(account: int) -> list[SessionRow]:
    """Where somebody is signed in now, the latest first."""
    return [SessionRow(**row) for row in fetch_dicts(_SESSIONS, {"account": account})]


def recovery_codes_left(account: int) -> int:
    """How many recovery codes are unused."""
    row = fetch_one(_CODES, {"account": account})
    return int(row[0]) if row else 0
