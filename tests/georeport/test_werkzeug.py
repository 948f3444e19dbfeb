"""A canary: what ``api/http_request`` overrides in Werkzeug is still there, and is still called (ADR 22)."""

from __future__ import annotations

import inspect
from io import BytesIO
from typing import Any

import pytest
from werkzeug.formparser import FormDataParser, MultiPartParser
from werkzeug.test import EnvironBuilder

from open311.api import http_request
from open311.api.http_request import MULTIPART, Sent


@pytest.mark.parametrize(
    ("method", "names"),
    [
        (FormDataParser.parse, ["self", "stream", "mimetype", "content_length", "options"]),
        (MultiPartParser.parse, ["self", "stream", "boundary", "content_length"]),
        (MultiPartParser.get_part_charset, ["self", "headers"]),
        (Sent.make_form_data_parser, ["self"]),
    ],
    ids=lambda each: getattr(each, "__qualname__", ""),
)
def test_werkzeug_has_the_methods_that_are_overridden_or_called(method: Any, names: list[str]) -> None:
    assert list(inspect.signature(method).parameters) == names


def test_werkzeug_takes_the_parser_from_the_class_of_the_request() -> None:
    assert inspect.signature(FormDataParser.__init__).parameters.keys() >= {"stream_factory", "max_form_parts"}
    parser = Sent(EnvironBuilder().get_environ()).make_form_data_parser()
    assert isinstance(parser, http_request._Form)
    assert parser.cls is Sent.parameter_storage_class


def test_werkzeug_asks_for_the_charset_of_each_part(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def get_part_charset(_: object, headers: Any) -> str:
        asked.append(headers)
        return "latin-1"

    monkeypatch.setattr(http_request._Parts, "get_part_charset", get_part_charset)
    builder = EnvironBuilder(
        method="POST", content_type=f"{MULTIPART}; boundary=b",
        input_stream=BytesIO(b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nStra\xc3\x9fe\r\n--b--\r\n'),
    )  # fmt: skip
    assert Sent(builder.get_environ()).form["a"] == "Straße"
    assert len(asked) == 1
