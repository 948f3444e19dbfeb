"""Answers checked against the questions of a service."""

from collections.abc import Sequence

import pytest

from open311.domain.definition import Attribute, Datatype, Option, check_answers

ZONE = "America/New_York"
COLOURS = (Option("red", "Red"), Option("blue", "Blue"))


def ask(datatype: Datatype, values: Sequence[str], *, required: bool = False) -> tuple[list[str], list[str]]:
    """The accepted values of one question, and the reasons for refusal."""
    options = COLOURS if datatype.is_list else ()
    attribute = Attribute("it", datatype, "What is it?", 1, required=required, values=options)
    answers, reasons = check_answers([attribute], {"it": values}, ZONE)
    return [value for answer in answers for value in answer.values], reasons


@pytest.mark.parametrize(
    ("datatype", "values"),
    [
        (Datatype.STRING, ["by the door"]),
        (Datatype.TEXT, ["two\nlines"]),
        (Datatype.NUMBER, ["12"]),
        (Datatype.NUMBER, ["-0.5"]),
        (Datatype.NUMBER, ["1e3"]),
        (Datatype.DATETIME, ["2026-01-31T13:45:00Z"]),
        (Datatype.DATETIME, ["2026-01-31"]),
        (Datatype.SINGLEVALUELIST, ["red"]),
        (Datatype.MULTIVALUELIST, ["red", "blue"]),
    ],
)
def test_a_fitting_answer_is_accepted(datatype: Datatype, values: list[str]) -> None:
    assert ask(datatype, values) == (values, [])


@pytest.mark.parametrize(
    ("datatype", "values", "reason"),
    [
        (Datatype.NUMBER, ["many"], "it: 'many' is not a number"),
        (Datatype.NUMBER, ["1_000"], "it: '1_000' is not a number"),
        (Datatype.NUMBER, ["nan"], "it: 'nan' is not a number"),
        (Datatype.NUMBER, ["1e999"], "it: '1e999' is not a number"),
        (Datatype.DATETIME, ["soon"], "it: 'soon' is not a date and time like 2026-01-31T13:45:00Z"),
        (Datatype.SINGLEVALUELIST, ["green"], "it: 'green' is not one of red, blue"),
        (Datatype.SINGLEVALUELIST, ["red", "blue"], "it: one value only"),
        (Datatype.MULTIVALUELIST, ["red", "green"], "it: 'green' is not one of red, blue"),
        (Datatype.STRING, ["one", "two"], "it: one value only"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_with_its_reason(
    datatype: Datatype, values: list[str], reason: str
) -> None:
    assert ask(datatype, values) == ([], [reason])


@pytest.mark.parametrize("values", [[], [""], ["  ", "\n"]])
def test_a_required_answer_that_is_missing_or_empty_is_refused(values: list[str]) -> None:
    assert ask(Datatype.STRING, values, required=True) == ([], ["it required: What is it?"])


def test_an_optional_answer_may_be_missing() -> None:
    assert ask(Datatype.SINGLEVALUELIST, []) == ([], [])


def test_the_same_value_sent_twice_counts_once() -> None:
    assert ask(Datatype.MULTIVALUELIST, ["red", "red", "blue"]) == (["red", "blue"], [])
    assert ask(Datatype.SINGLEVALUELIST, ["red", "red"]) == (["red"], [])


def test_an_answer_keeps_the_question_and_the_names_as_they_were() -> None:
    attribute = Attribute("colour", Datatype.MULTIVALUELIST, "Which colours?", 1, values=COLOURS, public=True)
    [answer], _ = check_answers([attribute], {"colour": ["blue", " red "]}, ZONE)
    assert (answer.question, answer.names, answer.public) == ("Which colours?", ("Blue", "Red"), True)


def test_all_faults_are_told_at_once_in_the_order_of_the_questions() -> None:
    attributes = [
        Attribute("first", Datatype.NUMBER, "How many?", 1),
        Attribute("second", Datatype.STRING, "Where?", 2, required=True),
    ]
    _, reasons = check_answers(attributes, {"first": ["x"]}, ZONE)
    assert reasons == ["first: 'x' is not a number", "second required: Where?"]


def test_answers_to_what_nobody_asked_are_kept_for_staff() -> None:
    notice = Attribute("notice", Datatype.TEXT, "Call 911.", 1, variable=False)
    answers, reasons = check_answers([notice], {"notice": ["yes"], "else": ["no", " ", "no"], "empty": [""]}, ZONE)
    assert [(each.code, each.question, each.values, each.public) for each in answers] == [
        ("notice", "notice", ("yes",), False),
        ("else", "else", ("no",), False),
    ]
    assert reasons == []
