"""Sessions: begun at sign-in, recognised at each request, ended by their owner, by time, or with the account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text

from open311.actions.base.actor import Actor, note_act
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import add, connection, transaction
from open311.domain.moment import now
from open311.domain.roles import Grant, OwnAct
from open311.domain.secret import hashed, new_secret
from open311.models.accounts.account_session import AccountSession
from open311.queries.accounts.accounts import GRANTS, account_of_key, read_grants
from open311.queries.reading import Statement, fetch_dicts

RESIDENT_IDLE = timedelta(days=14)
RESIDENT_LONGEST = timedelta(days=90)
"""Of residents, who can do nothing to others; staff have the settings'."""

# The time of the last request is written once a minute at most; one round trip either way.
_RECOGNISE = Statement(
    text(
        f"""
        WITH live AS (
            SELECT s.key AS session, s.method, s.second_factor, s.seen_at, a.key AS account, a.email, a.name,
                   a.totp_secret IS NOT NULL AS has_second_factor, {GRANTS}
            FROM account_session s JOIN account a ON a.key = s.account
            WHERE s.token_hash = :token_hash AND s.ended_at IS NULL AND a.active AND s.ends_at > clock_timestamp()
              AND s.seen_at + make_interval(secs => s.idle_seconds) > clock_timestamp()
        ), seen AS (
            UPDATE account_session SET seen_at = clock_timestamp() FROM live
            WHERE account_session.key = live.session AND live.seen_at < clock_timestamp() - interval '1 minute'
        )
        SELECT session, account, email, name, method, second_factor, has_second_factor, grants FROM live
        """
    )
)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whoever sent the request that is being answered."""

    session: int
    account: int
    email: str
    name: str
    method: str
    second_factor: bool
    has_second_factor: bool
    grants: tuple[Grant, ...]
    """None where one of the roles asks for a second factor that was not shown (``lacks_second_factor``)."""
    lacks_second_factor: bool = False

    @property
    def actor(self) -> Actor:
        """The same for actions."""
        return Actor("staff", account=self.account, grants=self.grants)


def recognise(environment: Environment, token: str) -> SignedIn | None:
    """Whose session this is, with what they may do at this very moment; none: ended, too old, never there."""
    for row in fetch_dicts(_RECOGNISE, {"token_hash": hashed(token)}):
        grants = read_grants(row["grants"])
        asked = environment.sign_in.second_factor_roles
        lacks = not row["second_factor"] and any(grant.role in asked for grant in grants)
        return SignedIn(**{**row, "grants": () if lacks else grants}, lacks_second_factor=lacks)
    return None


@transaction
def begin(environment: Environment, account: int, method: str, device: str, *, second_factor: bool) -> str:
    """Sign an account in; answers the token for the cookie, which is stored nowhere."""
    found = account_of_key(account)
    assert found is not None
    limits = environment.sign_in
    idle, longest = (limits.idle, limits.longest) if found.is_staff else (RESIDENT_IDLE, RESIDENT_LONGEST)
    token, moment = new_secret(), now()
    add(
        AccountSession,
        {
            "account": account,
            "token_hash": hashed(token),
            "method": method,
            "second_factor": second_factor,
            "device": device[:200],
            "seen_at": moment,
            "idle_seconds": int(idle.total_seconds()),
            "ends_at": moment + longest,
        },
    )
    connection().execute("UPDATE account SET last_seen_at = %s WHERE key = %s", (moment, account))
    note_act(account, OwnAct.SIGN_IN, f"account:{account}")
    return token


@transaction
def end(account: int, session: int) -> bool:
    """End one session of an account; answers whether there was one."""
    ended = connection().execute(f"{_END} AND key = %s", (now(), account, session))
    if ended.rowcount:
        note_act(account, OwnAct.END_SESSION, f"session:{session}")
    return bool(ended.rowcount)


@transaction
def sign_out(account: int, session: int) -> None:
    """End the session in which this was asked."""
    connection().execute(f"{_END} AND key = %s", (now(), account, session))
    note_act(account, OwnAct.SIGN_OUT, f"account:{account}")


@transaction
def end_others(account: int, session: int) -> int:
    """End every session of the account but this one; answers how many."""
    note_act(account, OwnAct.END_SESSION, f"account:{account}")
    return end_all(account, but=session)


def end_all(account: int, but: int = 0) -> int:
    """End every session of an account, in the transaction of what is the reason; answers how many."""
    return connection().execute(f"{_END} AND key <> %s", (now(), account, but)).rowcount


_END = "UPDATE account_session SET ended_at = %s WHERE account = %s AND ended_at IS NULL"
