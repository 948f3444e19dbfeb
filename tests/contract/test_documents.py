"""The contracts say the same as the documents of ``wire/``: field by field, word by word, in every format."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from lxml import etree

from open311.domain.definition import Datatype, ServiceType
from open311.domain.lifecycle import Outcome, Status
from open311.models.cases.update import KINDS
from open311.wire import documents
from open311.wire.document import Document, described, is_optional
from open311.wire.formats import FORMATS, compiled, render, wrap
from tests.contract.contracts import check_document
from tests.contract.examples import MOMENT, SERVICE_REQUEST
from tests.contract.openapi import SCHEMAS, json_schema

FULL_SERVICE_REQUEST = {
    **SERVICE_REQUEST,
    "service_request_id": "17-0002 a",
    "status": "closed",
    "status_notes": "Cleaned.\nThank you & good-bye <3",
    "description": "Painted ]]> over, “red”\r\n\ttwice 🙂",
    "agency_responsible": "CLIP",
    "service_notice": "Thank you.",
    "expected_datetime": MOMENT,
    "address": "1 Main Street",
    "address_id": "A-1",
    "zipcode": "19102",
    "lat": -0.0000001,
    "long": 180,
    "media_url": "https://example.org/a?b=c&d=e",
}
EXTENSIONS: dict[str, Any] = {
    "attributes": [{"label": "Surface?", "name": "surface", "value": "Brick", "code": "brick"}],
    "notes": [
        {"datetime": MOMENT, "type": "status", "status": "closed", "outcome": "resolved", "description": "Cleaned."},
        {"datetime": MOMENT, "type": "comment"},
    ],
    "extended_attributes": {
        "detailed_status": "closed",
        "outcome": "resolved",
        "channel": "api",
        "me_too": 2,
        "sample": True,
        "changed_datetime": MOMENT,
        "boundaries": [{"layer": "ward", "vintage": "2019", "code": "5", "name": "Ward 5"}],
        "media_urls": ["https://example.org/media/a.jpg", "https://example.org/a?b=c&d=e"],
        "photos": [
            {
                "media_url": "https://example.org/media/a.jpg",
                "url": "https://example.org/media/a.jpg",
                "thumbnail_url": "https://example.org/media/b.jpg",
                "title": "Before",
                "width": 864,
                "height": 1536,
                "created_at": MOMENT,
                "kind": "before",
            }
        ],
    },
}
BARE_EXTENSIONS: dict[str, Any] = {
    "extended_attributes": {
        "detailed_status": "received",
        "channel": "web",
        "me_too": 0,
        "sample": False,
        "changed_datetime": MOMENT,
    }
}
ATTRIBUTE: dict[str, Any] = {
    "variable": True,
    "code": "floor",
    "datatype": "number",
    "required": False,
    "order": 1,
    "description": "Which floor?",
}
UPDATE = {
    "update_id": "u-1",
    "service_request_id": "1000001",
    "updated_datetime": MOMENT,
    "recorded_datetime": MOMENT,
    "status": "open",
}
LAYER = {
    "layer": "ward",
    "name": "Ward",
    "vintage": "2019",
    "current": True,
    "sample": False,
    "boundaries": 0,
    "url": "https://example.org/open311/v2/boundaries/ward.geojson",
}
ENDPOINT = {
    "specification": "http://wiki.open311.org/GeoReport_v2",
    "url": "https://example.org/open311/v2",
    "changeset": MOMENT,
    "type": "production",
    "formats": ["text/xml", "application/json"],
}
TOKEN = "n4bQgYhMfWWaL-qgxVrQFa"

ROWS: list[tuple[str, type[Document], list[dict[str, Any]]]] = [
    (
        "errors",
        documents.ErrorDocument,
        [{"code": 400, "description": "lat & long"}, {"code": 404, "description": "?"}],
    ),
    ("services", documents.ServiceDocument, []),
    (
        "services",
        documents.ServiceDocument,
        [
            {"service_code": "001", "service_name": "A", "metadata": True, "type": "batch"},
            {
                "service_code": "b.2-c_d",
                "service_name": "B & C",
                "description": "What",
                "metadata": False,
                "type": "blackbox",
                "keywords": "x, y",
                "group": "G",
            },
        ],
    ),
    ("service_definition", documents.ServiceDefinitionDocument, [{"service_code": "001", "attributes": []}]),
    (
        "service_definition",
        documents.ServiceDefinitionDocument,
        [
            {
                "service_code": "001",
                "attributes": [
                    ATTRIBUTE,
                    {
                        **ATTRIBUTE,
                        "code": "a:b",
                        "order": 2,
                        "required": True,
                        "datatype": "multivaluelist",
                        "datatype_description": "All that fit.",
                        "values": [{"key": "<1", "name": "below & 1"}, {"key": "2", "name": "two"}],
                    },
                ],
            }
        ],
    ),
    ("service_requests", documents.ServiceRequestDocument, []),
    ("service_requests", documents.ServiceRequestDocument, [SERVICE_REQUEST, FULL_SERVICE_REQUEST]),
    ("receipts", documents.ReceiptDocument, [{"service_request_id": "1000001"}]),
    ("receipts", documents.ReceiptDocument, [{"token": TOKEN, "service_notice": "Later."}]),
    ("receipts", documents.ReceiptDocument, [{}]),
    ("tokens", documents.TokenDocument, [{"token": TOKEN}]),
    ("tokens", documents.TokenDocument, [{"token": TOKEN, "service_request_id": "1000001"}]),
    ("service_request_updates", documents.UpdateDocument, []),
    (
        "service_request_updates",
        documents.UpdateDocument,
        [
            UPDATE,
            {**UPDATE, "update_id": "u-2", "media_urls": ["https://example.org/1.jpg", "https://example.org/2.jpg"]},
            {
                **UPDATE,
                "update_id": "u-3",
                "status": "closed",
                "description": "Done.",
                "media_url": "https://example.org/a.jpg",
                "external_status_code": "resolved",
            },
        ],
    ),
    ("update_receipts", documents.UpdateReceiptDocument, [{"update_id": "u-1"}]),
    ("boundary_layers", documents.LayerDocument, []),
    (
        "boundary_layers",
        documents.LayerDocument,
        [
            LAYER,
            {
                **LAYER,
                "vintage": "2022",
                "valid_from": "2022-01-01",
                "valid_to": "2023-12-31",
                "source": "https://example.org",
                "licence": "CC0",
                "boundaries": 66,
            },
        ],
    ),
    ("discovery", documents.DiscoveryDocument, [{"changeset": MOMENT, "endpoints": [ENDPOINT]}]),
    (
        "discovery",
        documents.DiscoveryDocument,
        [{"changeset": MOMENT, "contact": "311", "key_service": "Ask.", "endpoints": [ENDPOINT, ENDPOINT]}],
    ),
]


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize(
    ("definition", "document", "rows"), ROWS, ids=lambda part: part if isinstance(part, str) else None
)
def test_a_document_keeps_its_contract(
    definition: str, document: type[Document], rows: list[dict[str, Any]], suffix: str
) -> None:
    check_document(definition, suffix, render(document, FORMATS[suffix], rows))


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("row", [SERVICE_REQUEST, FULL_SERVICE_REQUEST], ids=["bare", "full"])
@pytest.mark.parametrize("more", [BARE_EXTENSIONS, EXTENSIONS], ids=["bare", "full"])
def test_an_extended_service_request_keeps_its_contract(row: dict[str, Any], more: dict[str, Any], suffix: str) -> None:
    fmt = FORMATS[suffix]
    plain = compiled(documents.ServiceRequestDocument, fmt)(row)
    extensions = compiled(documents.ServiceRequestExtensionsDocument, fmt)(more)
    merged = fmt.merge(plain, extensions, documents.ServiceRequestExtensionsDocument)
    body = wrap(documents.ServiceRequestDocument, fmt, merged)
    check_document("extended_service_requests", suffix, body)
    with pytest.raises(AssertionError):
        check_document("service_requests", suffix, body)


def test_every_document_is_checked() -> None:
    covered = {document for _, document, _ in ROWS} | {documents.ServiceRequestExtensionsDocument}
    covered |= {inner for document in covered for inner in _inside(document)}
    assert {each for each in vars(documents).values() if _is_document(each)} == covered


def _is_document(each: Any) -> bool:
    return isinstance(each, type) and issubclass(each, Document) and each is not Document


def _inside(document: type[Document]) -> Iterator[type[Document]]:
    for field in described(document).values():
        if inner := getattr(field, "document", None):
            yield inner
            yield from _inside(inner)


@pytest.mark.parametrize(
    ("definition", "document"),
    [
        ("error", documents.ErrorDocument),
        ("service", documents.ServiceDocument),
        ("service_definition", documents.ServiceDefinitionDocument),
        ("attribute", documents.AttributeDocument),
        ("value", documents.ValueDocument),
        ("service_request", documents.ServiceRequestDocument),
        ("answer", documents.AnswerDocument),
        ("note", documents.NoteDocument),
        ("extended_attributes", documents.ExtendedAttributesDocument),
        ("tag", documents.TagDocument),
        ("photo", documents.PhotoDocument),
        ("receipt", documents.ReceiptDocument),
        ("service_request_update", documents.UpdateDocument),
        ("boundary_layer", documents.LayerDocument),
        ("discovery", documents.DiscoveryDocument),
        ("endpoint", documents.EndpointDocument),
    ],
)
def test_the_schema_has_the_fields_of_the_document_and_no_others(definition: str, document: type[Document]) -> None:
    schema = json_schema()["$defs"][definition]
    fields = described(document)
    assert list(schema["properties"]) == list(fields)
    assert schema["required"] == [name for name, field in fields.items() if not is_optional(field)]
    assert schema["additionalProperties"] is False


def test_an_extended_service_request_has_all_fields_of_a_plain_one() -> None:
    plain, extended = (json_schema()["$defs"][name] for name in ("service_request", "extended_service_request"))
    added = list(described(documents.ServiceRequestExtensionsDocument))
    assert list(extended["properties"]) == [*plain["properties"], *added]
    assert extended["required"] == [*plain["required"], *added]


@pytest.mark.parametrize(
    ("words", "in_json", "in_xml"),
    [
        (list(Status), "detailed_status", "detailed_status"),
        (list(Outcome), "outcome", "outcome"),
        (list(ServiceType), "service/properties/type", "service/type"),
        (list(Datatype), "attribute/properties/datatype", "attribute/datatype"),
        (list(KINDS), "note/properties/type", "kind_of_note"),
    ],
)
def test_the_contracts_know_every_word_of_the_code(words: list[str], in_json: str, in_xml: str) -> None:
    listed: Any = json_schema()["$defs"]
    for step in in_json.split("/"):
        listed = listed[step]
    assert listed["enum"] == words
    name, _, element = in_xml.partition("/")
    where = f"*[@name='{name}']" + (f"//*[local-name()='element'][@name='{element}']" if element else "")
    assert etree.parse(str(SCHEMAS / "georeport-v2.xsd")).xpath(f"/*/{where}//@value[../@value=.]") == words
