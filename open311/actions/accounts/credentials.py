"""Passwords, authenticator apps, recovery codes: set, shown, taken away."""

from __future__ import annotations

import hmac
import secrets
import time
from functools import cache

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from open311.actions.accounts.sessions import end_all
from open311.actions.base.actor import note_act
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import connection, transaction
from open311.domain.errors import InvalidArgument, SignInRefused
from open311.domain.roles import OwnAct
from open311.domain.secret import hashed
from open311.models.accounts.recovery_code import RecoveryCode
from open311.queries.accounts.accounts import AccountRow

SHORTEST, LONGEST = 12, 256
"""Characters of a password; nothing else is asked of it (NIST SP 800-63B, 3.1.1.2)."""
CODES = 10
DIGITS, STEP = 6, 30
"""Of a code of an authenticator, and the seconds it lasts; those beside it are taken too, for clocks differ."""

_HASHER = PasswordHasher()
"""Argon2id with the parameters of RFC 9106 for little memory."""


@cache
def _nobody() -> str:
    """What is compared where there is no account, so that it takes as long."""
    return _HASHER.hash(secrets.token_urlsafe())


def password_fits(found: AccountRow | None, password: str) -> bool:
    """Whether it is the password of an active account; takes the same time where there is none."""
    nobody = _nobody()  # also where there is an account: the first time takes longer for all
    stored = found.password_hash if found and found.active else None
    try:
        _HASHER.verify(stored or nobody, password)
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def hash_password(password: str, email: str) -> str:
    """The password as it is stored.

    :raises InvalidArgument: too short, too long, or the e-mail address.
    """
    if len(password) < SHORTEST:
        raise InvalidArgument(f"Use at least {SHORTEST} characters: three or four words are good")
    if len(password) > LONGEST:
        raise InvalidArgument(f"Use at most {LONGEST} characters")
    if password.strip().lower() == email.lower():
        raise InvalidArgument("Your e-mail address is no password")
    return _HASHER.hash(password)


def renew_hash(found: AccountRow, password: str) -> None:
    """Store a password that was just shown anew, where today's parameters are stronger than those it has."""
    if found.password_hash and _HASHER.check_needs_rehash(found.password_hash):
        connection().execute(
            "UPDATE account SET password_hash = %s WHERE key = %s", (_HASHER.hash(password), found.key)
        )


# Authenticator apps


def new_secret() -> str:
    """The secret of an authenticator that is about to be added: 160 random bits."""
    return pyotp.random_base32()


def authenticator_address(secret: str, email: str, city: str) -> str:
    """What an authenticator app reads from the QR code."""
    return pyotp.TOTP(secret, interval=STEP).provisioning_uri(name=email, issuer_name=city)


@transaction
def add_second_factor(environment: Environment, account: int, session: int, secret: str, code: str) -> list[str]:
    """Keep an authenticator whose first code is right; answers new recovery codes, which are shown this once.

    In the session where this was done the second factor has been shown; others are ended.

    :raises SignInRefused: the code is wrong.
    """
    step = _step(secret, code, None)
    if step is None:
        raise SignInRefused("That code is not right. Look at the app again: it shows a new one every 30 seconds")
    sealed = environment.sign_in.seal.close(secret)
    execute = connection().execute
    execute("UPDATE account SET totp_secret = %s, totp_step = %s WHERE key = %s", (sealed, step, account))
    execute("UPDATE account_session SET second_factor = true WHERE account = %s AND key = %s", (account, session))
    end_all(account, but=session)
    note_act(account, OwnAct.ADD_SECOND_FACTOR, f"account:{account}")
    return _make_codes(account)


@transaction
def remove_second_factor(account: int) -> None:
    """Forget the authenticator and its recovery codes."""
    execute = connection().execute
    execute("UPDATE account SET totp_secret = NULL, totp_step = NULL WHERE key = %s", (account,))
    execute("DELETE FROM recovery_code WHERE account = %s", (account,))
    execute("UPDATE account_session SET second_factor = false WHERE account = %s", (account,))
    note_act(account, OwnAct.REMOVE_SECOND_FACTOR, f"account:{account}")


@transaction
def make_recovery_codes(account: int) -> list[str]:
    """New recovery codes; the old ones are worthless."""
    note_act(account, OwnAct.MAKE_RECOVERY_CODES, f"account:{account}")
    return _make_codes(account)


def _make_codes(account: int) -> list[str]:
    codes = ["-".join(secrets.token_hex(10)[at : at + 5] for at in range(0, 20, 5)) for _ in range(CODES)]
    execute = connection().execute
    execute("DELETE FROM recovery_code WHERE account = %s", (account,))
    hashes = [_hash_code(code) for code in codes]
    execute(f"INSERT INTO {RecoveryCode.__tablename__} SELECT %s, unnest(%s::bytea[])", (account, hashes))
    return codes


def _hash_code(code: str) -> bytes:
    return hashed("".join(code.split()).replace("-", "").lower())


@transaction
def take_code(environment: Environment, found: AccountRow, code: str) -> None:
    """Take a code of the authenticator, or a recovery code; each works once, also for two at the same moment.

    :raises SignInRefused: it is neither.
    """
    code = "".join(code.split())
    secret = environment.sign_in.seal.open(found.totp_secret) if found.totp_secret else None
    if secret and len(code) == DIGITS:
        if _step(secret, code, found.key) is not None:
            return
    elif _take_recovery_code(found.key, code):
        note_act(found.key, OwnAct.USE_RECOVERY_CODE, f"account:{found.key}")
        return
    raise SignInRefused("That code is not right, or it was used already")


def _take_recovery_code(account: int, code: str) -> bool:
    taken = connection().execute(
        "UPDATE recovery_code SET used_at = clock_timestamp()"
        " WHERE account = %s AND code_hash = %s AND used_at IS NULL",
        (account, _hash_code(code)),
    )
    return taken.rowcount == 1


def _step(secret: str, code: str, account: int | None) -> int | None:
    """The half minute that a code is of, if it is right; with an account, one that is later than all taken before."""
    generator, present = pyotp.TOTP(secret, interval=STEP), int(time.time()) // STEP
    for step in (present - 1, present, present + 1):
        if hmac.compare_digest(generator.generate_otp(step), code.strip()):
            return step if account is None or _is_new(account, step) else None
    return None


def _is_new(account: int, step: int) -> bool:
    taken = connection().execute(
        "UPDATE account SET totp_step = %s WHERE key = %s AND (totp_step IS NULL OR totp_step < %s)",
        (step, account, step),
    )
    return taken.rowcount == 1
