"""Passwords, authenticator apps, recovery codes: set, shown, taken away."""

from __future__ import annotations

import hmac
import re
import secrets
import time
from dataclasses import dataclass
from functools import cache

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from open311.actions.accounts.account_letters import tell_owner
from open311.actions.accounts.sessions import end_all, renew_token
from open311.actions.base.actor import note_act
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import transaction, write
from open311.domain.errors import InvalidArgument, SignInRefused
from open311.domain.event import Event
from open311.domain.roles import OwnAct
from open311.domain.secret import hashed
from open311.domain.typed import plain_code, plain_password
from open311.queries.accounts.people import AccountRow
from open311.queries.reading import Statement

MIN_PASSWORD_CHARACTERS, MAX_PASSWORD_CHARACTERS = 12, 256
"""The length of a password (NIST SP 800-63B, 3.1.1.2)."""
JUDGED_CHARACTERS, MIN_STRENGTH = 64, 3
"""How much of a password is judged, and what it must reach: ``zxcvbn``'s score of 3 is a hundred million guesses. Its
lists have the passwords, names and words that are used most, and the patterns on a keyboard."""
RECOVERY_CODES = 10
"""How many recovery codes an account is given at a time."""
CODE_DIGITS, CODE_SECONDS = 6, 30
"""The length of an authenticator's code and how long it lasts. The codes before and after are taken too, for clocks
differ."""

_HASHER = PasswordHasher()
"""Argon2id with the parameters of RFC 9106 for little memory."""

_RENEW_HASH = Statement("UPDATE account SET password_hash = :password_hash WHERE key = :account")
_SET_AUTHENTICATOR = Statement("UPDATE account SET totp_secret = :secret, totp_step = :step WHERE key = :account")
_SHOWN_HERE = Statement("UPDATE account_session SET second_factor = true WHERE account = :account AND key = :session")
_SHOWN_NOWHERE = Statement("UPDATE account_session SET second_factor = false WHERE account = :account")
_DELETE_CODES = Statement("DELETE FROM recovery_code WHERE account = :account")
_ADD_CODES = Statement(
    "INSERT INTO recovery_code (account, code_hash) SELECT :account, unnest(CAST(:code_hashes AS bytea[]))"
)
_TAKE_CODE = Statement(
    """
    UPDATE recovery_code SET used_at = clock_timestamp()
    WHERE account = :account AND code_hash = :code_hash AND used_at IS NULL
    """
)
_TAKE_STEP = Statement(
    "UPDATE account SET totp_step = :step WHERE key = :account AND (totp_step IS NULL OR totp_step < :step)"
)


@cache
def _hash_of_nobody() -> str:
    """What a password is compared with where there is no account, so that it takes as long."""
    return _HASHER.hash(secrets.token_urlsafe())


def password_fits(found: AccountRow | None, password: str) -> bool:
    """Return whether it is the password of an active account; takes the same time where there is none."""
    nobody = _hash_of_nobody()  # also where there is an account: the first time takes longer for all
    stored = found.password_hash if found and found.active else None
    # As it was typed is how it was hashed before passwords were prepared.
    spellings = dict.fromkeys(each for each in (plain_password(password), password) if each is not None)
    fits = [_verifies(stored or nobody, each) for each in spellings if len(each) <= MAX_PASSWORD_CHARACTERS]
    return stored is not None and any(fits)


def _verifies(stored: str, password: str) -> bool:
    try:
        return _HASHER.verify(stored, password)
    except (VerificationError, InvalidHashError, UnicodeEncodeError):
        return False


def hash_password(password: str, *known: str) -> str:
    """Return the password as it is stored.

    :param known: what anybody would try first: the person's address and name, the city's name.
    :raises InvalidArgument: when it is too short or too long, has invisible characters, or is easy to guess.
    """
    prepared = plain_password(password) if password else ""
    if prepared is None:
        raise InvalidArgument("A password has no tabs, line ends or invisible characters")
    password = prepared
    if len(password) < MIN_PASSWORD_CHARACTERS:
        raise InvalidArgument(f"Use at least {MIN_PASSWORD_CHARACTERS} characters: three or four words are good")
    if len(password) > MAX_PASSWORD_CHARACTERS:
        raise InvalidArgument(f"Use at most {MAX_PASSWORD_CHARACTERS} characters")
    words = [word for text in known for word in (text, *_WORD.findall(text))]
    if zxcvbn(password[:JUDGED_CHARACTERS], user_inputs=words)["score"] < MIN_STRENGTH:
        raise InvalidArgument(
            "This password is easy to guess. Use three or four words that have nothing to do with you"
        )
    return _HASHER.hash(password)


_WORD = re.compile(r"\w+")


