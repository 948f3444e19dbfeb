"""One over each bound costs little: headers, questions that are remembered, clients that are counted."""

from __future__ import annotations

import time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from open311.api import limits
from open311.api.answer_cache import MAX_QUESTION_CHARACTERS, AnswerCache
from open311.api.bounds import MAX_HEADERS_BYTES
from open311.api.limits import ReadLimit
from open311.api.validators import MAX_IF_NONE_MATCH_CHARACTERS, holds
from open311.domain.errors import TooManyRequests
from tests.conftest import API

HEADERS = (
    *(
        "Accept",
        "Accept-Encoding",
        "Accept-Language",
        "Cookie",
        "If-None-Match",
        "Content-Type",
        "Origin",
        "User-Agent",
    ),
    *("X-Forwarded-For", "Range", "Authorization", "Idempotency-Key", "If-Modified-Since"),
)
HOSTILE = [" ", ",", ";", "a", '"', "a,", "a;q=1,", "gzip;", "*/*,", "a=b;", "W/", "-", "\\", "0."]


@pytest.mark.parametrize("name", HEADERS)
def test_no_header_that_the_server_takes_costs_much(client: FlaskClient, name: str) -> None:
    for piece in HOSTILE:
        long = piece * (MAX_HEADERS_BYTES // len(piece) - 1) + "!"
        for path in (f"{API}/requests.json", "/signin/staff", "/nothing"):
            began = time.process_time()
            assert client.get(path, headers={name: long}).status_code < 500
            assert time.process_time() - began < 1, (path, piece)


def test_a_long_question_is_answered_and_not_remembered(app: Flask, client: FlaskClient) -> None:
    cache: Any = app.wsgi_app
    assert isinstance(cache, AnswerCache)
    for long in ({"Accept": "a/b," * MAX_QUESTION_CHARACTERS}, {"X-Other": "x" * MAX_QUESTION_CHARACTERS}):
        cache._answers.clear()
        cache._bytes = 0
        assert client.get(f"{API}/services.json", headers=long).status_code == 200
        assert len(cache._answers) == ("Accept" not in long)


def test_a_long_if_none_match_is_not_looked_at() -> None:
    assert holds('W/"a"', 'W/"a"')
    assert not holds('W/"a"', 'W/"a",' + " " * MAX_IF_NONE_MATCH_CHARACTERS)


def test_many_clients_of_one_minute_fill_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_COUNTED", 10)
    counted = ReadLimit()
    for each in range(10):
        counted.count(f"client {each}", 2)
    counted.count("another", 2)
    counted.count("one more", 2)
    with pytest.raises(TooManyRequests):
        counted.count("and one more", 2)
    assert len(counted._used) == 11
