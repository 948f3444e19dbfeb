"""Before staff act they read who gets a message, how, and in which language."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from open311.actions.telling.preview import MessagePreview
from open311.domain.channel import Channel
from open311.domain.wording import FilledText
from open311.entrypoints.console.acting_words import BY_CHANNEL, receiver
from open311.wire.letter import Letter

LETTER = Letter(FilledText("Closed", ("It is done.",), "es"), (), "Philadelphia", (), None)


@pytest.fixture(autouse=True)
def page(app: Flask) -> Iterator[None]:
    """A page in English, as staff have them."""
    with app.test_request_context():
        yield


def preview(channel: Channel, *, reporter: bool = False, daily: bool = False) -> MessagePreview:
    return MessagePreview(LETTER, "17", channel, reporter, daily)


def test_every_channel_has_words_of_its_own() -> None:
    assert set(Channel) - set(BY_CHANNEL) == set(), "say in BY_CHANNEL how a message of the channel arrives"
    assert len(set(BY_CHANNEL.values())) == len(Channel)


@pytest.mark.parametrize("channel", Channel)
def test_a_receiver_is_named_with_the_channel(channel: Channel) -> None:
    assert receiver(preview(channel, reporter=True), "17") == f"the reporter, {BY_CHANNEL[channel]}, Spanish"


def test_what_waits_for_the_digest_is_not_said_to_leave_at_once() -> None:
    assert receiver(preview(Channel.PUSH, daily=True), "17") == "followers, in the daily digest, Spanish"


def test_followers_of_another_service_request_are_said_to_be() -> None:
    assert receiver(preview(Channel.SMS), "18") == "followers of 17, by text message, Spanish"
