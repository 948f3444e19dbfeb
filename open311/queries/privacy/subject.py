"""The data subject: which rows of the database are about the person that somebody named."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from open311.domain.contact import EXTENSION, same_phone
from open311.domain.person import Marks, Who, names_address
from open311.domain.roles import OwnAct
from open311.queries.accounts.people import AccountRow, account_of_email, account_of_key
from open311.queries.reading import Statement, fetch, fetch_values

SHORTEST_CONTACT = 6
"""Characters of an address, or of a device's id, below which texts are not searched for it."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One person: how they were named, and the keys of the rows that are about them and nobody else."""

    emails: list[str]
    """In lower case."""
    phones: list[str]
    account: int | None
    people: list[int]
    """Keys of ``person``: one for each report, or for reports that were split."""
    cases: list[int]
    """Keys of the service requests that they reported."""
    followings: list[int]
    """Keys of ``subscription``, with those of their own reports under another address."""
    photos: list[int]

    @property
    def addresses(self) -> list[str]:
        """The e-mail addresses and telephone numbers that messages to them were sent to."""
        return [*self.emails, *self.phones]

    def parameters(self) -> dict[str, Any]:
        """What a statement about the subject may name: every field, ``addresses``, and ``own_acts`` of accounts."""
        return {
            "emails": self.emails,
            "phones": self.phones,
            "account": self.account,
            "people": self.people,
            "cases": self.cases,
            "followings": self.followings,
            "photos": self.photos,
            "addresses": self.addresses,
            "own_acts": [str(act) for act in OwnAct],
        }


_PEOPLE = Statement(
    f"""
    SELECT DISTINCT person FROM contact_point
    WHERE normal = ANY(:emails) OR normal = ANY(:phones) OR split_part(normal, '{EXTENSION}', 1) = ANY(:phones)
    """
)
# What could not be read when it came: a number without its country, an address with words around it.
_UNREAD = Statement("SELECT person, value FROM contact_point WHERE kind IN ('email', 'phone') AND normal IS NULL")
_CASES = Statement("SELECT DISTINCT service_request FROM reporter_link WHERE person = ANY(:people) ORDER BY 1")
_FOLLOWINGS = Statement(
    """
    SELECT key FROM subscription
    WHERE lower(address) = ANY(:addresses) OR (reporter AND service_request = ANY(:cases))
    """
)
_PHOTOS = Statement("SELECT key FROM media WHERE service_request = ANY(:cases) AND kind = 'submitted' ORDER BY 1")


def subject_of(who: Who) -> Subject:
    """Find what is stored about a person, by exactly the address, number or account that names them."""
    account = _account(who)
    emails = sorted({email for email in (who.email, account.email.lower() if account else "") if email})
    phones = [who.phone] if who.phone else []
    people = _people(emails, phones)
    cases = fetch_values(_CASES, {"people": people})
    return Subject(
        emails=emails,
        phones=phones,
        account=account.key if account else None,
        people=people,
        cases=cases,
        followings=fetch_values(_FOLLOWINGS, {"addresses": [*emails, *phones], "cases": cases}),
        photos=fetch_values(_PHOTOS, {"cases": cases}),
    )


def _account(who: Who) -> AccountRow | None:
    found = account_of_key(who.account) if who.account else account_of_email(who.email) if who.email else None
    # An account that was erased has no address any more.
    return found if found and "@" in found.email else None


def _people(emails: list[str], phones: list[str]) -> list[int]:
    found = set(fetch_values(_PEOPLE, {"emails": emails, "phones": phones}))
    if emails or phones:
        found |= {person for person, value in fetch(_UNREAD) if _names(value, emails, phones)}
    return sorted(found)


def _names(written: str, emails: list[str], phones: list[str]) -> bool:
    return any(names_address(written, email) for email in emails) or any(same_phone(written, each) for each in phones)


_NAMES = Statement("SELECT first_name, last_name FROM person WHERE key = ANY(:people)")
_CONTACTS = Statement(
    """
    SELECT kind, value FROM contact_point WHERE person = ANY(:people)
    UNION SELECT CASE WHEN normal LIKE '%@%' THEN 'email' ELSE kind END, normal FROM contact_point
    WHERE person = ANY(:people) AND normal IS NOT NULL
    """
)


def marks_of(subject: Subject) -> Marks:
    """Read by what a text would name the subject: words of names, addresses, numbers and ids of devices."""
    given = {"people": subject.people}
    account = account_of_key(subject.account) if subject.account else None
    contacts = fetch(_CONTACTS, given)
    return Marks.of(
        names=[*(name for row in fetch(_NAMES, given) for name in row), account.name if account else ""],
        emails=[
            *subject.emails,
            *(value for kind, value in contacts if kind != "phone" and len(value) >= SHORTEST_CONTACT),
        ],
        phones=[*subject.phones, *(value for kind, value in contacts if kind == "phone")],
    )
