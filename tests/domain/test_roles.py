"""Who may do what: one table, and grants that reach as far as they say."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from open311.domain.roles import MATRIX, STAFF, Act, CaseScope, Grant, OwnAct, Role, giving, may

CASE = CaseScope("phila.gov", "streets", "SR-ST02", frozenset({"ward:5", "zip:19107"}))
ELSEWHERE = {"jurisdiction": "sandbox", "department": "parks-recreation", "boundary": "ward:6", "service": "SR-CL01"}
HERE = {"jurisdiction": "phila.gov", "department": "streets", "boundary": "ward:5", "service": "SR-ST02"}

WRITTEN = """
                    resident liaison agent crew worker supervisor moderator editor analyst administrator auditor
    file               -        x      x     -     -       -          -        -       -         x          -
    read               -        -      x     x     x       x          x        -       -         x          x
    read_personal      -        -      x     -     x       x          -        -       -         x          -
    progress           -        -      -     x     x       x          -        -       -         x          -
    close              -        -      -     x     x       x          -        -       -         x          -
    reopen             -        -      -     -     -       x          -        -       -         x          -
    comment            -        -      x     -     x       x          -        -       -         x          -
    note               -        -      x     x     x       x          x        -       -         x          -
    assign             -        -      -     -     x       x          -        -       -         x          -
    prioritise         -        -      -     -     -       x          -        -       -         x          -
    merge              -        -      -     -     x       x          -        -       -         x          -
    split              -        -      -     -     x       x          -        -       -         x          -
    refer              -        -      -     -     -       x          -        -       -         x          -
    moderate           -        -      -     -     -       x          x        -       -         x          -
    set_visibility     -        -      -     -     -       x          x        -       -         x          -
    redact             -        -      -     -     -       -          x        -       -         x          -
    edit               -        -      -     -     -       -          -        x       -         x          -
    read_figures       -        -      -     -     -       x          -        -       x         x          x
    read_audit         -        -      -     -     -       -          -        -       -         x          x
    manage_accounts    -        -      -     -     -       -          -        -       -         x          -
    manage_webhooks    -        -      -     -     -       -          -        -       -         x          -
    apply_retention    -        -      -     -     -       -          -        -       -         x          -
    export_person      -        -      -     -     -       -          -        -       -         x          -
    erase_person       -        -      -     -     -       -          -        -       -         x          -
"""
"""The table as people agreed on it; the code must say the same."""


def test_the_matrix_is_what_was_agreed() -> None:
    head, *lines = (line.split() for line in WRITTEN.strip().splitlines())
    assert [name.replace("department_", "") for name in Role] == head
    agreed = {
        Act(name): {role for role, mark in zip(Role, marks, strict=True) if mark == "x"} for name, *marks in lines
    }
    assert agreed == {act: {role for role in Role if act in MATRIX[role]} for act in Act}


def test_every_role_is_in_the_matrix_and_all_but_residents_are_staff() -> None:
    assert set(MATRIX) == set(Role)
    assert set(Role) - STAFF == {Role.RESIDENT}


def test_no_act_has_the_name_of_an_own_act() -> None:
    assert not {str(act) for act in Act} & {str(act) for act in OwnAct}


def test_without_grants_nothing_is_allowed() -> None:
    assert not any(may((), act, CASE) or may((), act) for act in Act)


@pytest.mark.parametrize("role", Role)
def test_a_grant_allows_what_the_matrix_says(role: Role) -> None:
    assert {act for act in Act if may([Grant(role)], act, CASE)} == MATRIX[role]
    assert {act for act in Act if may([Grant(role)], act)} == MATRIX[role]


@pytest.mark.parametrize("named", [names for size in (1, 2, 3, 4) for names in combinations(HERE, size)], ids="+".join)
def test_a_grant_reaches_exactly_as_far_as_all_that_it_names(named: tuple[str, ...]) -> None:
    grant = Grant(Role.SUPERVISOR, **{name: HERE[name] for name in named})
    assert may([grant], Act.CLOSE, CASE)
    for name in named:
        assert not may([replace(grant, **{name: ELSEWHERE[name]})], Act.CLOSE, CASE)


@pytest.mark.parametrize("name", HERE)
def test_a_narrow_grant_is_none_for_the_whole_city(name: str) -> None:
    assert not may([Grant(Role.ADMINISTRATOR, **{name: HERE[name]})], Act.MANAGE_ACCOUNTS)


def test_a_case_without_place_lies_in_no_boundary() -> None:
    assert not may([Grant(Role.SUPERVISOR, boundary="ward:5")], Act.CLOSE, replace(CASE, boundaries=frozenset()))


def test_grants_add_up_and_never_mix() -> None:
    """Closing in parks and reading in streets is not closing in streets."""
    grants = [Grant(Role.SUPERVISOR, department="parks-recreation"), Grant(Role.AUDITOR, department="streets")]
    assert may(grants, Act.READ, CASE)
    assert not may(grants, Act.CLOSE, CASE)
    assert giving(grants, Act.CLOSE) == grants[:1]
