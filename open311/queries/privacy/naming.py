"""Rows that name a person: entries of histories, and how many messages and jobs."""

from __future__ import annotations

from dataclasses import dataclass

from open311.queries.privacy.subject import Subject
from open311.queries.reading import Statement, fetch_as, fetch_value, fetch_values

_NAMES_ONE = """
EXISTS (SELECT FROM unnest(CAST(:{addresses} AS text[])) AS own(address) WHERE position(own.address IN {text}) > 0)
"""
TO_SUBJECT = "subscription = ANY(:followings) OR lower(address) = ANY(:addresses)"
"""Condition of ``message``: sent to the subject."""
IN_JOB = "status <> 'doing' AND " + _NAMES_ONE.format(addresses="addresses", text="lower(args::text)")
"""Condition of ``procrastinate_jobs``: names an address of the subject, and is not under way."""
IN_CONTACT = _NAMES_ONE.format(addresses="emails", text="lower(contact)")
"""Condition of ``api_client``: whom to write to is the subject."""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """The words of one entry of the history of a service request."""

    key: int
    service_request: int
    description: str | None
    note: str | None
    media_url: str | None


_HISTORY = Statement(
    """
    SELECT key, service_request, description, note, media_url FROM service_request_update
    WHERE service_request = ANY(:cases) AND redacted_at IS NULL
    """
)
_REPORTER_SAID = Statement(
    """
    SELECT key FROM service_request_update WHERE service_request = ANY(:cases) AND actor = 'reporter'
      AND redacted_at IS NULL AND (note IS NOT NULL OR description IS NOT NULL)
    """
)
_MESSAGES = Statement(f"SELECT count(*) FROM message WHERE {TO_SUBJECT}")
_JOBS = Statement(f"SELECT count(*) FROM procrastinate_jobs WHERE {IN_JOB}")
_REPORTED = Statement("SELECT service_request FROM reporter_link WHERE person = ANY(:people)")


def history_entries(cases: list[int]) -> list[HistoryEntry]:
    """Read every entry of these cases that was not redacted."""
    return fetch_as(HistoryEntry, _HISTORY, {"cases": cases})


def entries_of_reporters(cases: list[int]) -> list[int]:
    """Return the keys of the entries in which reporters of these cases said something, behind links of messages."""
    return fetch_values(_REPORTER_SAID, {"cases": cases})


def cases_of_people(people: list[int]) -> list[int]:
    """Return the keys of the service requests that these people reported."""
    return fetch_values(_REPORTED, {"people": people})


def count_messages(subject: Subject) -> int:
    """Count the messages that were, or will be, sent to the subject."""
    return int(fetch_value(_MESSAGES, subject.parameters()))


def count_jobs(subject: Subject) -> int:
    """Count the jobs that name an address of the subject."""
    return int(fetch_value(_JOBS, subject.parameters()))
