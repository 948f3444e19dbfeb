"""Every regular expression of the code ends soon, whatever it is fed: none backtracks over a long text."""

from __future__ import annotations

import ast
import importlib
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from re import _constants as kinds  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

pytestmark = pytest.mark.slow

PACKAGE = Path(importlib.import_module("open311").__path__[0])
LENGTH = 100_000
MOST_SECONDS = 0.25
METHODS = ("match", "fullmatch", "search", "sub", "split", "findall", "finditer")
SAMPLES = {
    kinds.CATEGORY_DIGIT: "1", kinds.CATEGORY_NOT_DIGIT: "a", kinds.CATEGORY_SPACE: " ",
    kinds.CATEGORY_NOT_SPACE: "a", kinds.CATEGORY_WORD: "a", kinds.CATEGORY_NOT_WORD: "-",
}  # fmt: skip
COMMON = (" ", "1", "a", "-", ".", ",", "\n", "\t", "@", "a.", ".a", " ,", "1 ", "a@", "[", "]", "\x00", "é", "\ud800")


@dataclass(frozen=True)
class Used:
    """A pattern, and how the code applies it."""

    where: str
    pattern: str
    flags: int
    method: str

    def run(self, text: str) -> None:
        """Apply it as the code does."""
        compiled = re.compile(self.pattern, self.flags)
        if self.method == "sub":
            compiled.sub("", text)
        elif self.method == "finditer":
            list(compiled.finditer(text))
        else:
            getattr(compiled, self.method)(text)


def written(node: ast.expr, names: dict[str, Any]) -> str:
    """The text of a pattern as it stands in the code; a word stands for what is put in."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.Name):
        return str(names[node.id])
    if isinstance(node, ast.JoinedStr):
        return "".join(written(part, names) for part in node.values)
    if isinstance(node, ast.FormattedValue):
        return str(names[node.value.id]) if isinstance(node.value, ast.Name) else "word"
    if isinstance(node, ast.Call):  # "...{}...".format(...)
        return "word"
    raise AssertionError(f"a pattern that this test cannot read: {ast.dump(node)}")


def patterns() -> Iterator[Used]:
    """Every pattern of the code with every method that the code calls it by."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if "migrations" in path.parts:
            continue
        source = path.read_text("utf-8")
        if not re.search(r"^\s*import re$", source, re.MULTILINE):
            continue
        where = path.relative_to(PACKAGE).with_suffix("").as_posix()
        module = vars(importlib.import_module("open311." + where.replace("/", ".").removesuffix(".__init__")))
        calls = [
            n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)
        ]
        for call in calls:
            owner, method = call.func.value, call.func.attr  # type: ignore[attr-defined]
            if isinstance(owner, ast.Name) and owner.id == "re" and method in METHODS:
                flags = next((re.IGNORECASE for each in call.args[1:] if "IGNORECASE" in ast.dump(each)), 0)
                yield Used(where, written(call.args[0], module), int(flags), method)
        for name, found in module.items():
            if isinstance(found, re.Pattern) and isinstance(found.pattern, str) and f"{name} = re.compile" in source:
                used = {c.func.attr for c in calls if isinstance(c.func.value, ast.Name) and c.func.value.id == name}  # type: ignore[attr-defined]
                for method in sorted(used & set(METHODS)) or ["search", "fullmatch"]:
                    yield Used(f"{where}:{name}", found.pattern, found.flags, method)


def one_of(choices: Any) -> str:
    """A character of a set."""
    if choices[0][0] is kinds.NEGATE:
        taken = {chr(value) for kind, value in choices if kind is kinds.LITERAL}
        return next(each for each in "a1 -_é" if each not in taken)
    kind, value = choices[0]
    return SAMPLES[value] if kind is kinds.CATEGORY else chr(value[0] if kind is kinds.RANGE else value)


def example(tree: Any) -> str:
    """A short text that a pattern, or a part of one, takes."""
    return "".join(part_example(kind, value) for kind, value in tree)


def part_example(kind: Any, value: Any) -> str:
    if kind is kinds.LITERAL:
        return chr(value)
    if kind in (kinds.NOT_LITERAL, kinds.ANY):
        return "a" if value != ord("a") else "b"
    if kind is kinds.IN:
        return one_of(value)
    if kind is kinds.BRANCH:
        return example(value[1][0])
    if kind is kinds.SUBPATTERN:
        return example(value[-1])
    if kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT):
        return example(value[2]) * max(1, value[0])
    if kind is kinds.CATEGORY:
        return SAMPLES[value]
    return ""


def repeats(tree: Any, before: str = "") -> Iterator[tuple[str, str]]:
    """For each repetition in a pattern: a text that leads to it, and what it repeats."""
    for kind, value in tree:
        if kind in (kinds.MAX_REPEAT, kinds.MIN_REPEAT, kinds.POSSESSIVE_REPEAT):
            yield before, example(value[2])
            yield from repeats(value[2], before)
        elif kind is kinds.SUBPATTERN:
            yield from repeats(value[-1], before)
        elif kind is kinds.BRANCH:
            for each in value[1]:
                yield from repeats(each, before)
        before += part_example(kind, value)


def hostile(pattern: str, flags: int) -> Iterator[str]:
    """Long texts that a pattern nearly takes, and takes for very many ways to begin."""
    tree = parser.parse(pattern, flags)
    whole = example(tree)
    for before, repeated in {*repeats(tree), ("", whole), ("", whole[:-1] or " ")}:
        for spoil in ("\x00", "\n!", ""):
            yield before + (repeated or " ") * (LENGTH // max(1, len(repeated))) + spoil
        yield (before + repeated) * (LENGTH // max(1, len(before + repeated)))
    for each in COMMON:
        yield each * (LENGTH // len(each)) + "\x00"
        yield whole + each * (LENGTH // len(each)) + "\x00"


USED = sorted(set(patterns()), key=str)


def test_the_patterns_of_the_code_are_found() -> None:
    assert len(USED) > 30
    assert {"domain/contact:_EMAIL", "domain/definition:_NUMBER", "domain/map_frame:_CORNER"} <= {u.where for u in USED}


@pytest.mark.parametrize("used", USED, ids=lambda used: f"{used.where} {used.method}")
def test_no_pattern_takes_long_over_a_hostile_text(used: Used) -> None:
    for text in hostile(used.pattern, used.flags):
        fastest = float("inf")
        for _ in range(3):  # the machine may be busy; a pattern that backtracks is slow each time
            began = time.process_time()
            used.run(text)
            fastest = min(fastest, time.process_time() - began)
            if fastest <= MOST_SECONDS:
                break
        assert fastest <= MOST_SECONDS, f"{text[:40]!r}... takes {fastest:.2f} s"


def test_the_texts_are_hostile() -> None:
    slow = Used("", r"[+-]?(\d+\.?\d*|\.\d+)", 0, "fullmatch")
    assert any(text.startswith("1111") and text.endswith("\x00") for text in hostile(slow.pattern, 0))
