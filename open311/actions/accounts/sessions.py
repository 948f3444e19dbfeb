"""Sessions: begun at sign-in, recognised at each request, ended by their owner, by time, or with the account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from open311.actions.base.actor import Actor, note_act
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import add, transaction, write, write_apart
from open311.domain.moment import now
from open311.domain.roles import Grant, OwnAct
from open311.domain.secret import hashed, new_secret
from open311.models.accounts.account_session import AccountSession
from open311.queries.accounts.people import account_of_key
from open311.queries.accounts.sessions import live_session
from open311.queries.reading import Statement

RESIDENT_IDLE = timedelta(days=14)
"""How long a resident's session lasts without a request. They can do nothing to others; staff have the settings'."""
RESIDENT_LONGEST = timedelta(days=90)
"""How long a resident's session lasts at most."""
FRESH = timedelta(minutes=10)
"""How long after signing in nobody is asked for the password again before what protects the account is changed."""
MAX_DEVICE_CHARACTERS = 200

_SEEN = Statement(
    """
    UPDATE account_session SET seen_at = clock_timestamp()
    WHERE key = :session AND seen_at < clock_timestamp() - interval '1 minute' RETURNING key
    """
)
_LAST_SEEN = Statement("UPDATE account SET last_seen_at = :moment WHERE key = :account")
_END = "UPDATE account_session SET ended_at = :moment WHERE account = :account AND ended_at IS NULL"
_END_ONE = Statement(f"{_END} AND key = :session")
_END_OTHERS = Statement(f"{_END} AND key <> :session")
_RENEW = Statement("UPDATE account_session SET token_hash = :token_hash WHERE key = :session AND ended_at IS NULL")


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Whoever sent the request that is being answered."""

    session: int
    account: int
    email: str
    name: str
    method: str
    """How they signed in: ``password``, ``link`` or ``openid``."""
    second_factor: bool
    """Whether they showed a second factor in this session."""
    has_second_factor: bool
    seconds_left: int
    """After how many seconds without another request the session ends."""
    grants: tuple[Grant, ...]
    """Empty where one of the roles asks for a second factor that was not shown (``lacks_second_factor``)."""
    lacks_second_factor: bool = False
    fresh: bool = False
    """Whether they signed in a few minutes ago, so that they need not show again that it is they."""

    @property
    def actor(self) -> Actor:
        """Who acts, for actions."""
        return Actor("staff", account=self.account, grants=self.grants)


def recognise(environment: Environment, token: str) -> SignedIn | None:
    """Return whose session a cookie's token is of, with what they may do at this very moment.

    One query; once a minute, the time of the request is noted by a statement that commits by itself. Returns None where
    the session ended, is too old or never was.
    """
    live = live_session(token)
    if live is None:
        return None
    if live.unseen_for_a_minute:
        write_apart(_SEEN, {"session": live.session})
    asked = environment.sign_in.second_factor_roles
    lacks = not live.second_factor and any(grant.role in asked for grant in live.grants)
    return SignedIn(
        session=live.session,
        account=live.account,
        email=live.email,
        name=live.name,
        method=live.method,
        second_factor=live.second_factor,
        has_second_factor=live.has_second_factor,
        seconds_left=live.seconds_left,
        grants=() if lacks else live.grants,
        lacks_second_factor=lacks,
        fresh=now() - live.since < FRESH,
    )


@transaction
def begin(environment: Environment, account: int, method: str, device: str, *, second_factor: bool) -> str:
    """Sign an account in, and return the token for the cookie, of which only the hash is stored."""
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
            "device": device[:MAX_DEVICE_CHARACTERS],
            "seen_at": moment,
            "idle_seconds": int(idle.total_seconds()),
            "ends_at": moment + longest,
        },
    )
    write(_LAST_SEEN, {"moment": moment, "account": account})
    note_act(account, OwnAct.SIGN_IN, f"account:{account}")
    return token


def renew_token(session: int) -> str:
    """Give a session another token, inside the transaction of what is the reason, and return it for the cookie.

    Whoever had the old one is signed out.
    """
    token = new_secret()
    write(_RENEW, {"token_hash": hashed(token), "session": session})
    return token


@transaction
def end(account: int, session: int) -> bool:
    """End one session of an account, and return whether there was one."""
    ended = write(_END_ONE, {"moment": now(), "account": account, "session": session})
    if ended:
        note_act(account, OwnAct.END_SESSION, f"session:{session}")
    return bool(ended)


@transaction
def sign_out(account: int, session: int) -> None:
    """End the session in which somebody asked to be signed out."""
    write(_END_ONE, {"moment": now(), "account": account, "session": session})
    note_act(account, OwnAct.SIGN_OUT, f"account:{account}")


@transaction
def end_others(account: int, session: int) -> int:
    """End every session of an account but this one, and return how many."""
    note_act(account, OwnAct.END_SESSION, f"account:{account}")
    return end_all(account, but=session)


def end_all(account: int, but: int = 0) -> int:
    """End every session of an account, inside the transaction of what is the reason, and return how many.

    ``but`` is the number of a session that goes on.
    """
    return write(_END_OTHERS, {"moment": now(), "account": account, "session": but})
