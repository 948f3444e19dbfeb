"""What looks like personal data is found in any spelling; numbers of things, places and the city's own are not."""

from __future__ import annotations

import time

import pytest

from open311.adapters.personal_data import find_personal
from open311.domain.personal_data import PersonalData, without

PUBLISHED = ("311, or +1 215-686-8686 from outside Philadelphia", "philly311@phila.gov", "PGW at +1 215-235-1212")


def kinds(text: str, country: str = "US") -> list[PersonalData]:
    return [each.kind for each in find_personal(text, country, PUBLISHED)]


@pytest.mark.parametrize(
    "written",
    [
        "215-555-0142", "(215) 555-0142", "215.555.0142", "215 555 0142", "2155550142", "+1 215 555 0142",
        "1-215-555-0142",        "215-555-0142 x12",
        "２１５-５５５-０１４２", "٢١٥-٥٥٥-٠١٤٢", "2 1 5 5 5 5 0 1 4 2",
        "215\u200b-555-\u200b0142",
        "+44 20 7946 0958", "+49 151 12345678",
    ],
)  # fmt: skip
def test_a_phone_number_is_found_however_it_is_written(written: str) -> None:
    assert kinds(f"Tires behind the school, call me at {written} please") == [PersonalData.PHONE]


@pytest.mark.parametrize("said", ["call 555-0142", "my cell is 555-0142", "tel. 555.0142", "llame al 555-0142"])
def test_a_local_number_is_found_after_a_word_that_says_so(said: str) -> None:
    assert kinds(said) == [PersonalData.PHONE]


@pytest.mark.parametrize(
    "written",
    ["ann.lee@example.org", "Ann Lee <ann.lee@example.org>", "mailto:ann@example.org", "ann@bücher.example",
     "ann＠example.org", "ann (at) example (dot) org", "ann[at]example.org",
     "ann at example dot org", "ännchen@example.org"],
)  # fmt: skip
def test_an_e_mail_address_is_found_however_it_is_written(written: str) -> None:
    assert kinds(f"Write to {written}, thanks") == [PersonalData.EMAIL]


@pytest.mark.parametrize(
    ("written", "kind"),
    [
        ("536-22-1234", PersonalData.SOCIAL_SECURITY),
        ("212 09 7694", PersonalData.SOCIAL_SECURITY),
        ("4111 1111 1111 1111", PersonalData.CARD),
        ("4111111111111111", PersonalData.CARD),
        ("3782 822463 10005", PersonalData.CARD),
        ("DE89 3704 0044 0532 0130 00", PersonalData.ACCOUNT),
        ("GB82WEST12345698765432", PersonalData.ACCOUNT),
    ],
)
def test_numbers_of_people_cards_and_accounts_are_found(written: str, kind: PersonalData) -> None:
    assert kinds(f"It is {written}.") == [kind]


@pytest.mark.parametrize(
    "said",
    [
        "215 555", "call 311", "in danger, call 911", "call 311 or 911 at 7-1130", "Call Philly311 at 215-686-8686",
        "write to philly311@phila.gov", "gas smell: +1 (215) 235-1212", "request 19324827", "case number 2155550142",
        "permit 2019876543", "permit #2155550142", "OPA account 884350455", "license plate KVC 4142", "plate ABC-1234",
        "39.952600, -75.165200", "39.93144441 -75.16150384", "(34.073216645, -118.266861909)", "19147-1234",
        "PHILADELPHIA PA 19103-4142", "1415 E Passyunk Ave, 19147", "2021-04-09 17:56", "04/09/2021 5:56 PM",
        "since 2024-01-05T10:00:00Z", "from 10:00-11:30", "4-6-8-10 Main St", "1700-1720 Market St", "pole 12345678",
        "a hole 12 x 14 x 3 inches", "123-45-678", "000-12-3456", "1234 5678 9012 3456", "ZP-2022-001234",
        "$1,234,567.89",
        "look at corner dot", "we met at the school. Dot was there", "@phillymayor", "5551234",
        "invoice 4111111111111112",
        "555-0142", "1704499200000", "10100003.0",
    ],
)  # fmt: skip
def test_numbers_of_things_and_places_and_the_citys_own_are_not(said: str) -> None:
    assert kinds(said) == []


def test_what_is_found_is_marked_and_the_rest_stays_to_the_letter() -> None:
    text = "Tires. Call 215-555-0142 or a\u200bnn@example.org, the gate's code is 12."
    found = find_personal(text, "US")
    assert (
        without(text, found) == "Tires. Call [phone number removed] or [e-mail address removed], the gate's code is 12."
    )


HOSTILE = {
    "digits": "1" * 4000,
    "phone numbers": "2155550142 " * 360,
    "digits one by one": "1 2 3 4 " * 500,
    "at signs": "a@" * 2000,
    "letters and signs": "a.b-" * 1000,
    "at": "a at " * 800,
    "at in brackets": "ab(at)" * 600,
    "brackets": "(" * 4000,
    "halves of numbers": "215-" * 1000,
    "starts of accounts": "DE89 " * 800,
    "dots": "1.1.1.1." * 500,
    "one word": "w" * 4000,
    "blanks": " " * 4000,
    "signs": "+1 (215) " * 440,
    "words that say phone": "call " * 800,
    "foreign digits": "٢" * 4000,
    "cards": "4111 1111 1111 111 " * 200,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_of_the_longest_length_takes_long(name: str) -> None:
    find_personal("call 215-555-0142", "US")  # what is loaded at first
    began = time.process_time()
    find_personal(HOSTILE[name], "US", PUBLISHED)
    assert time.process_time() - began < 1


@pytest.mark.parametrize("name", HOSTILE)
def test_twice_the_text_takes_no_more_than_about_twice_the_time(name: str) -> None:
    def seconds(text: str) -> float:
        began = time.process_time()
        find_personal(text, "US", PUBLISHED)
        return time.process_time() - began

    text = HOSTILE[name]
    assert seconds(text * 4) < 10 * seconds(text) + 0.2
