"""A real HTTP server on loopback that is called and keeps what it was sent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.listening import listening


class Receiver:
    """Every call: path, headers, body; ``answers`` are the next statuses, 200 when there are none."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.url = ""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver for one test."""
    kept = Receiver()

    def take(path: str, headers: dict[str, str], body: bytes) -> int:
        kept.calls.append((path, headers, body))
        return kept.answers.pop(0) if kept.answers else 200

    with listening(take, Location="/hook/elsewhere") as address:
        kept.url = f"{address}/hook"
        yield kept
