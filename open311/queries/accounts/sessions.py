"""Sessions: which account a cookie's token belongs to, and where somebody is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from open311.domain.roles import Grant
from open311.domain.secret import hashed
from open311.queries.accounts.grants import GRANTS, read_grants
from open311.queries.reading import Statement, fetch_as, fetch_dicts

_LIVE = "s.ended_at IS NULL AND s.ends_at > clock_timestamp()" + (
    " AND s.seen_at + make_interval(secs => s.idle_seconds) > clock_timestamp()"
)
_OF_TOKEN = Statement(
    f"""
    SELECT s.key AS session, s.method, s.second_factor, s.created_at AS since, a.key AS account, a.email, a.name,
           a.totp_secret IS NOT NULL AS has_second_factor,
           s.seen_at < clock_timestamp() - interval '1 minute' AS unseen_for_a_minute,
           least(s.idle_seconds, extract(epoch FROM s.ends_at - clock_timestamp()))::int AS seconds_left, {GRANTS}
    FROM account_session s JOIN account a ON a.key = s.account
    WHERE s.token_hash = :token_hash AND a.active AND {_LIVE}
    """
)
_OF_ACCOUNT = Statement(
    f"""
    SELECT s.key, s.method, s.second_factor, s.device, s.created_at, s.seen_at FROM account_session s
    WHERE s.account = :account AND {_LIVE}
    ORDER BY s.seen_at DESC, s.key DESC
    """
)


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session that was neither ended nor idle for too long, with its account and what that may do at this moment."""

    session: int
    method: str
    """``password``, ``link`` or ``openid``."""
    second_factor: bool
    """Whether a second factor was shown in this session."""
    since: datetime
    """When it began."""
    account: int
    email: str
    name: str
    has_second_factor: bool
    seconds_left: int
    """After how many seconds without another request it ends, this one counted."""
    unseen_for_a_minute: bool
    """Whether the time of its last request was noted more than a minute ago."""
    grants: tuple[Grant, ...]


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session as its owner sees it."""

    key: int
    method: str
    second_factor: bool
    device: str
    created_at: datetime
    seen_at: datetime


def live_session(token: str) -> LiveSession | None:
    """Find the session of a cookie's token, or None where it ended, is too old or never was."""
    for row in fetch_dicts(_OF_TOKEN, {"token_hash": hashed(token)}):
        return LiveSession(**{**row, "grants": read_grants(row["grants"])})
    return None


def sessions_of(account: int) -> list[SessionRow]:
    """List where somebody is signed in now, the latest request first."""
    return fetch_as(SessionRow, _OF_ACCOUNT, {"account": account})
