"""However somebody wrote how to reach them, they are found by it: in the API, in forms, where they are forgotten."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, text

from open311.actions.accounts.account_links import make_link
from open311.actions.accounts.sign_in import by_link
from open311.actions.base.environment import Environment
from open311.actions.telling import follow
from open311.models import schema
from open311.models.base import database
from tests.commands.conftest import run

__all__ = ["run"]

ANN = "ann.lee@example.org"
WRITTEN_ADDRESSES = [
    "Ann.Lee@Example.org",
    f"Ann Lee <{ANN}>",
    f'"Lee, Ann" <{ANN}>',
    f"{ANN}, bob@example.org",
    f"bob@example.org; {ANN}",
    f"mailto:{ANN}",
    f"{ANN}\u200b",
    "ａｎｎ．ｌｅｅ＠ｅｘａｍｐｌｅ．ｏｒｇ",
    f"{ANN} (home), or by phone",
]
WRITTEN_NUMBERS = [
    ("+12155550142", "(215) 555-0142"),
    ("+12155550142", "215.555.0142 x12"),
    ("+12155550142", "001 215 555 0142"),
    ("+12155550142", "２１５５５５０１４２"),
    ("+12155550142", "٢١٥٥٥٥٠١٤٢"),
    ("+12155550142", "tel:+1-215-555-0142"),
    ("215 555 0142", "+1 215 555 0142"),
    ("+4915112345678", "0151 12345678"),
    ("+4915112345678", "+49 (0)151 12345678"),
    ("+4915112345678", "011 49 151 12345678"),
]


def is_found(run: Callable[..., str], who: str) -> bool:
    told = run("privacy", "erase", who, "--dry-run")
    assert ("identities: 1 would go" in told) is ("there is no data" not in told), told
    return "identities: 1 would go" in told


@pytest.mark.parametrize("written", WRITTEN_ADDRESSES)
def test_whoever_wrote_an_address_is_found_by_it_however_it_was_written(
    run: Callable[..., str], report: Any, written: str
) -> None:
    report(email=written)
    assert is_found(run, ANN)
    assert is_found(run, f"Ann <{ANN.upper()}>")
    assert not is_found(run, "lee@example.org")


@pytest.mark.parametrize(("who", "written"), WRITTEN_NUMBERS)
def test_whoever_wrote_a_number_is_found_by_it_however_it_was_written(
    run: Callable[..., str], report: Any, who: str, written: str
) -> None:
    report(phone=written)
    assert is_found(run, who)
    assert not is_found(run, "+12155550143")


def test_an_extension_that_is_named_means_no_other(run: Callable[..., str], report: Any) -> None:
    report(phone="215 555 0142 ext. 12")
    assert is_found(run, "+1 215 555 0142 x12")
    assert not is_found(run, "+1 215 555 0142 x13")


@pytest.mark.parametrize("fields", [{"phone": ANN}, {"email": "(215) 555-0142"}])
def test_a_contact_in_the_wrong_field_is_found_too(
    run: Callable[..., str], report: Any, fields: dict[str, str]
) -> None:
    report(**fields)
    assert is_found(run, ANN if "phone" in fields else "+12155550142")


def test_what_was_typed_stays_beside_what_it_means(city: Connection, report: Any) -> None:
    report(email=f"Ann Lee <{ANN}>", phone="215.555.0142 x12")
    kept = city.execute(text("SELECT kind, value, normal FROM contact_point ORDER BY key")).all()
    assert [tuple(row) for row in kept] == [
        ("email", f"Ann Lee <{ANN}>", ANN),
        ("phone", "215.555.0142 x12", "+12155550142;ext=12"),
    ]


@pytest.mark.parametrize("junk", ["n/a", "0000000000", "311", "call me", "\u0661", "null", "\x01", "+", "x" * 500])
def test_no_contact_loses_a_report(city: Connection, report: Any, junk: str) -> None:
    report(phone=junk, email=junk)
    assert city.scalar(text("SELECT count(*) FROM contact_point WHERE normal IS NOT NULL")) == 0


def test_two_who_wrote_nonsense_are_not_the_same_person(city: Connection, report: Any) -> None:
    for _ in range(2):
        report(phone="n/a")
    assert city.scalar(text("SELECT count(DISTINCT normal) FROM contact_point")) == 0


@pytest.mark.parametrize(
    "written", ["ann@bücher.example", "Ann <ann@XN--BCHER-KVA.example>", "ann@bu\u0308cher.example\u200b"]
)
def test_an_account_and_what_an_address_follows_are_one_however_it_is_written(
    city: Connection, environment: Environment, run: Callable[..., str], written: str
) -> None:
    plain = "ann@xn--bcher-kva.example"
    run("accounts", "create-admin", written, "Ann")
    assert "has this role already" in run("accounts", "create-admin", plain, "Ann", exit_code=1)
    follow.follow_service(environment, "phila.gov", "SR-CL01", written)
    follow.follow_service(environment, "phila.gov", "SR-CL01", plain)
    assert city.scalars(text("SELECT address FROM subscription")).all() == [plain]
    assert city.scalars(text("SELECT email FROM account")).all() == [plain]


def test_a_resident_has_one_account_however_they_write_their_address(
    city: Connection, environment: Environment
) -> None:
    known = {by_link(make_link(environment, each, "sign_in").rpartition("/")[2]) for each in (ANN, ANN.upper())}
    assert len(known) == 1


def test_the_migration_reads_what_was_stored_as_typed(city: Connection, report: Any, run: Callable[..., str]) -> None:
    for email, phone in ((f"{ANN}, bob@example.org", "+1 (215) 555-0142"), ("nobody", "0151 12345678")):
        report(email=email, phone=phone)
    database.session.remove()
    city.execute(text("DELETE FROM contact_point WHERE normal = 'bob@example.org'"))
    city.execute(text("UPDATE contact_point SET normal = NULL"))
    rows = [("a@bücher.example\u200b", "SR-CL01"), ("b@Example.org", "SR-CL01"), ("b@example.org", "SR-CL01")]
    adding = text(
        """
        INSERT INTO subscription (jurisdiction, target, address) VALUES ('phila.gov', 'service:' || :code, :address)
        ON CONFLICT DO NOTHING
        """
    )
    for address, code in rows:
        city.execute(adding, {"address": address, "code": code})
    (file,) = schema.VERSIONS.glob("*_contacts.py")
    migration = import_module(f"open311.models.migrations.versions.{file.stem}")
    with Operations.context(MigrationContext.configure(city)):
        migration._normalise_contacts()
        migration._normalise_addresses("subscription", "address")
    found = city.execute(text("SELECT value, normal FROM contact_point WHERE kind = 'email' ORDER BY key")).all()
    assert [normal for _, normal in found] == [ANN, None, "bob@example.org"]
    followers = text("SELECT address FROM subscription WHERE NOT reporter")
    assert set(city.scalars(followers)) == {"a@xn--bcher-kva.example", "b@example.org"}
    for who in (ANN, "bob@example.org", "+12155550142", "+4915112345678"):
        assert is_found(run, who)
