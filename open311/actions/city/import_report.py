"""What an import tells: how many rows each rule touched, with the first of them as an example."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

HANDLED_TEXTS = {
    "number_missing": "without a number: one was made from the row",
    "status_missing": "without a status that the mapping knows: taken as it says",
    "closed_by_time": "without a status that the mapping knows, but with a closing time: taken as closed",
    "open_with_closing_time": "with a closing time, although their status is open: taken as open",
    "service_unknown": "of a service that is not in the catalogue: taken as the service that the mapping names",
    "coordinates_missing": "without coordinates: taken without a point",
    "coordinates_unreadable": "with coordinates that cannot be read: taken without a point",
    "coordinates_outside": "with coordinates outside the jurisdiction",
    "closed_without_time": "closed without a closing time: taken as the mapping says",
    "closed_before_requested": "closed before they were requested: taken as closed when requested",
    "updated_before_requested": "updated before they were requested: taken as updated when requested",
    "expected_before_requested": "expected before they were requested: kept as they are",
    "time_implausible": "with a time in the future or too long ago: that time was left out",
    "hour_skipped": "with a time in the hour that clocks skip in spring: taken as an hour later",
    "spreadsheet_marks": 'values with the marks of a spreadsheet (="7", \'7, 7.0): read without',
    "spreadsheet_errors": "values that are errors of a spreadsheet (#REF!): left out",
    "spreadsheet_rounded": "codes that a spreadsheet has rounded (1.9E+04): left out",
    "repeated": "with a number that came before in the file: refused",
}
"""What an import counts, by its key, in the words of the import's report."""

NAMED_WORDS = frozenset({"status_missing", "closed_by_time", "service_unknown"})
"""What is told with every word that was not known, and how often it came."""

MAX_WORDS = 1000
"""How many different words are counted; a column that was taken for another may have a million."""
WORDS_TOLD = 12


class Refused(Exception):
    """A row that does not become a case; the message is the reason that the file of rejects gives.

    :param kind: the reason without the row's own values, under which rows are counted; by default the reason itself.
    :param word: the word that was not known, where that is the reason.
    """

    def __init__(self, reason: str, kind: str = "", word: str | None = None) -> None:
        super().__init__(reason)
        self.kind, self.word = kind or reason, word


@dataclass
class Tally:
    """How often something happened, and the first time."""

    line: int
    example: str
    count: int = 0
    words: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        """Write the example, or how often each word came."""
        if not self.words:
            return f"{self.example!r} (line {self.line})" if self.example else f"first in line {self.line}"
        told = ", ".join(f"{word!r} ({count})" for word, count in self.words.most_common(WORDS_TOLD))
        others = len(self.words) - WORDS_TOLD
        return told + (f" and {others} others" if others > 0 else "") + f", first in line {self.line}"


@dataclass
class Report:
    """What an import met so far. ``line`` is where the row begins that is being read."""

    line: int = 0
    handled: dict[str, Tally] = field(default_factory=dict)
    """By the keys of ``HANDLED_TEXTS``."""
    refused: dict[str, Tally] = field(default_factory=dict)
    """By the kind of the reason."""
    earliest: datetime | None = None
    latest: datetime | None = None

    def note(self, key: str, example: str = "") -> None:
        """Count something that was amended."""
        _count(self.handled, key, self.line, example, example if key in NAMED_WORDS else None)

    def refuse(self, reason: Refused) -> None:
        """Count a row that was refused."""
        _count(self.refused, reason.kind, self.line, "" if str(reason) == reason.kind else str(reason), reason.word)

    def taken(self, requested: datetime) -> None:
        """Remember when the earliest and the latest of the rows that were taken was requested."""
        if self.earliest is None or requested < self.earliest:
            self.earliest = requested
        if self.latest is None or requested > self.latest:
            self.latest = requested

    def lines(self) -> Iterator[str]:
        """Yield one line for each kind of row that was refused or amended, the most frequent first."""
        for kind, tally in sorted(self.refused.items(), key=lambda item: -item[1].count):
            yield f"{tally.count} refused: {kind}: {tally}"
        for key, tally in sorted(self.handled.items(), key=lambda item: -item[1].count):
            yield f"{tally.count} {HANDLED_TEXTS[key]}: {tally}"


def _count(tallies: dict[str, Tally], key: str, line: int, example: str, word: str | None) -> None:
    tally = tallies.get(key)
    if tally is None:
        tally = tallies[key] = Tally(line, example[:200])
    tally.count += 1
    if word is not None and (word in tally.words or len(tally.words) < MAX_WORDS):
        tally.words[word[:100]] += 1
