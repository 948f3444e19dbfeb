"""Erase one person on request: who they are, how to reach them, their words and photos, in one transaction.

What was reported stays as a public fact, with its place and its times: ADR 16 says why.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from psycopg.rows import dict_row

from open311.actions.base.actor import Actor, permit
from open311.actions.base.environment import Environment
from open311.actions.base.transaction import connection, transaction
from open311.actions.cases.case import aside, finish, locked_key
from open311.actions.cases.redact import TOMBSTONE, entomb
from open311.actions.privacy.forget import forget_accounts, forget_photos, forget_private_answers, forget_reporters
from open311.actions.privacy.personal_data import PersonalData, belongings_of, mark
from open311.domain.errors import InvalidArgument
from open311.domain.person import Who, mentions
from open311.domain.roles import Act
from open311.models.base import database
from open311.queries.accounts.accounts import account_of_key
from open311.queries.cases.history import copies, newest_text
from open311.queries.cases.relations import merged_with

SHORTEST = 6
"""Characters of an address, or of a device's id, that is looked for in texts."""
NOTE = "Who reported this asked to be forgotten."


@dataclass(frozen=True, slots=True)
class Erased:
    """How much there is, or was until now."""

    identities: int
    service_requests: int
    photos: int
    followings: int
    messages: int
    accounts: int
    jobs: int

    @property
    def nothing(self) -> bool:
        """Whether nothing is held, also because it was erased before."""
        return not any(getattr(self, name) for name in self.__slots__)


@dataclass(frozen=True, slots=True)
class _Marks:
    """By what a text names them."""

    names: list[str]
    emails: list[str]
    phones: list[str]

    def are_in(self, *texts: str | None) -> bool:
        return any(mentions(text, self.names, self.emails, self.phones) for text in texts if text)


@transaction
def look_at_person(environment: Environment, who: Who, actor: Actor) -> Erased:
    """What erasing would take.

    :raises NotAllowed: no grant of the actor reaches so far.
    """
    permit(actor, Act.ERASE_PERSON, mark(environment, who))
    return _counted(belongings_of(who))


@transaction
def erase_person(environment: Environment, who: Who, actor: Actor) -> Erased:
    """Take it all; again, it does nothing. Nobody is told, and the audit log has a mark instead of a name.

    :raises NotAllowed: no grant of the actor reaches so far.
    :raises InvalidArgument: the account has roles; whoever works for the city is no reporter only.
    """
    permit(actor, Act.ERASE_PERSON, mark(environment, who))
    theirs = belongings_of(who)
    account = account_of_key(theirs.account) if theirs.account else None
    if account and account.grants:
        raise InvalidArgument(f"account {account.key} has roles; revoke them first")
    found = _counted(theirs)
    marks = _marks(theirs, account.name if account else "")
    others = merged_with(theirs.cases)
    for key in sorted([*theirs.cases, *others]):  # in their order, so that two cannot lock each other out
        locked_key(key)
    _forget_words(environment, theirs, others, marks)
    forget_private_answers(environment, theirs.cases)
    forget_reporters(environment, theirs.people)
    forget_photos(environment, theirs.photos)
    _forget_ways(theirs)
    if theirs.account:
        forget_accounts(environment, [theirs.account])
    if found.identities or found.photos:
        for key in theirs.cases:
            aside(environment, locked_key(key), "moderation", actor, NOTE)
    return found


_MESSAGES = "FROM message WHERE subscription = ANY(%(followings)s) OR lower(address) = ANY(%(addresses)s)"
_JOBS = """
FROM procrastinate_jobs WHERE status <> 'doing' AND EXISTS (
    SELECT FROM unnest(%(addresses)s::text[]) AS mine(address) WHERE position(mine.address IN lower(args::text)) > 0)
"""


def _given(theirs: PersonalData) -> dict[str, Any]:
    return {"followings": theirs.followings, "addresses": theirs.addresses, "emails": theirs.emails}


def _counted(theirs: PersonalData) -> Erased:
    count = {}
    for name, rows in (("messages", _MESSAGES), ("jobs", _JOBS)):
        row: Any = connection().execute(f"SELECT count(*) {rows}", _given(theirs)).fetchone()
        count[name] = row[0]
    kept: Any = (
        connection()
        .execute("SELECT count(*) FROM person WHERE key = ANY(%s) AND erased_at IS NULL", (theirs.people,))
        .fetchone()
    )
    return Erased(
        identities=kept[0],
        service_requests=len(theirs.cases),
        photos=len(theirs.photos),
        followings=len(theirs.followings),
        accounts=int(theirs.account is not None),
        **count,
    )


