"""Grants: which account has which role, and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from open311.domain.roles import MATRIX, Act, Grant, Role
from open311.queries.reading import Statement, fetch_as, fetch_value

GRANTS = """
coalesce((SELECT jsonb_agg(jsonb_build_array(g.role, g.jurisdiction, g.department, g.boundary, g.service)
                           ORDER BY g.key)
          FROM role_grant g WHERE g.account = a.key AND g.revoked_at IS NULL), '[]') AS grants
"""
"""A column for statements that select from ``account a``: the grants in force, for ``read_grants``."""

_STAFF = Statement(
    """
    SELECT g.key AS grant, a.key AS account, a.email, a.name, a.active, a.last_seen_at,
           a.totp_secret IS NOT NULL AS second_factor, g.role, g.jurisdiction, g.department, g.boundary, g.service
    FROM account a JOIN role_grant g ON g.account = a.key AND g.revoked_at IS NULL
    ORDER BY lower(a.email), g.key
    """
)

_ADMINISTRATORS = Statement(
    """
    SELECT count(DISTINCT a.key) FROM account a JOIN role_grant g ON g.account = a.key AND g.revoked_at IS NULL
    WHERE a.active AND g.role = ANY(:roles)
      AND g.jurisdiction IS NULL AND g.department IS NULL AND g.boundary IS NULL AND g.service IS NULL
    """
)


@dataclass(frozen=True, slots=True)
class StaffGrant:
    """A grant in force, with its account."""

    grant: int
    """The number of the grant."""
    account: int
    """The number of the account."""
    email: str
    name: str
    active: bool
    """Whether the account may sign in."""
    last_seen_at: datetime | None
    second_factor: bool
    role: str
    jurisdiction: str | None
    department: str | None
    boundary: str | None
    """``layer:code``."""
    service: str | None

    @property
    def scopes(self) -> list[str]:
        """What the grant is narrowed to; empty where it is for everything."""
        return [scope for scope in (self.jurisdiction, self.department, self.boundary, self.service) if scope]


def read_grants(rows: Iterable[list[Any]]) -> tuple[Grant, ...]:
    """Make grants from what the column ``GRANTS`` holds."""
    return tuple(Grant(Role(role), *scopes) for role, *scopes in rows)


def staff_grants() -> list[StaffGrant]:
    """List every grant in force by the e-mail address of its account."""
    return fetch_as(StaffGrant, _STAFF)


def administrators() -> int:
    """Count the active accounts that may manage accounts: those with such a role for everything."""
    roles = [str(role) for role, acts in MATRIX.items() if Act.MANAGE_ACCOUNTS in acts]
    return int(fetch_value(_ADMINISTRATORS, {"roles": roles}))
