"""Addresses as people write them."""

from __future__ import annotations

import pytest

from open311.domain.contact import email_address, phone_number


@pytest.mark.parametrize(
    "text",
    [
        *("a@example.org", " first.last+tag@sub.example.org ", "müller@example.org", "o'neil@x.co"),
        *("a@müller.example", "a@пример.рф", "a@example.xn--p1ai"),
    ],
)
def test_an_address_is_taken(text: str) -> None:
    assert email_address(text) == text.strip()


@pytest.mark.parametrize(
    "text",
    [
        *("", "a", "a@", "@example.org", "a@b", "a b@example.org", "a@exa mple.org", "a@b@example.org"),
        *("<a@example.org>", "a@example.org, b@example.org", "a@example.org\r\nBcc: b@example.org"),
        *(".a@example.org", "a..b@example.org", "a@-example.org", "a@.example.org"),
        *(f"{'a' * 65}@example.org", f"a@{'e' * 260}.org"),
        *(f"a@example.{end}" for end in ("]om", "c[m", "co(", "c)m", "<om", "co>", 'c"m', "c\\m", "c\x01m", "co\x7f")),
    ],
)
def test_what_is_no_address_is_none(text: str) -> None:
    assert email_address(text) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+1 (215) 555-0142", "+12155550142"),
        ("215 555 0142", None),
        ("+0123456789", None),
        ("+1215", None),
        ("x", None),
    ],
)
def test_a_telephone_number_has_its_country(text: str, number: str | None) -> None:
    assert phone_number(text) == number