def _marks(theirs: PersonalData, account_name: str) -> _Marks:
    named = connection().execute("SELECT first_name, last_name FROM person WHERE key = ANY(%s)", (theirs.people,))
    ways = connection().execute("SELECT kind, value FROM contact_point WHERE person = ANY(%s)", (theirs.people,))
    contacts = ways.fetchall()
    return _Marks(
        names=_words([*(name for row in named.fetchall() for name in row), account_name]),
        emails=[*theirs.emails, *(value for kind, value in contacts if kind != "phone" and len(value) >= SHORTEST)],
        phones=[*theirs.phones, *(value for kind, value in contacts if kind == "phone")],
    )


def _words(names: Iterable[str | None]) -> list[str]:
    return sorted({word for name in names if name for word in name.split()})


_OWN_WORDS = """
UPDATE service_request SET description = CASE WHEN description IS NOT NULL THEN %(it)s END, media_url = NULL,
    version = version + 1
WHERE key = ANY(%(cases)s) AND (description <> %(it)s OR media_url IS NOT NULL)
"""
_OWN_ANSWERS = """
UPDATE answer SET values = ARRAY[%(it)s], names = ARRAY[%(it)s]
WHERE service_request = ANY(%(cases)s) AND datatype IN ('string', 'text')
"""
_HISTORY = """
SELECT key, service_request, description, note, media_url FROM service_request_update
WHERE service_request = ANY(%s) AND redacted_at IS NULL
"""
# Of changes to many cases at once, those that are over: what was written stands in the history too.
_CHANGES = """
DELETE FROM batch_change h USING batch_case c, service_request r
WHERE c.batch_change = h.key AND r.jurisdiction = h.jurisdiction AND r.service_request_id = c.number
  AND r.key = ANY(%(cases)s)
  AND (h.undone_at IS NOT NULL OR NOT EXISTS (
      SELECT FROM batch_case o WHERE o.batch_change = h.key AND o.done_at IS NULL))
"""


def _forget_words(environment: Environment, theirs: PersonalData, others: list[int], marks: _Marks) -> None:
    """Their own words go all; of what others wrote, the entries that name them, also where ``others`` share them."""
    execute = connection().execute
    given = {"it": TOMBSTONE, "cases": theirs.cases}
    execute(_OWN_WORDS, given)
    execute(_OWN_ANSWERS, given)
    execute(_CHANGES, given)
    with connection().cursor(row_factory=dict_row) as cursor:
        entries = cursor.execute(_HISTORY, (theirs.cases,)).fetchall()
    naming = [entry for entry in entries if marks.are_in(entry["description"], entry["note"], entry["media_url"])]
    shared = copies([entry["key"] for entry in naming if marks.are_in(entry["description"])], others)
    entomb([*(entry["key"] for entry in naming), *shared])
    for key in others:
        case = locked_key(key)
        named = marks.are_in(case.status_notes)
        if named:
            case.status_notes = newest_text(key)
        if named or key in shared.values():
            finish(environment, case)
    for key in theirs.cases:
        case = locked_key(key)
        if marks.are_in(case.status_notes):
            case.status_notes = newest_text(key)
        if marks.are_in(case.address):
            case.address = TOMBSTONE
    database.session.flush()


def _forget_ways(theirs: PersonalData) -> None:
    """Followings, messages, jobs that name an address, links, and contacts of API keys (which go on working)."""
    execute = connection().execute
    given = _given(theirs)
    execute(f"DELETE {_MESSAGES}", given)
    execute("DELETE FROM subscription WHERE key = ANY(%(followings)s)", given)
    execute(f"DELETE {_JOBS}", given)
    execute("DELETE FROM account_link WHERE lower(email) = ANY(%(emails)s)", given)
    execute(
        "UPDATE api_client SET contact = %(it)s WHERE EXISTS (SELECT FROM unnest(%(emails)s::text[]) AS mine(email)"
        " WHERE position(mine.email IN lower(contact)) > 0)",
        {**given, "it": TOMBSTONE},
    )