def renew_hash(found: AccountRow, password: str) -> None:
    """Hash a password that was just shown again, where today's parameters are stronger than those of its hash."""
    if found.password_hash and _HASHER.check_needs_rehash(found.password_hash):
        write(_RENEW_HASH, {"password_hash": _HASHER.hash(plain_password(password) or password), "account": found.key})


# Authenticator apps


def new_secret() -> str:
    """Return the secret of an authenticator that is about to be added: 160 random bits."""
    return pyotp.random_base32()


def authenticator_address(secret: str, email: str, city: str) -> str:
    """Return the ``otpauth:`` address that an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret, interval=CODE_SECONDS).provisioning_uri(name=email, issuer_name=city)


@dataclass(frozen=True, slots=True)
class AddedFactor:
    """What an added authenticator brings."""

    codes: list[str]
    """New recovery codes, which are shown this once."""
    token: str
    """The session's new token, for the cookie."""


@transaction
def add_second_factor(environment: Environment, account: int, session: int, secret: str, code: str) -> AddedFactor:
    """Store an authenticator whose first code is right; the owner of the account is told by mail.

    In this session the second factor then counts as shown, under a new token; other sessions are ended.

    :raises SignInRefused: when the code is wrong.
    """
    step = _step(secret, code, None)
    if step is None:
        raise SignInRefused("That code is not right. Look at the app again: it shows a new one every 30 seconds")
    sealed = environment.sign_in.seal.close(secret)
    write(_SET_AUTHENTICATOR, {"secret": sealed, "step": step, "account": account})
    write(_SHOWN_HERE, {"account": account, "session": session})
    end_all(account, but=session)
    note_act(account, OwnAct.ADD_SECOND_FACTOR, f"account:{account}")
    tell_owner(environment, account, Event.SECOND_FACTOR_ADDED)
    return AddedFactor(_make_codes(account), renew_token(session))


@transaction
def remove_second_factor(environment: Environment, account: int, session: int) -> str:
    """Forget the authenticator and its recovery codes, and return the session's new token; other sessions are ended.

    The owner of the account is told by mail.
    """
    write(_SET_AUTHENTICATOR, {"secret": None, "step": None, "account": account})
    write(_DELETE_CODES, {"account": account})
    write(_SHOWN_NOWHERE, {"account": account})
    end_all(account, but=session)
    note_act(account, OwnAct.REMOVE_SECOND_FACTOR, f"account:{account}")
    tell_owner(environment, account, Event.SECOND_FACTOR_REMOVED)
    return renew_token(session)


@transaction
def make_recovery_codes(environment: Environment, account: int) -> list[str]:
    """Return new recovery codes; the old ones stop working. The owner of the account is told by mail."""
    tell_owner(environment, account, Event.RECOVERY_CODES_MADE)
    note_act(account, OwnAct.MAKE_RECOVERY_CODES, f"account:{account}")
    return _make_codes(account)


def _make_codes(account: int) -> list[str]:
    codes = ["-".join(secrets.token_hex(10)[at : at + 5] for at in range(0, 20, 5)) for _ in range(RECOVERY_CODES)]
    write(_DELETE_CODES, {"account": account})
    write(_ADD_CODES, {"account": account, "code_hashes": [_hash_code(code) for code in codes]})
    return codes


def _hash_code(code: str) -> bytes:
    return hashed(plain_code(code))


@transaction
def take_code(environment: Environment, found: AccountRow, code: str) -> None:
    """Take a code of the authenticator, or a recovery code. Each works once, also for two tries at the same moment.

    :raises SignInRefused: when it is neither.
    """
    code = plain_code(code)
    secret = environment.sign_in.seal.open(found.totp_secret) if found.totp_secret else None
    if secret and len(code) == CODE_DIGITS:
        if _step(secret, code, found.key) is not None:
            return
    elif _take_recovery_code(found.key, code):
        note_act(found.key, OwnAct.USE_RECOVERY_CODE, f"account:{found.key}")
        return
    raise SignInRefused("That code is not right, or it was used already")


def _take_recovery_code(account: int, code: str) -> bool:
    return write(_TAKE_CODE, {"account": account, "code_hash": _hash_code(code)}) == 1


def _step(secret: str, code: str, account: int | None) -> int | None:
    """The half minute that a code is of, if it is right; with an account, one that is later than all taken before."""
    generator, present = pyotp.TOTP(secret, interval=CODE_SECONDS), int(time.time()) // CODE_SECONDS
    shown = plain_code(code).encode()
    for step in (present - 1, present, present + 1):
        if hmac.compare_digest(generator.generate_otp(step).encode(), shown):
            return step if account is None or _take_step(account, step) else None
    return None


def _take_step(account: int, step: int) -> bool:
    return write(_TAKE_STEP, {"step": step, "account": account}) == 1
