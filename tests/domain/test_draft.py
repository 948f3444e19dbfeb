"""What arrives is cleaned once, and refused with every reason at once."""

from __future__ import annotations

import pytest

from open311.domain.draft import MAX_TEXT_CHARACTERS, Draft, clean_line, clean_text, web_address
from open311.domain.place import Point


def draft(**fields: object) -> Draft:
    return Draft.of("city", "CODE", **{"lat": "39.95", "long": "-75.16", **fields})  # type: ignore[arg-type]


def test_characters_that_xml_cannot_hold_are_gone() -> None:
    assert draft(description="a\x0bb\x00c\ufffed\ud800e").description == "abcde"


def test_lines_of_a_description_stay_and_those_of_an_address_do_not() -> None:
    assert clean_text(" a\r\nb\rc ") == "a\nb\nc"
    assert clean_line(" 1  MAIN\r\nST \r\n") == "1 MAIN ST"


def test_letters_are_composed() -> None:
    assert clean_text("e\u0301") == "\u00e9"


def test_a_point_alone_or_an_address_alone_is_a_place() -> None:
    assert draft().point == Point(long=-75.16, lat=39.95)
    assert draft(lat="", long="", lines={"address": "1 MAIN ST"}).point is None


def test_no_place_at_all_is_refused() -> None:
    (fault,) = draft(lat=" ", long="", lines={"address": " "}).faults
    assert fault.startswith("location required")


@pytest.mark.parametrize(
    ("lat", "long"), [("39.9", ""), ("", "-75"), ("nan", "0"), ("inf", "0"), ("91", "0"), ("0", "181"), ("x", "y")]
)
def test_half_a_point_and_points_off_the_globe_are_refused(lat: str, long: str) -> None:
    (fault,) = draft(lat=lat, long=long, lines={"address": "1 MAIN ST"}).faults
    assert "lat" in fault


def test_every_reason_is_given_at_once() -> None:
    long = draft(lat="x", description="a" * (MAX_TEXT_CHARACTERS + 1), lines={"address": "b" * 501})
    assert len(long.faults) == 3


def test_a_description_of_the_limit_is_taken_whole() -> None:
    assert len(draft(description="ä" * MAX_TEXT_CHARACTERS).description) == MAX_TEXT_CHARACTERS


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (" https://example.net/a.jpg?b=1&c=2 ", "https://example.net/a.jpg?b=1&c=2"),
        ("HTTP://127.0.0.1:8311/ä.jpg", "HTTP://127.0.0.1:8311/ä.jpg"),
        ("http://[2001:db8::1]/a.jpg", "http://[2001:db8::1]/a.jpg"),
        ("http://my_server/my photo.jpg", "http://my_server/my%20photo.jpg"),
        *((wrong, "") for wrong in ("", "not a url", "a.jpg", "/a.jpg", "//example.net/a.jpg", "javascript:alert(1)")),
        *(
            (wrong, "")
            for wrong in ("http://[bad", "http://", "http:///a", "http://:80/", "http://a:b/", "http://a b/c")
        ),
        *((wrong, "") for wrong in ("data:image/png;base64,AA", "ftp://example.net/a.jpg", "http:example.net/a.jpg")),
    ],
)
def test_an_address_of_the_web_is_absolute_or_none(sent: str, kept: str) -> None:
    assert web_address(sent) == kept
