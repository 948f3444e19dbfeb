"""Accounts: who signs in, and with what."""

from __future__ import annotations

from typing import Any

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import write
from open311.actions.cases.redact import TOMBSTONE
from open311.actions.privacy.kind import Erasure, Expiry, Kind, Section, Tally
from open311.actions.privacy.kinds.sessions import forget_sessions
from open311.actions.privacy.kinds.sign_in_links import forget_links_to_accounts
from open311.queries.privacy.due import old_rows
from open311.queries.privacy.sections import own_rows
from open311.queries.reading import Statement

_RECOVERY_CODES = Statement("DELETE FROM recovery_code WHERE account = ANY(:accounts)")
# No address has the form of this one, so nobody can be given it.
_ACCOUNTS = Statement(
    """
    UPDATE account SET email = 'erased-' || key, name = :tombstone, active = false, last_seen_at = NULL,
        password_hash = NULL, totp_secret = NULL, totp_step = NULL, openid_issuer = NULL, openid_subject = NULL,
        erased_at = clock_timestamp()
    WHERE key = ANY(:accounts) AND erased_at IS NULL
    """
)


def forget_accounts(environment: Environment, accounts: list[Any]) -> None:
    """Let accounts open for nobody and name nobody. Their numbers stay: history and audit log point at them."""
    forget_links_to_accounts(accounts)
    forget_sessions(accounts)
    write(_RECOVERY_CODES, {"accounts": accounts})
    write(_ACCOUNTS, {"accounts": accounts, "tombstone": TOMBSTONE})


def _erase(environment: Environment, erasure: Erasure) -> None:
    if erasure.subject.account:
        forget_accounts(environment, [erasure.subject.account])


_NEVER_STAFF = "erased_at IS NULL AND NOT EXISTS (SELECT FROM role_grant g WHERE g.account = account.key)"

KIND = Kind(
    rank=90,
    columns="""
    account: email name active created_at last_seen_at password_hash totp_secret totp_step openid_issuer openid_subject
             erased_at;
    recovery_code: account code_hash used_at
    """,
    section=Section(
        "account",
        "Your account",
        own_rows(
            "account",
            """key, email, name, active, created_at, last_seen_at, password_hash IS NOT NULL AS has_password,
            totp_secret IS NOT NULL AS has_authenticator, openid_issuer, openid_subject""",
            "key = :account",
        ),
    ),
    tally=Tally("accounts", lambda subject: int(subject.account is not None)),
    erase=_erase,
    stays="The number of the account.",
    expiries=(
        Expiry("accounts", old_rows("account", "coalesce(last_seen_at, created_at)", _NEVER_STAFF), forget_accounts),
    ),
)
