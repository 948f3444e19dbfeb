"""Checks any answer of the API against the contracts in ``schemas/``; every test's call of the API passes here.

``check_answer`` knows from method, path and status which document the answer must be, and that ``openapi.yaml`` names
the status there. What lies outside the API (pages, photos, ``/docs``) is none of its business and passes.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qs

import orjson
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from lxml import etree
from referencing import Registry, Resource

from open311.wire.formats import FORMATS
from tests.contract.openapi import SCHEMAS, operations

DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
XML = "text/xml; charset=utf-8"
JSON = "application/json; charset=utf-8"
GEOJSON = "application/geo+json"

_JSON_FILE = "georeport-v2.schema.json"
_API = re.compile(
    r"(?:/open311(?:/[^/]+)*?)?/(?:(?P<list>discovery|services|requests|servicerequestupdates|boundaries)"
    r"|(?P<of>services|requests|tokens|boundaries)/(?P<which>[^/]+?(?:/.+?)?))(?:\.(?P<suffix>[A-Za-z0-9]+))?"
)


@dataclass(frozen=True)
class Contract:
    """What an answer must be: a definition of the JSON Schema, a root of the XSD, and how many it may hold."""

    definition: str
    root: str
    single: bool = False


CONTRACTS: dict[tuple[str, str], Contract] = {
    ("GET", "discovery"): Contract("discovery", "discovery"),
    ("GET", "services"): Contract("services", "services"),
    ("GET", "services/"): Contract("service_definition", "service_definition"),
    ("GET", "requests"): Contract("service_requests", "service_requests"),
    ("GET", "requests/"): Contract("service_requests", "service_requests", single=True),
    ("POST", "requests"): Contract("receipts", "service_requests", single=True),
    ("GET", "tokens/"): Contract("tokens", "service_requests", single=True),
    ("GET", "servicerequestupdates"): Contract("service_request_updates", "service_request_updates"),
    ("POST", "servicerequestupdates"): Contract("update_receipts", "service_request_updates", single=True),
    ("GET", "boundaries"): Contract("boundary_layers", "boundary_layers"),
    ("GET", "boundaries/"): Contract("boundary_shapes", ""),
}
"""By method and resource; a slash at the end means one of them."""
ERRORS = Contract("errors", "errors")

# What tells the three documents called service_requests (and the two called service_request_updates) apart in XML.
_CHILDREN: dict[str, tuple[set[str], set[str]]] = {
    "service_requests": ({"service_request_id", "status"}, {"extended_attributes"}),
    "extended_service_requests": ({"service_request_id", "status", "extended_attributes"}, set()),
    "receipts": ({"service_notice", "account_id"}, {"status"}),
    "tokens": ({"token"}, {"status", "service_notice"}),
    "service_request_updates": ({"service_request_id"}, set()),
    "update_receipts": ({"update_id"}, {"service_request_id"}),
}


def check_answer(path: str, status: int, content_type: str, body: bytes, *, method: str = "GET") -> None:
    """Check an answer of the API against its contract.

    ``path`` is what was asked for, with its query (``extensions=true`` there asks for another document). Redirects,
    304, and answers to HEAD and OPTIONS have no document.

    :raises AssertionError: saying what is wrong, and where.
    """
    route, _, query = path.partition("?")
    if not (route.startswith("/open311/") or re.fullmatch(r"/discovery(\.[^/]*)?", route)):
        return
    body = gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body
    try:
        _check_status(method, route, status)
        if method not in ("HEAD", "OPTIONS") and not 300 <= status < 400:
            _check(method, route, query, status, content_type, body)
    except _Broken as broken:
        start = body[:600].decode("utf-8", "replace")
        raise AssertionError(f"{method} {path} -> {status} breaks its contract: {broken}\n{start}") from None


def check_document(definition: str, suffix: str, body: bytes) -> None:
    """Check a document in the format of a suffix against one definition of the JSON Schema, or the XML of it.

    :raises AssertionError: saying what is wrong, and where; also when this module has no check for the format.
    """
    known = next(c for c in (*CONTRACTS.values(), ERRORS) if c.definition == definition.removeprefix("extended_"))
    try:
        _, read = _format(suffix)
        read(definition, known, body)
    except _Broken as broken:
        raise AssertionError(str(broken)) from None


class _Broken(Exception):
    """An answer does not keep its contract."""


def _check_status(method: str, route: str, status: int) -> None:
    found = _API.fullmatch(route)
    known = _statuses().get((method, _resource(found))) if found else None
    _expect(known is None or status in known, f"openapi.yaml names no {status} here")


@cache
def _statuses() -> dict[tuple[str, str], set[int]]:
    """What each call may answer, by method and resource."""
    found: dict[tuple[str, str], set[int]] = {}
    for path, method, operation in operations():
        if named := _API.fullmatch(path.replace("{format}", "json")):
            statuses = found.setdefault((method.upper(), _resource(named)), set())
            statuses.update(map(int, operation["responses"]))
    return found


def _resource(found: re.Match[str]) -> str:
    return found["list"] or f"{found['of']}/"


def _check(method: str, route: str, query: str, status: int, content_type: str, body: bytes) -> None:
    found = _API.fullmatch(route)
    suffix = found["suffix"] if found else _suffix(route)
    contract = ERRORS
    if status < 400:
        resource = _resource(found) if found else ""
        if (method, resource) not in CONTRACTS:
            raise _Broken("there should be no such resource")
        contract = CONTRACTS[method, resource]
        if suffix == "html" and resource == "discovery":
            _check_html(content_type, body)
            return
        if suffix == "geojson":
            _expect(content_type.partition(";")[0] == GEOJSON, f"Content-Type is {content_type}, not {GEOJSON}")
            _check_json(contract.definition, _load(body))
            return
    definition = contract.definition
    if definition == "service_requests" and parse_qs(query).get("extensions", [""])[-1].lower() == "true":
        definition = "extended_service_requests"
    expected, read = _format(_asked_for(suffix, content_type, is_one=bool(found and found["of"])))
    _expect(content_type == expected, f"Content-Type is {content_type}, not {expected}")
    count, errors = read(definition, contract, body)
    codes = errors if contract is ERRORS else {status}
    _expect(codes == {status}, f"the HTTP status is {status}, the errors say {codes}")
    _expect(not contract.single or count == 1, f"one document expected, not {count}")


def _suffix(route: str) -> str | None:
    name, dot, suffix = route.rpartition("/")[2].rpartition(".")
    return suffix if dot and name else None


def _asked_for(suffix: str | None, content_type: str, *, is_one: bool) -> str:
    """Return the suffix of the format that an answer must have.

    The suffix decides; without one ``Accept`` did; unknown ones get XML. A code or number may hold a dot, so behind one
    the suffix may be no suffix.
    """
    if suffix in FORMATS:
        return suffix
    if suffix == "geojson":
        return "json"
    if suffix is None or is_one:
        return next((each.suffix for each in FORMATS.values() if each.content_type == content_type), "xml")
    return "xml"


def _format(suffix: str) -> tuple[str, Read]:
    if suffix not in CHECKS:
        raise _Broken(f"tests/contract/contracts.py knows no format {suffix}: add it to CHECKS")
    return CHECKS[suffix]


def _expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise _Broken(otherwise)


def _check_html(content_type: str, body: bytes) -> None:
    _expect(content_type == "text/html; charset=utf-8", f"Content-Type is {content_type}")
    _expect(body.lstrip()[:15].lower() == b"<!doctype html>", "no HTML page")


def _load(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as fault:
        raise _Broken(f"no JSON: {fault}") from None


def _check_json(definition: str, document: Any) -> None:
    fault = best_match(_validator(definition).iter_errors(document))
    if fault is not None:
        raise _Broken(f"{_JSON_FILE}#/$defs/{definition}, at {fault.json_path}: {fault.message[:600]}")


def _check_xml(definition: str, root: str, body: bytes) -> Any:
    _expect(body.startswith(DECLARATION), "the XML declaration is missing")
    try:
        tree = etree.fromstring(body, _PARSER)
    except etree.XMLSyntaxError as fault:
        raise _Broken(f"XML is not well-formed: {fault}") from None
    _expect(tree.tag == root, f"the root is <{tree.tag}>, not <{root}>")
    schema = _xsd()
    if not schema.validate(tree):
        faults = "; ".join(f"line {fault.line}: {fault.message}" for fault in list(schema.error_log)[:5])
        raise _Broken(f"georeport-v2.xsd: {faults}")
    if definition in _CHILDREN:
        needed, foreign = _CHILDREN[definition]
        for place, element in enumerate(tree, start=1):
            tags = {child.tag for child in element}
            _expect(needed <= tags, f"<{element.tag}> {place} lacks {sorted(needed - tags)} ({definition})")
            _expect(not foreign & tags, f"<{element.tag}> {place} has {sorted(foreign & tags)} ({definition})")
    return tree


def _read_json(definition: str, _: Contract, body: bytes) -> tuple[int, set[int]]:
    document = _load(body)
    _check_json(definition, document)
    listed = document if isinstance(document, list) else []
    return len(document), {each["code"] for each in listed if "code" in each}


def _read_xml(definition: str, contract: Contract, body: bytes) -> tuple[int, set[int]]:
    root = _check_xml(definition, contract.root, body)
    return len(root), {int(code) for code in root.xpath("error/code/text()")}


Read = Callable[[str, Contract, bytes], tuple[int, set[int]]]
"""Checks a document in one format; returns how many elements it has, and the codes of its errors."""
CHECKS: dict[str, tuple[str, Read]] = {"json": (JSON, _read_json), "xml": (XML, _read_xml)}
"""By the suffix of a format: its Content-Type, and how a document in it is checked."""

_PARSER = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


@cache
def _xsd() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(str(SCHEMAS / "georeport-v2.xsd")))


@cache
def _validator(definition: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"{_JSON_FILE}#/$defs/{definition}"}, registry=_registry())


@cache
def _registry() -> Registry[Any]:
    contents = orjson.loads((SCHEMAS / _JSON_FILE).read_bytes())
    return Registry().with_resource(_JSON_FILE, Resource.from_contents(contents))
