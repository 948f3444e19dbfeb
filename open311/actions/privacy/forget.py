"""Forgetting what is known of people, inside the transaction of retention (by time) or of erasing (on request).

What has a history becomes a tombstone, what has none goes.
"""

from __future__ import annotations

from typing import Any

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import connection
from open311.actions.cases.redact import TOMBSTONE, entomb
from open311.actions.intake.photos import delete_originals, delete_shown


def forget_reporters(environment: Environment, people: list[Any]) -> None:
    """Let nothing say any more who they are; that somebody reported it stays."""
    execute = connection().execute
    execute("DELETE FROM contact_point WHERE person = ANY(%s)", (people,))
    execute(
        "UPDATE person SET first_name = NULL, last_name = NULL, account_id = NULL, erased_at = clock_timestamp()"
        " WHERE key = ANY(%s) AND erased_at IS NULL",
        (people,),
    )
    reported = execute("SELECT service_request FROM reporter_link WHERE person = ANY(%s)", (people,))
    cases = [row[0] for row in reported.fetchall()]
    execute("DELETE FROM subscription WHERE reporter AND service_request = ANY(%s)", (cases,))
    _forget_words_to_staff(cases)


def _forget_words_to_staff(cases: list[int]) -> None:
    """What reporters said behind links of messages."""
    execute = connection().execute
    told = execute(
        "SELECT key FROM service_request_update WHERE service_request = ANY(%s) AND actor = 'reporter'"
        " AND redacted_at IS NULL AND (note IS NOT NULL OR description IS NOT NULL)",
        (cases,),
    )
    entomb([row[0] for row in told.fetchall()])
    execute("UPDATE feedback SET words = %s WHERE service_request = ANY(%s) AND words IS NOT NULL", (TOMBSTONE, cases))


def forget_private_answers(environment: Environment, cases: list[Any]) -> None:
    """What was asked stays; what was answered does not."""
    connection().execute(
        "UPDATE answer SET values = ARRAY[%(it)s], names = ARRAY[%(it)s]"
        " WHERE service_request = ANY(%(cases)s) AND NOT public",
        {"it": TOMBSTONE, "cases": cases},
    )


def forget_accounts(environment: Environment, accounts: list[Any]) -> None:
    """Let an account open for nobody and name nobody. Its number stays: history and audit log point at it."""
    execute = connection().execute
    execute(
        "DELETE FROM account_link l USING account a WHERE a.key = ANY(%s) AND lower(l.email) = lower(a.email)",
        (accounts,),
    )
    execute("DELETE FROM account_session WHERE account = ANY(%s)", (accounts,))
    execute("DELETE FROM recovery_code WHERE account = ANY(%s)", (accounts,))
    # No address has the form of this one, so nobody can be given it.
    execute(
        "UPDATE account SET email = 'erased-' || key, name = %s, active = false, last_seen_at = NULL,"
        " password_hash = NULL, totp_secret = NULL, totp_step = NULL, openid_issuer = NULL, openid_subject = NULL,"
        " erased_at = clock_timestamp() WHERE key = ANY(%s) AND erased_at IS NULL",
        (TOMBSTONE, accounts),
    )


def forget_photos(environment: Environment, photos: list[Any]) -> None:
    """Photos, with their thumbnails and originals."""
    gone = connection().execute("DELETE FROM media WHERE key = ANY(%s) RETURNING file, thumbnail, original", (photos,))
    rows = gone.fetchall()
    delete_shown(environment, [name for row in rows for name in row[:2]])
    delete_originals(environment, [row[2] for row in rows if row[2]])


def forget_originals(environment: Environment, photos: list[Any]) -> None:
    """What redacted photos were before."""
    gone = connection().execute(
        "WITH it AS (SELECT key, original FROM media WHERE key = ANY(%s))"
        " UPDATE media SET original = NULL FROM it WHERE media.key = it.key RETURNING it.original",
        (photos,),
    )
    delete_originals(environment, [row[0] for row in gone.fetchall() if row[0]])


def forget_unsent_photos(environment: Environment, photos: list[Any]) -> None:
    """Photos of forms, but for those that a case has got meanwhile."""
    gone = connection().execute("DELETE FROM unsent_photo WHERE key = ANY(%s) RETURNING file, thumbnail", (photos,))
    delete_shown(environment, [name for row in gone.fetchall() for name in row])
