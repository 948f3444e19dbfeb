"""What is wrong with a city's files: where, and why, for the person who edits them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault: the file as its path inside the city's directory, the line (from 1), the reason."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        """As editors and terminals link it: ``file:line: reason``."""
        return f"{self.file}:{self.line}: {self.reason}"


class CatalogError(Exception):
    """The files of a city cannot be used; ``faults`` holds every fault found, by file and line."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))
