"""Codes and passwords are the same whatever keyboard typed them."""

from __future__ import annotations

import unicodedata

import pytest

from open311.domain.digits import plain_digits
from open311.domain.typed import plain_code, plain_password


@pytest.mark.parametrize("text", ["１２３４５６", "١٢٣٤٥٦", "۱۲۳۴۵۶", "१२३४५६", "১২৩৪৫৬", "𝟏𝟐𝟑𝟒𝟓𝟔", "1２٣४৫6"])
def test_digits_of_any_script_are_digits(text: str) -> None:
    assert plain_digits(text) == plain_code(text) == "123456"


@pytest.mark.parametrize(
    "text",
    [
        "123 456",
        " 123-456\n",
        "123–456",
        "\u200e123456\u200f",
        "123\u00a0456",
        "1\u200b2\u20603456",
        "\u2067123456\u2069",
    ],
)
def test_what_stands_between_the_digits_of_a_code_is_left_out(text: str) -> None:
    assert plain_code(text) == "123456"


@pytest.mark.parametrize("text", ["½", "①", "x", "²", "", "\0", "\ud800", "十"])
def test_what_is_no_digit_stays_none(text: str) -> None:
    assert not plain_digits(text).isascii() or not plain_digits(text).isdigit()
    assert plain_code(text) != "1"


# The examples of RFC 8265, section 4.3
@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("correct horse battery staple", "correct horse battery staple"),
        ("Correct Horse Battery Staple", "Correct Horse Battery Staple"),
        ("πßå", "πßå"),
        ("Jack of ♦s", "Jack of ♦s"),
        ("foo\u1680bar", "foo bar"),
        ("foo\u3000bar\u00a0", "foo bar "),
        (unicodedata.normalize("NFD", "Crêpe déjà vu über"), unicodedata.normalize("NFC", "Crêpe déjà vu über")),
        *(
            (each, None)
            for each in ("", "my cat is a \tby", "line\nend", "nul\0", "\ud800", "zero\u200bwidth", "\u200fmark")
        ),
    ],
)
def test_a_password_is_prepared_as_rfc_8265_says(typed: str, meant: str | None) -> None:
    assert plain_password(typed) == meant
