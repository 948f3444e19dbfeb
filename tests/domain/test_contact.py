"""Contacts as people write them have one normal form, and what is no contact has none."""

from __future__ import annotations

import unicodedata

import pytest

from open311.domain.contact import (
    contacts,
    email_address,
    email_addresses,
    needs_smtputf8,
    phone_number,
    same_phone,
)

ANN = "ann.lee@example.org"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("a@example.org", "a@example.org"),
        (" First.Last+tag@Sub.Example.ORG \n", "First.Last+tag@sub.example.org"),
        ("o'neil@x.co", "o'neil@x.co"),
        ("a@under_score.example.org", "a@under_score.example.org"),
        ("a@example.org.", "a@example.org"),
        *((each, ANN) for each in (f"Ann Lee <{ANN}>", f'"Lee, Ann" <{ANN}>', f"<{ANN}>", f"Ann<{ANN}> (home)")),
        *((each, ANN) for each in (f"mailto:{ANN}", f"MAILTO:{ANN}?subject=Hi", f"<mailto:{ANN}>")),
        ("mailto:ann%2Elee@example.org", ANN),
        *((f"{ANN}{hidden}", ANN) for hidden in "\u200b\u200c\u200d\ufeff\u00ad\u2060\u200e\u202c\u2069"),
        ("ann.\u200blee\u200d@exa\u00admple.org", ANN),
        ("\u00a0ann.lee@example.org\u3000", ANN),
        ("ａｎｎ．ｌｅｅ＠ｅｘａｍｐｌｅ．ｏｒｇ", ANN),
        ("a@bücher.example", "a@xn--bcher-kva.example"),
        ("a@BÜCHER.example", "a@xn--bcher-kva.example"),
        (unicodedata.normalize("NFD", "a@bücher.example"), "a@xn--bcher-kva.example"),
        ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
        ("a@пример.рф", "a@xn--e1afmkfd.xn--p1ai"),
        ("a@例え。テスト", "a@xn--r8jz45g.xn--zckzah"),
        ("a@نامه\u200cای.com", "a@xn--mgba3gch31f060k.com"),
        ("Ännchen@example.org", "ännchen@example.org"),
        (unicodedata.normalize("NFD", "ännchen@example.org"), "ännchen@example.org"),
    ],
)
def test_an_address_has_one_normal_form_however_it_is_written(text: str, address: str) -> None:
    assert email_address(text) == address
    assert email_address(address) == address


@pytest.mark.parametrize(
    "text",
    [
        *("", "a", "a@", "@example.org", "a@b", "a b@example.org", "a@exa mple.org", "a@b@example.org"),
        *(f"{ANN}, bob@example.org", "a@example.org\r\nBcc: b@example.org", f"{ANN}\nbob@example.org"),
        *(".a@example.org", "a..b@example.org", "a.@example.org", "a@-example.org", "a@.example.org", "a@i❤.example"),
        *(f"{'a' * 65}@example.org", f"a@{'e' * 260}.org", f"a@{'e' * 64}.org", f"{'ä' * 33}@{'e' * 63}." * 4 + "org"),
        *(f"a@example.{end}" for end in ("]om", "c[m", "co(", "c)m", "<om", "co>", 'c"m', "c\\m", "c\x01m", "co\x7f")),
        *(
            "a\0@example.org",
            "a\ud800@example.org",
            "a@\ud800.example.org",
            "a\x85@example.org",
            "<>",
            "<<>>",
            "mailto:",
        ),
        *("a@[127.0.0.1]", "\u200b", "@" * 900, "<" * 900, f"{ANN} " * 200),
    ],
)
def test_what_is_no_address_is_none(text: str) -> None:
    assert email_address(text) is None


@pytest.mark.parametrize(
    "text", [f"{ANN}, bob@example.org", f"{ANN};bob@example.org", f"Ann <{ANN}>, B <bob@example.org>"]
)
def test_a_field_with_two_addresses_names_both(text: str) -> None:
    assert email_addresses(text) == (ANN, "bob@example.org")


def test_a_list_with_something_else_in_it_names_nobody() -> None:
    assert email_addresses(f"{ANN}, tomorrow") == ()


def test_only_an_address_that_stays_foreign_needs_smtputf8() -> None:
    assert not needs_smtputf8(str(email_address("ann@bücher.example")))
    assert needs_smtputf8(str(email_address("ännchen@example.org")))


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("+1 (215) 555-0142", "", "+12155550142"),
        *((each, "US", "+12155550142") for each in ("(215) 555-0142", "2155550142", "1-215-555-0142", "215.555.0142")),
        ("215.555.0142 x12", "US", "+12155550142;ext=12"),
        ("tel:+1-215-555-0142;ext=12", "", "+12155550142;ext=12"),
        *((each, "US", "+12155550142") for each in ("２１５５５５０１４２", "٢١٥٥٥٥٠١٤٢", "001 215 555 0142")),
        ("\u202a+1 215 555 0142\u202c", "US", "+12155550142"),
        ("011 49 151 12345678", "US", "+4915112345678"),
        *((each, "DE", "+4915112345678") for each in ("0151 12345678", "0049 151 12345678", "+49 (0)151 12345678")),
        ("215 555 0142", "", None),
        ("0151 12345678", "US", None),
        *(
            (each, "US", None)
            for each in ("+0123456789", "+1215", "311", "n/a", "", "x", "0000000000", "\0", "1" * 2000)
        ),
        ("215-555-0142 or 215-555-0143", "US", None),
    ],
)
def test_a_phone_number_has_one_normal_form_however_it_is_written(text: str, country: str, number: str | None) -> None:
    assert phone_number(text, country) == number


@pytest.mark.parametrize(
    ("written", "number", "same"),
    [
        ("+1 215 555 0142", "+12155550142", True),
        ("(215) 555-0142", "+12155550142", True),
        ("215 555 0142 x12", "+12155550142", True),
        ("215 555 0142 x12", "+12155550142;ext=12", True),
        ("215 555 0142", "+12155550142;ext=12", False),
        ("0151 12345678", "+4915112345678", True),
        ("+44 215 555 0142", "+12155550142", False),
        ("555-0142", "+12155550142", False),
        ("", "+12155550142", False),
        ("(215) 555-0142", "+99912345678", False),
    ],
)
def test_a_number_is_known_however_it_was_written(written: str, number: str, same: bool) -> None:
    assert same_phone(written, number) is same


@pytest.mark.parametrize(
    ("text", "found"), [(ANN, (ANN,)), ("(215) 555-0142", ("+12155550142",)), ("call me", ()), ("", ())]
)
def test_a_contact_is_read_whichever_field_it_stands_in(text: str, found: tuple[str, ...]) -> None:
    assert contacts(text, "US") == found
