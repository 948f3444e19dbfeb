"""JSON and XML as the compiled renderers write them; lxml and the standard library are the oracles."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from lxml import etree

from open311.domain.moment import write_moment
from open311.models.publications.publication import Publication
from open311.wire.document import Degrees, Document, Flag, Many, Moment, One, Words, described, is_optional
from open311.wire.documents import (
    DiscoveryDocument,
    ServiceDefinitionDocument,
    ServiceRequestDocument,
    ServiceRequestExtensionsDocument,
)
from open311.wire.formats import FORMATS, compiled, converted, render, wrap

NOON = datetime(2026, 1, 31, 12, 0, 0, 999_999, tzinfo=UTC)
CASE: dict[str, Any] = {
    "service_request_id": "007",
    "status": "open",
    "service_name": "Graffiti & <tags>",
    "service_code": "SR-CL01",
    "description": "Line one\nline two\r\n]]> \"quoted\" 'single' \u00e9 \U0001f6b2",
    "agency_responsible": "CLIP",
    "requested_datetime": NOON,
    "updated_datetime": NOON.astimezone(timezone(timedelta(hours=-5))),
    "lat": 39.95,
    "long": -75.0,
}
DEFINITION = {
    "service_code": "SR-CL01",
    "attributes": [
        {
            "variable": True,
            "code": "kind",
            "datatype": "singlevaluelist",
            "required": False,
            "order": 1,
            "description": "Which kind?",
            "values": [{"key": "a", "name": "A & B"}],
        },
        {
            "variable": False,
            "code": "notice",
            "datatype": "text",
            "required": False,
            "order": 2,
            "description": "Call.",
        },
    ],
}
DISCOVERY = {
    "changeset": NOON,
    "contact": "311",
    "key_service": "ask",
    "endpoints": [{"specification": "s", "url": "u", "changeset": NOON, "type": "test", "formats": ["a", "b"]}],
}
EXTENSIONS = {
    "attributes": [],
    "notes": [{"datetime": NOON, "type": "status", "description": "x"}],
    "extended_attributes": {"channel": "web", "me_too": 0, "sample": False, "boundaries": [], "photos": []},
}
EXAMPLES = [
    (ServiceRequestDocument, CASE),
    (ServiceDefinitionDocument, DEFINITION),
    (DiscoveryDocument, DISCOVERY),
    (ServiceRequestExtensionsDocument, EXTENSIONS),
]


def oracle(document: type[Document], row: Mapping[str, Any], tag: str) -> etree._Element:
    """The same document, built slowly and plainly with lxml."""
    element = etree.Element(tag)
    for name, field in described(document).items():
        value = row.get(name)
        if value is None and is_optional(field):
            continue
        child = etree.SubElement(element, name)
        if value is None or value == "":
            continue
        if isinstance(field, Many):
            child.extend([oracle(field.document, each, field.document.singular) for each in value])
        elif isinstance(field, One):
            child.extend(list(oracle(field.document, value, name)))
        elif isinstance(field, Words):
            for word in value:
                etree.SubElement(child, field.singular).text = word
        else:
            child.text = text_of(field, value)
    return element


def text_of(field: Any, value: Any) -> str:
    if isinstance(field, Moment):
        return str(write_moment(value))
    if isinstance(field, Flag):
        return "true" if value else "false"
    if isinstance(field, Degrees):
        return repr(float(value))
    return str(value)


def canonical(element: etree._Element) -> bytes:
    return bytes(etree.tostring(element, method="c14n"))


@pytest.mark.parametrize(("document", "row"), EXAMPLES)
def test_xml_is_what_lxml_writes(document: type[Document], row: Mapping[str, Any]) -> None:
    written = compiled(document, FORMATS["xml"])(row)
    assert canonical(etree.fromstring(written)) == canonical(oracle(document, row, document.singular))


@pytest.mark.parametrize(("document", "row"), EXAMPLES)
def test_json_is_read_back_as_it_was(document: type[Document], row: Mapping[str, Any]) -> None:
    read = json.loads(compiled(document, FORMATS["json"])(row))
    for name, value in row.items():
        if isinstance(value, str | float) and not isinstance(value, bool):
            assert read[name] == value


@pytest.mark.parametrize(("document", "row"), EXAMPLES)
def test_both_formats_bear_the_same_fields_in_the_same_order(document: type[Document], row: Mapping[str, Any]) -> None:
    in_json = list(json.loads(compiled(document, FORMATS["json"])(row)))
    in_xml = [child.tag for child in etree.fromstring(compiled(document, FORMATS["xml"])(row))]
    assert in_json == in_xml


def test_a_carriage_return_survives_xml() -> None:
    read = etree.fromstring(compiled(ServiceRequestDocument, FORMATS["xml"])(CASE))
    assert read.findtext("description") == CASE["description"]


def test_xml_has_no_attributes_and_no_namespaces() -> None:
    written = render(DiscoveryDocument, FORMATS["xml"], [DISCOVERY])
    assert all(not element.attrib and "}" not in element.tag for element in etree.fromstring(written).iter())


@pytest.mark.parametrize(
    ("degrees", "text"), [(39.95, "39.95"), (-75.0, "-75.0"), (0.0000001, "0.0000001"), (1e-9, "0.0"), (0, "0.0")]
)
def test_degrees_are_plain_decimals(degrees: float, text: str) -> None:
    written = compiled(ServiceRequestDocument, FORMATS["xml"])({**CASE, "lat": degrees})
    assert f"<lat>{text}</lat>".encode() in written


def test_an_unknown_expected_time_is_left_out_and_other_unknowns_are_not() -> None:
    read = json.loads(compiled(ServiceRequestDocument, FORMATS["json"])(CASE))
    assert "expected_datetime" not in read
    assert read["address"] is None
    assert b"<address/>" in compiled(ServiceRequestDocument, FORMATS["xml"])(CASE)


@pytest.mark.parametrize(("suffix", "empty"), [("json", b"[]"), ("xml", b"<service_requests></service_requests>")])
def test_no_rows_are_an_empty_list(suffix: str, empty: bytes) -> None:
    assert render(ServiceRequestDocument, FORMATS[suffix], []).endswith(empty)


@pytest.mark.parametrize("suffix", ["json", "xml"])
@pytest.mark.parametrize("count", [1, 3])
def test_joined_fragments_are_the_same_answer_as_rendered_rows(suffix: str, count: int) -> None:
    fmt = FORMATS[suffix]
    fragments: Sequence[bytes] = [compiled(ServiceRequestDocument, fmt)(CASE)] * count
    joined = wrap(ServiceRequestDocument, fmt, fmt.separator.join(fragments))
    assert joined == render(ServiceRequestDocument, fmt, [CASE] * count)


@pytest.mark.parametrize("suffix", ["json", "xml"])
def test_extensions_are_appended_to_a_finished_document(suffix: str) -> None:
    fmt = FORMATS[suffix]
    plain, more = (
        compiled(document, fmt)(row)
        for document, row in ((ServiceRequestDocument, CASE), (ServiceRequestExtensionsDocument, EXTENSIONS))
    )
    merged = fmt.merge(plain, more, ServiceRequestExtensionsDocument)
    names = list(json.loads(merged)) if suffix == "json" else [child.tag for child in etree.fromstring(merged)]
    assert names[0] == "service_request_id"
    assert names[-3:] == ["attributes", "notes", "extended_attributes"]


def test_the_wire_knows_a_thousand_rows_in_a_moment() -> None:
    """Not timed: only that nothing is built up that grows with the square of the rows."""
    assert render(ServiceRequestDocument, FORMATS["xml"], [CASE] * 1000).count(b"<request>") == 1000


def test_what_is_stored_as_json_is_written_in_any_other_format() -> None:
    stored = compiled(ServiceRequestDocument, FORMATS["json"])(CASE)
    written = compiled(ServiceRequestDocument, FORMATS["xml"])(CASE)
    assert converted(ServiceRequestDocument, FORMATS["xml"], stored) == written


def test_a_publication_has_a_column_for_each_stored_format() -> None:
    columns = set(Publication.__table__.columns.keys())
    assert {fmt.suffix for fmt in FORMATS.values() if fmt.stored} == columns & {"json", "xml"}
