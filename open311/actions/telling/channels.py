"""How each channel hands a message over. A new channel is a function here and a row of ``domain/channel.Channel``."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from open311.actions.base.environment import Environment
from open311.actions.telling.envelope import envelope
from open311.adapters.push import Browser
from open311.catalog.city import Jurisdiction
from open311.domain.channel import Channel
from open311.queries.telling.messages import Message, first_mail
from open311.wire.letter import Letter, mail, notice, short

Deliver = Callable[[Environment, Jurisdiction, Message, Letter], None]
"""Hands a message over, written as ``Letter``, and raises what the other side says (``adapters/delivery``)."""


def _by_mail(environment: Environment, jurisdiction: Jurisdiction, message: Message, letter: Letter) -> None:
    first = first_mail(message.service_request, message.address)
    environment.mail.send(mail(letter, envelope(environment, jurisdiction, message.address, message.uuid, first)))


def _by_text_message(environment: Environment, _: Jurisdiction, message: Message, letter: Letter) -> None:
    environment.sms.send(message.address, short(letter))


def _by_push(environment: Environment, _: Jurisdiction, message: Message, letter: Letter) -> None:
    if environment.push is None:
        raise LookupError("no browser is told anything here: SECRET_KEY is not set")
    browser = Browser(message.address, message.push_key or "", message.push_secret or "")
    environment.push.send(browser, notice(letter))


DELIVER: Mapping[Channel, Deliver] = {
    Channel.EMAIL: _by_mail,
    Channel.SMS: _by_text_message,
    Channel.PUSH: _by_push,
}
