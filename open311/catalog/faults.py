"""Faults in a city's files: where they are and what is wrong, for the person who edits the files."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """A fault in one of the files: its path inside the city's directory, the line (from 1), the reason."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        """Write the fault as editors and terminals recognize it: ``file:line: reason``."""
        return f"{self.file}:{self.line}: {self.reason}"


class CatalogError(Exception):
    """The city's files cannot be used; ``faults`` holds every fault, in the order of files and lines."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))
