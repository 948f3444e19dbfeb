"""What is held about one person: who of our people they are, and what is theirs. For exporting and erasing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import connection
from open311.domain.person import Who, same_number
from open311.queries.accounts.accounts import account_of_email, account_of_key


@dataclass(frozen=True, slots=True)
class PersonalData:
    """Keys of rows. Nothing of others is among them."""

    emails: list[str]
    """In lower case."""
    phones: list[str]
    account: int | None
    people: list[int]
    cases: list[int]
    followings: list[int]
    """Also those of their own reports under another address."""
    photos: list[int]

    @property
    def addresses(self) -> list[str]:
        """Where messages to them went."""
        return [*self.emails, *self.phones]


def belongings_of(who: Who) -> PersonalData:
    """Look up whom it names, inside the transaction of an action."""
    account = account_of_key(who.account) if who.account else account_of_email(who.email) if who.email else None
    if account and "@" not in account.email:  # erased
        account = None
    emails = sorted({email for email in (who.email, account.email.lower() if account else "") if email})
    phones = [who.phone] if who.phone else []
    people = _people(emails, phones)
    cases = _keys("SELECT DISTINCT service_request FROM reporter_link WHERE person = ANY(%s) ORDER BY 1", people)
    followings = _keys(
        "SELECT key FROM subscription WHERE lower(address) = ANY(%s) OR (reporter AND service_request = ANY(%s))",
        [*emails, *phones],
        cases,
    )
    photos = _keys("SELECT key FROM media WHERE service_request = ANY(%s) AND kind = 'submitted' ORDER BY 1", cases)
    return PersonalData(emails, phones, account.key if account else None, people, cases, followings, photos)


def _people(emails: list[str], phones: list[str]) -> list[int]:
    found = set(
        _keys("SELECT DISTINCT person FROM contact_point WHERE kind = 'email' AND lower(value) = ANY(%s)", emails)
    )
    for phone in phones:
        rows = connection().execute("SELECT person, value FROM contact_point WHERE kind = 'phone'").fetchall()
        found |= {person for person, value in rows if same_number(value, phone)}
    return sorted(found)


def _keys(query: str, *given: Any) -> list[int]:
    return [row[0] for row in connection().execute(query, given).fetchall()]


def mark(environment: Environment, who: Who) -> str:
    """What stands in the audit log instead of them: the same for the same person, and nobody can read it back."""
    return f"person:{environment.sign_in.seal.mark(str(who))}"
