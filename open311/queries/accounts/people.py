"""People who sign in: their accounts, as signing in and acting need them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from open311.domain.contact import email_address
from open311.domain.roles import STAFF, Grant
from open311.queries.accounts.grants import GRANTS, read_grants
from open311.queries.reading import Statement, fetch_dicts, fetch_value

_ACCOUNT = f"""
SELECT a.key, a.email, a.name, a.active, a.password_hash, a.totp_secret, {GRANTS} FROM account a
"""
_BY_EMAIL = Statement(f"{_ACCOUNT} WHERE lower(a.email) = lower(:email)")
_BY_KEY = Statement(f"{_ACCOUNT} WHERE a.key = :key")
_BY_OPENID = Statement(f"{_ACCOUNT} WHERE a.openid_issuer = :issuer AND a.openid_subject = :subject")
_CODES_LEFT = Statement("SELECT count(*) FROM recovery_code WHERE account = :account AND used_at IS NULL")


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account with what signing in needs of it."""

    key: int
    email: str
    name: str
    active: bool
    password_hash: str | None
    """None where the account has no password yet."""
    totp_secret: bytes | None
    """The sealed secret of the authenticator app, or None where there is no second factor."""
    grants: tuple[Grant, ...]

    @property
    def is_staff(self) -> bool:
        """Whether the account has any role that is not a resident's."""
        return any(grant.role in STAFF for grant in self.grants)


def account_of_email(email: str) -> AccountRow | None:
    """Find the account of an e-mail address, however it is written."""
    return _account(_BY_EMAIL, {"email": email_address(email) or email.strip()})


def account_of_key(key: int) -> AccountRow | None:
    """Find the account that has this number."""
    return _account(_BY_KEY, {"key": key})


def account_of_openid(issuer: str, subject: str) -> AccountRow | None:
    """Find the account that a person of an OpenID provider has signed in to before."""
    return _account(_BY_OPENID, {"issuer": issuer, "subject": subject})


def _account(statement: Statement, given: Mapping[str, Any]) -> AccountRow | None:
    for row in fetch_dicts(statement, given):
        return AccountRow(**{**row, "grants": read_grants(row["grants"])})
    return None


def has_password(account: int) -> bool:
    """Whether an account can sign in by password."""
    found = account_of_key(account)
    return found is not None and found.password_hash is not None


def recovery_codes_left(account: int) -> int:
    """Count the recovery codes of an account that were not used."""
    return int(fetch_value(_CODES_LEFT, {"account": account}))
