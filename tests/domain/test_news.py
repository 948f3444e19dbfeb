"""News and targets: what is followed is one text, and reads back as what it was."""

from __future__ import annotations

import pytest

from open311.domain.news import Target, TargetKind


@pytest.mark.parametrize(
    ("target", "text"),
    [
        (Target(TargetKind.SERVICE_REQUEST, "17"), "service_request:17"),
        (Target(TargetKind.SERVICE, "SR-ST02"), "service:SR-ST02"),
        (Target(TargetKind.BOUNDARY, "ward:5"), "boundary:ward:5"),
    ],
)
def test_a_target_reads_back_as_what_it_was(target: Target, text: str) -> None:
    assert str(target) == text
    assert Target.read(text) == target


@pytest.mark.parametrize("text", ["", "service", "service:", "nothing:1", ":1", "SERVICE:1"])
def test_what_is_no_target_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Target.read(text)
