"""Who is meant, and whether a text names them."""

from __future__ import annotations

import pytest

from open311.domain.errors import InvalidArgument
from open311.domain.person import Marks, Who, mentions


@pytest.mark.parametrize(
    ("text", "who"),
    [
        (" Ann@Example.org ", Who(email="ann@example.org")),
        ("+1 (215) 555-0142", Who(phone="+12155550142")),
        ("account:7", Who(account=7)),
    ],
)
def test_a_person_is_named_by_address_number_or_account(text: str, who: Who) -> None:
    assert Who.read(text) == who


@pytest.mark.parametrize("text", ["", "Ann", "215-555-0142", "account:", "account:x", "account:0", "7", "ann@"])
def test_what_could_be_anybody_is_refused(text: str) -> None:
    with pytest.raises(InvalidArgument, match="named like"):
        Who.read(text)


def test_a_number_without_its_country_is_one_of_the_citys_country() -> None:
    assert Who.read("(215) 555-0142 x12", "US") == Who(phone="+12155550142;ext=12")


@pytest.mark.parametrize("text", ["Ann <Ann@Example.org>", "mailto:ann@example.org", "ann@example.org\u200b"])
def test_an_address_names_the_same_person_however_it_is_written(text: str) -> None:
    assert Who.read(text) == Who(email="ann@example.org")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Spoke to ANN about it", True),
        ("Ann's wall", True),
        ("An annual event, in Annapolis", False),
        ("Mr. Ó Briain called", True),
        ("Write to ann@EXAMPLE.org", True),
        ("Call 555-0142 after six", True),
        ("Call 555-0143 after six", False),
        ("Call ５５５－０１４２ after six", True),
        ("Call ٥٥٥ ٠١٤٢ after six", True),
        ("Li was here", False),
        ("", False),
    ],
)
def test_a_text_names_somebody_by_name_address_or_number(text: str, named: bool) -> None:
    assert mentions(text, ["Ann", "Briain", "Li"], ["ann@example.org"], ["+1 215 555 0142"]) is named


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Mary Ann called", True),
        ("Ask DOE about it", True),
        ("write to ann@example.org", True),
        ("call 555-0142", True),
        ("an annual review", False),
        ("", False),
        (None, False),
    ],
)
def test_somebody_is_named_by_a_word_of_their_name_an_address_or_a_number(text: str | None, named: bool) -> None:
    marks = Marks.of(["Mary Ann", "Doe", None], ["ann@example.org"], ["+12155550142"])
    assert marks.are_in("nothing of interest", text) is named
