"""The command ``open311 calendar``: when the city works, as its files and its country's law say."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import click
from flask.cli import AppGroup

from open311.catalog.calendar import CityHolidays
from open311.catalog.city import Jurisdiction
from open311.catalog.recurring import WEEKDAYS
from open311.domain.deadline import MIDNIGHTS, SLA, WorkingCalendar
from open311.domain.moment import now
from open311.entrypoints.commands.options import jurisdiction_option

WORKING_DAYS_SHOWN = 5
"""How many working days from today the command counts."""

group = AppGroup("calendar", help="See when the city works.")


@group.command()
@click.argument("year", type=click.IntRange(1900, 2200), required=False)
@jurisdiction_option
def show(year: int | None, jurisdiction: Jurisdiction) -> None:
    """Show the opening hours and the holidays of YEAR (default: this one).

    The last line says what a promise of working days comes to that is made now.
    """
    calendar = jurisdiction.calendar
    moment = now().astimezone(ZoneInfo(calendar.zone))
    click.echo(f"{jurisdiction.key}: {_hours(calendar)} ({calendar.zone})")
    assert isinstance(calendar.holidays, CityHolidays)
    for day, name in calendar.holidays.of_year(year or moment.year).items():
        click.echo(f"{_day(day)}  {name}" + ("" if day.weekday() in calendar.weekdays else "  (no working day anyway)"))
    click.echo(f"{WORKING_DAYS_SHOWN} working days from now ({_day(moment)} {moment:%H:%M}): {_due(calendar, moment)}")


def _hours(calendar: WorkingCalendar) -> str:
    days = ", ".join(WEEKDAYS[day] for day in sorted(calendar.weekdays))
    closes = "24:00" if calendar.closes in MIDNIGHTS else f"{calendar.closes:%H:%M}"
    return f"{days}, {calendar.opens:%H:%M} to {closes}"


def _day(day: date) -> str:
    return f"{WEEKDAYS[day.weekday()]} {day:%Y-%m-%d}"


def _due(calendar: WorkingCalendar, moment: datetime) -> str:
    due = calendar.due(moment, SLA(WORKING_DAYS_SHOWN)).astimezone(ZoneInfo(calendar.zone))
    return f"{_day(due)} {due:%H:%M}"
