"""Dates and times as clients write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from open311.domain.moment import day_after, read_moment, write_moment

ZONE = "America/New_York"
MOMENT = datetime(2026, 1, 31, 18, 45, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31T18:45:00Z",
        "2026-01-31T18:45:00z",
        "2026-01-31T18:45Z",
        "2026-01-31T18:45:00.000Z",
        "2026-01-31T18:45:00,0Z",
        "2026-01-31T13:45:00-05:00",
        "2026-01-31T13:45:00-0500",
        "2026-01-31T13:45:00-05",
        "2026-01-31 13:45:00 -0500",
        "2026-01-31T20:45:00+02:00",
        "2026-01-31T20:45:00 02:00",
        "2026-01-31T20:45:00 0200",
        "2026-01-31T13:45:00",
        "2026-01-31 13:45",
        "  2026-01-31T18:45:00Z ",
    ],
)
def test_every_way_in_use_of_writing_a_moment_is_read(text: str) -> None:
    assert read_moment(text, ZONE) == MOMENT
    assert read_moment(text, ZONE).tzinfo is UTC


@pytest.mark.parametrize(("day", "hours"), [("2026-03-08", 23), ("2026-07-04", 24), ("2026-11-01", 25)])
def test_a_day_ends_at_the_next_midnight_in_the_city(day: str, hours: int) -> None:
    midnight = read_moment(day, ZONE)
    assert day_after(midnight, ZONE) - midnight == timedelta(hours=hours)


def test_a_date_alone_is_its_midnight_in_the_city() -> None:
    assert read_moment("2026-07-04", ZONE) == datetime(2026, 7, 4, 4, tzinfo=UTC)


def test_a_fraction_is_kept_to_the_microsecond() -> None:
    assert read_moment("2026-01-31T18:45:00.1234567Z", ZONE).microsecond == 123456


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026",
        "01/31/2026",
        "2026-02-30",
        "2026-01-31T25:00:00Z",
        "2026-01-31T18:45:00+99:00",
        "2026-01-31T18:45:00+05:99",
        "0001-01-01T00:00:00+14:00",
        "٢٠٢٦-11-01",
        "2026-01-31T18:45:0９Z",
        "2026-01-31T18:45:00Z; DROP TABLE",
        "9" * 100,
    ],
)
def test_anything_else_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="is not a date and time"):
        read_moment(text, ZONE)


def test_moments_are_written_in_utc_without_a_fraction() -> None:
    moment = datetime(2026, 1, 31, 13, 45, 0, 999_999, timezone(timedelta(hours=-5)))
    assert write_moment(moment) == "2026-01-31T18:45:00Z"
    assert write_moment(MOMENT) == "2026-01-31T18:45:00Z"
    assert write_moment(None) is None


def test_what_is_written_is_read_again() -> None:
    assert read_moment(write_moment(MOMENT) or "", ZONE) == MOMENT
