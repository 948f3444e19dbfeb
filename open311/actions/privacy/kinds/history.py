"""What histories say of somebody: their own words later on, and entries of others that name them."""

from __future__ import annotations

from open311.actions.base.environment import Environment
from open311.actions.cases.case import finish, locked_key
from open311.actions.cases.redact import entomb
from open311.actions.privacy.kind import Erasure, Kind, Section
from open311.models.base import database
from open311.queries.cases.history import copies, newest_text
from open311.queries.privacy.naming import entries_of_reporters, history_entries
from open311.queries.privacy.sections import case_rows


def forget_words_of_reporters(cases: list[int]) -> None:
    """Forget what reporters told staff behind links of messages."""
    entomb(entries_of_reporters(cases))


def _erase(environment: Environment, erasure: Erasure) -> None:
    """Entomb the entries that name them, also where cases merged with theirs took the words over, and their own."""
    marks = erasure.marks
    naming = [
        entry
        for entry in history_entries(erasure.subject.cases)
        if marks.are_in(entry.description, entry.note, entry.media_url)
    ]
    shared = copies([entry.key for entry in naming if marks.are_in(entry.description)], erasure.merged)
    entomb([*(entry.key for entry in naming), *shared])
    for key in erasure.merged:
        named = _renew_notes(key, erasure)
        if named or key in shared.values():
            finish(environment, locked_key(key))
    for key in erasure.subject.cases:
        _renew_notes(key, erasure)
    forget_words_of_reporters(erasure.subject.cases)


def _renew_notes(key: int, erasure: Erasure) -> bool:
    """Where the newest public words of a case name them, take what the history says now; returns whether they did."""
    case = locked_key(key)
    named = erasure.marks.are_in(case.status_notes)
    if named:
        case.status_notes = newest_text(key)
        database.session.flush()
    return named


# What everybody may read, and what they told staff themselves. What staff wrote for themselves may be about others, and
# is left out.
KIND = Kind(
    rank=40,
    columns="service_request_update: description note media_url changes",
    section=Section(
        "updates",
        "What happened to it, and what you wrote later on",
        case_rows(
            "service_request_update",
            """t.kind, t.status, t.outcome, t.description, t.media_url, t.occurred_at, t.actor = 'reporter' AS yours,
            CASE t.actor WHEN 'reporter' THEN t.note END AS told_to_staff""",
            "t.occurred_at, t.key",
            "(t.public OR t.actor = 'reporter')",
        ),
    ),
    erase=_erase,
    stays="That it happened, when and who of the staff did it, and entries that do not name them.",
)
