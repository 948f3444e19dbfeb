"""Purposes of links: where they lead, and which may be used again."""

from __future__ import annotations

from datetime import timedelta

from open311.domain.link import LinkPurpose


def test_only_what_changes_nothing_the_second_time_may_be_used_again() -> None:
    reusable = {purpose for purpose in LinkPurpose if purpose.kind.reusable}
    assert reusable == {LinkPurpose.CONFIRM, LinkPurpose.END, LinkPurpose.STAFF_SIGN_IN}


def test_no_two_purposes_lead_to_the_same_page() -> None:
    assert len({purpose.kind.path for purpose in LinkPurpose}) == len(LinkPurpose)


def test_what_ends_messages_works_as_long_as_the_message_exists() -> None:
    assert LinkPurpose.END.kind.valid_for is None
    assert LinkPurpose.SIGN_IN.kind.valid_for == timedelta(minutes=30)
