"""Who reported, and how to reach them: names, addresses, numbers, devices."""

from __future__ import annotations

from typing import Any

from open311.actions.base.environment import Environment
from open311.actions.base.transaction import write
from open311.actions.privacy.kind import Erasure, Expiry, Kind, Section, Tally
from open311.actions.privacy.kinds.feedback import forget_feedback
from open311.actions.privacy.kinds.history import forget_words_of_reporters
from open311.actions.privacy.kinds.subscriptions import forget_reporters_subscriptions
from open311.queries.privacy.due import REPORTERS
from open311.queries.privacy.naming import cases_of_people
from open311.queries.privacy.sections import IDENTITIES
from open311.queries.reading import Statement

_CONTACTS = Statement("DELETE FROM contact_point WHERE person = ANY(:people)")
_PEOPLE = Statement(
    """
    UPDATE person SET first_name = NULL, last_name = NULL, account_id = NULL, erased_at = clock_timestamp()
    WHERE key = ANY(:people) AND erased_at IS NULL
    """
)


def forget_identities(people: list[int]) -> None:
    """Take names and ways to reach people; that somebody reported it stays."""
    write(_CONTACTS, {"people": people})
    write(_PEOPLE, {"people": people})


def forget_reporters(environment: Environment, people: list[Any]) -> None:
    """Forget people, with what they told staff alone and how they were kept informed."""
    forget_identities(people)
    cases = cases_of_people(people)
    forget_reporters_subscriptions(cases)
    forget_words_of_reporters(cases)
    forget_feedback(cases)


def _erase(environment: Environment, erasure: Erasure) -> None:
    forget_identities(erasure.subject.people)


KIND = Kind(
    rank=10,
    columns="""
    person: first_name last_name account_id created_at erased_at;
    contact_point: person kind value normal verified_at bounced_at created_at;
    reporter_link: service_request person created_at
    """,
    section=Section("identities", "Who you said you were, in each report, and how to reach you", IDENTITIES),
    tally=Tally("identities", lambda subject: len(subject.people)),
    erase=_erase,
    expiries=(Expiry("reporters", REPORTERS, forget_reporters),),
)
