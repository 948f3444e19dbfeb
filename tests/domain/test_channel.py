"""Channels: each has its function, and a lock where only one worker may serve it."""

from __future__ import annotations

import pytest

from open311.actions.telling.channels import DELIVER
from open311.domain.channel import Channel
from open311.models.locks import Lock


def test_mail_leaves_before_what_may_hang() -> None:
    first, *_, last = Channel
    assert (first, last) == (Channel.EMAIL, Channel.PUSH)


@pytest.mark.parametrize("channel", Channel)
def test_every_channel_hands_over_and_has_the_lock_it_needs(channel: Channel) -> None:
    assert channel in DELIVER
    assert not channel.limits.one_worker or channel.name in Lock.__members__
    assert Channel(channel.value) is channel
