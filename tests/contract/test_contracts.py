"""The contracts agree with each other, with the documents of ``wire/`` and with the words of the code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import orjson
import pytest
import yaml
from jsonschema import Draft202012Validator
from lxml import etree
from referencing import Registry, Resource

from open311.domain.definition import Datatype, ServiceType
from open311.domain.lifecycle import Outcome, Status
from open311.models.update import KINDS
from open311.wire import documents
from open311.wire.document import Document, described, is_optional
from open311.wire.formats import FORMATS, compiled, render, wrap
from tests.contract.contracts import GEOJSON, JSON, SCHEMAS, XML, check_answer, check_json, check_xml

MOMENT = datetime(2026, 1, 31, 13, 45, 0, 987654, tzinfo=UTC)

SERVICE_REQUEST: dict[str, Any] = {
    "service_request_id": "1000001",
    "status": "open",
    "service_name": "Graffiti Removal",
    "service_code": "SR-CL01",
    "requested_datetime": MOMENT,
    "updated_datetime": MOMENT,
}
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
    "attributes": [{"code": "surface", "label": "Surface?", "value": "brick", "name": "Brick"}],
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
        "boundaries": [{"layer": "ward", "vintage": "2019", "code": "5", "name": "Ward 5"}],
        "photos": [
            {
                "url": "https://example.org/media/a.jpg",
                "thumbnail_url": "https://example.org/media/b.jpg",
                "kind": "before",
            }
        ],
    },
}
BARE_EXTENSIONS: dict[str, Any] = {
    "extended_attributes": {"detailed_status": "received", "channel": "web", "me_too": 0, "sample": False}
}
ATTRIBUTE: dict[str, Any] = {
    "variable": True,
    "code": "floor",
    "datatype": "number",
    "required": False,
    "order": 1,
    "description": "Which floor?",
}
UPDATE = {"update_id": "u-1", "service_request_id": "1000001", "updated_datetime": MOMENT, "status": "open"}
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
            {**UPDATE, "update_id": "u-2", "status": None},
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


def check(definition: str, suffix: str, body: bytes) -> None:
    if suffix == "xml":
        check_xml(definition, body)
    else:
        check_json(definition, orjson.loads(body))


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize(
    ("definition", "document", "rows"), ROWS, ids=lambda part: part if isinstance(part, str) else None
)
def test_a_document_keeps_its_contract(
    definition: str, document: type[Document], rows: list[dict[str, Any]], suffix: str
) -> None:
    check(definition, suffix, render(document, FORMATS[suffix], rows))


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("row", [SERVICE_REQUEST, FULL_SERVICE_REQUEST], ids=["bare", "full"])
@pytest.mark.parametrize("more", [BARE_EXTENSIONS, EXTENSIONS], ids=["bare", "full"])
def test_an_extended_service_request_keeps_its_contract(row: dict[str, Any], more: dict[str, Any], suffix: str) -> None:
    fmt = FORMATS[suffix]
    plain = compiled(documents.ServiceRequestDocument, fmt)(row)
    extensions = compiled(documents.ServiceRequestExtensionsDocument, fmt)(more)
    merged = fmt.merge(plain, extensions, documents.ServiceRequestExtensionsDocument)
    body = wrap(documents.ServiceRequestDocument, fmt, merged)
    check("extended_service_requests", suffix, body)
    with pytest.raises(AssertionError):
        check("service_requests", suffix, body)


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


ONE = render(documents.ServiceRequestDocument, FORMATS["json"], [SERVICE_REQUEST])
ERROR = render(documents.ErrorDocument, FORMATS["xml"], [{"code": 404, "description": "nothing here"}])


@pytest.mark.parametrize(
    ("path", "status", "content_type", "body", "method"),
    [
        ("/open311/v2/requests.json?extensions=true", 200, JSON, ONE, "GET"),
        ("/open311/v2/requests/1.json", 200, JSON, b"[]", "GET"),
        ("/open311/v2/requests.json", 200, JSON, ONE, "POST"),
        ("/open311/v2/tokens/1.json", 200, JSON, ONE, "GET"),
        ("/open311/v2/requests.json", 200, "application/json", ONE, "GET"),
        ("/open311/v2/requests.xml", 200, JSON, ONE, "GET"),
        ("/open311/v2/nothing.json", 200, JSON, ONE, "GET"),
        ("/open311/v2/requests.json", 200, JSON, ONE.replace(b'"open"', b'"Open"'), "GET"),
        ("/open311/v2/requests.json", 200, JSON, ONE.replace(b'"1000001"', b"1000001"), "GET"),
        ("/open311/v2/requests.json", 200, JSON, ONE.replace(b":45:00Z", b":45:00.5Z"), "GET"),
        ("/open311/v2/requests.json", 200, JSON, ONE.replace(b'"zipcode":null,', b""), "GET"),
        ("/open311/v2/requests.json", 200, JSON, ONE.replace(b'"zipcode":null', b'"zipcode":""'), "GET"),
        ("/open311/v2/requests.json", 200, JSON, ONE.replace(b'"lat":null', b'"lat":90.5'), "GET"),
        ("/open311/v2/requests.json", 200, JSON, ONE.replace(b'"lat":null', b'"email":"a@example.org","lat":1'), "GET"),
        ("/open311/v2/requests.xml", 400, XML, ERROR, "GET"),
        ("/open311/v2/requests.xml", 404, "text/html; charset=utf-8", b"<!doctype html>", "GET"),
        ("/open311/v2/requests.json", 404, XML, ERROR, "GET"),
        ("/open311/v2/requests.pdf", 404, JSON, b'[{"code":404,"description":"no"}]', "GET"),
        ("/open311/v2/requests.xml", 404, XML, ERROR.partition(b"\n")[2], "GET"),
        ("/open311/v2/boundaries/ward.geojson", 200, GEOJSON, b'{"type":"FeatureCollection"}', "GET"),
    ],
)
def test_a_broken_answer_is_found(path: str, status: int, content_type: str, body: bytes, method: str) -> None:
    with pytest.raises(AssertionError, match="breaks its contract"):
        check_answer(path, status, content_type, body, method=method)


@pytest.mark.parametrize(
    ("path", "status", "content_type", "body", "method"),
    [
        ("/open311/v2/requests.json", 200, JSON, ONE, "GET"),
        ("/open311/v2/requests", 200, JSON, ONE, "GET"),
        ("/open311/v2/requests/a.b/c.json", 200, JSON, ONE, "GET"),
        ("/open311/v2/requests.json", 304, "", b"", "GET"),
        ("/open311/v2/requests.json", 200, JSON, b"", "HEAD"),
        ("/open311/v2/requests.pdf", 404, XML, ERROR, "GET"),
        ("/open311/v2/requests.xml", 404, XML, ERROR, "DELETE"),
        ("/discovery.pdf", 404, XML, ERROR, "GET"),
        ("/open311/v2/discovery.html", 200, "text/html; charset=utf-8", b"<!doctype html><title>x</title>", "GET"),
        ("/open311/v2/boundaries/ward/5.geojson", 200, GEOJSON, b'{"type":"FeatureCollection","features":[]}', "GET"),
        ("/open311/v2/boundaries/x.geojson", 404, JSON, b'[{"code":404,"description":"no"}]', "GET"),
        ("/docs", 200, "text/html", b"", "GET"),
    ],
)
def test_a_good_answer_passes(path: str, status: int, content_type: str, body: bytes, method: str) -> None:
    check_answer(path, status, content_type, body, method=method)


@pytest.mark.parametrize(
    "inside",
    [
        b"<request/>",
        b"<request><service_request_id/><token>n4bQgYhMfWWaL-qgxVrQFa</token></request>",
        b"<request><token>n4bQgYhMfWWaL-qgxVrQFa</token><service_request_id>1</service_request_id></request>",
        b"<request><service_request_id>1,2</service_request_id><service_notice/><account_id/></request>",
        b"<request a='1'><service_notice/><account_id/></request>",
    ],
)
def test_the_xsd_refuses(inside: bytes) -> None:
    with pytest.raises(AssertionError, match=r"georeport-v2\.xsd"):
        check_xml(
            "receipts", b'<?xml version="1.0" encoding="UTF-8"?>\n<service_requests>%b</service_requests>' % inside
        )


# The API's description.

_KEYS: dict[str, tuple[set[str], set[str]]] = {
    # kind of object: the keys it must have, and those it may have besides (OpenAPI 3.1.0, chapter 4.8)
    "openapi": ({"openapi", "info", "paths"}, {"servers", "tags", "components", "externalDocs"}),
    "info": ({"title", "version"}, {"summary", "description", "license"}),
    "path": (set(), {"servers", "get", "post"}),
    "operation": (
        {"operationId", "summary", "description", "tags", "responses"},
        {"parameters", "requestBody"},
    ),
    "parameter": ({"name", "in", "schema"}, {"description", "required", "example", "explode"}),
    "header": ({"schema", "description"}, {"example"}),
    "body": ({"content"}, {"required", "description"}),
    "response": ({"description"}, {"headers", "content"}),
    "media": (set(), {"schema", "example", "examples"}),
    "example": ({"value"}, {"summary"}),
}
_COMPONENTS = {"parameters", "headers", "schemas", "responses", "examples"}


@cache
def openapi() -> dict[str, Any]:
    described_api: dict[str, Any] = yaml.safe_load((SCHEMAS / "openapi.yaml").read_text("utf-8"))
    return described_api


@cache
def json_schema() -> dict[str, Any]:
    return yaml.safe_load((SCHEMAS / "georeport-v2.schema.json").read_text("utf-8"))  # type: ignore[no-any-return]


@cache
def registry() -> Registry[Any]:
    return Registry().with_resources(
        [
            ("georeport-v2.schema.json", Resource.from_contents(json_schema())),
            ("openapi.yaml", Resource.from_contents({"$schema": json_schema()["$schema"], **openapi()})),
        ]
    )


def followed(thing: Any) -> Any:
    """The object itself, or what it refers to inside openapi.yaml."""
    if "$ref" not in thing:
        return thing
    assert set(thing) == {"$ref"}, thing
    return registry().resolver("openapi.yaml").lookup(thing["$ref"]).contents


def shaped(kind: str, thing: dict[str, Any]) -> dict[str, Any]:
    """The object, after a look at its keys."""
    found: dict[str, Any] = followed(thing)
    needed, allowed = _KEYS[kind]
    assert needed <= set(found), (kind, needed - set(found), found)
    assert set(found) <= needed | allowed, (kind, set(found) - needed - allowed)
    return found


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in openapi()["paths"].items():
        for method in ("get", "post"):
            if method in item:
                yield path, method, item[method]


def contents() -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """Every body: where, media type, the media type object, and those beside it."""
    for path, method, operation in operations():
        bodies = {"body": shaped("body", operation["requestBody"])} if "requestBody" in operation else {}
        bodies |= {status: shaped("response", response) for status, response in operation["responses"].items()}
        for status, body in bodies.items():
            for media_type, media in body.get("content", {}).items():
                yield f"{method} {path} {status}", media_type, shaped("media", media), body["content"]


def examples(media: dict[str, Any]) -> list[Any]:
    named = [shaped("example", example)["value"] for example in media.get("examples", {}).values()]
    return [media["example"], *named] if "example" in media else named


def test_openapi_is_well_formed() -> None:
    whole = shaped("openapi", openapi())
    assert re.fullmatch(r"3\.1\.\d+", whole["openapi"])
    shaped("info", whole["info"])
    assert set(whole["components"]) == _COMPONENTS
    assert {server["url"] for server in whole["servers"]} == {"/open311/v2", "/open311/test/v2"}
    tags = {tag["name"] for tag in whole["tags"]}
    seen: set[str] = set()
    for path, item in whole["paths"].items():
        assert path.startswith("/")
        shaped("path", item)
    for path, method, operation in operations():
        shaped("operation", operation)
        assert set(operation["tags"]) <= tags
        assert operation["operationId"] not in seen, operation["operationId"]
        seen.add(operation["operationId"])
        parameters = [shaped("parameter", parameter) for parameter in operation.get("parameters", ())]
        named = [(parameter["in"], parameter["name"]) for parameter in parameters]
        assert len(set(named)) == len(named), (path, method)
        in_path = {parameter["name"] for parameter in parameters if parameter["in"] == "path"}
        assert in_path == set(re.findall(r"\{(\w+)\}", path)), path
        assert all(parameter["required"] is True for parameter in parameters if parameter["in"] == "path")
        assert all(re.fullmatch(r"[1-5]\d\d", status) for status in operation["responses"])
        for response in operation["responses"].values():
            for header in shaped("response", response).get("headers", {}).values():
                shaped("header", header)
    assert len(list(contents())) > 100


def test_every_reference_leads_somewhere_and_every_component_is_used() -> None:
    resolver = registry().resolver("openapi.yaml")
    named: set[str] = set()
    for reference in _references(openapi()):
        named.add(reference)
        resolver.lookup(reference)
    for kind, components in openapi()["components"].items():
        for name in components:
            assert f"#/components/{kind}/{name}" in named, f"{kind}/{name} is used nowhere"
    inside = registry().resolver("georeport-v2.schema.json")
    for reference in _references(json_schema()):
        inside.lookup(reference)


def _references(thing: Any) -> Iterator[str]:
    if isinstance(thing, dict):
        if isinstance(thing.get("$ref"), str):
            yield thing["$ref"]
        for each in thing.values():
            yield from _references(each)
    elif isinstance(thing, list):
        for each in thing:
            yield from _references(each)


def test_every_schema_is_one() -> None:
    Draft202012Validator.check_schema(json_schema())
    for schema in openapi()["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for _, _, media, _ in contents():
        Draft202012Validator.check_schema(media.get("schema", {}))
    for _, _, operation in operations():
        for parameter in operation.get("parameters", ()):
            Draft202012Validator.check_schema(followed(parameter)["schema"])


@pytest.mark.parametrize(
    ("media_type", "media", "beside"),
    [pytest.param(*rest, id=f"{where} {rest[0]}") for where, *rest in contents() if examples(rest[1])],
)
def test_every_example_keeps_its_contract(media_type: str, media: dict[str, Any], beside: dict[str, Any]) -> None:
    for example in examples(media):
        if media_type == "text/xml":
            # What XML must be is said by the definition of the JSON beside it.
            faults = []
            for definition in _definitions(beside["application/json"]["schema"]):
                try:
                    check_xml(definition, example.encode())
                    break
                except AssertionError as fault:
                    faults.append(str(fault))
            else:
                pytest.fail("; ".join(faults))
        else:
            _valid(media["schema"], example)


def _definitions(schema: dict[str, Any]) -> list[str]:
    return [reference.rpartition("/")[2] for reference in _references(schema)]


def test_every_parameter_and_header_example_keeps_its_schema() -> None:
    for _, _, operation in operations():
        described_things = [*operation.get("parameters", ()), *openapi()["components"]["headers"].values()]
        for thing in map(followed, described_things):
            if "example" in thing:
                _valid(thing["schema"], thing["example"])


def _valid(schema: dict[str, Any], example: Any) -> None:
    absolute = _absolute(schema)
    Draft202012Validator(absolute, registry=registry()).validate(example)


def _absolute(schema: Any) -> Any:
    """The schema with references into openapi.yaml that hold outside of it too."""
    if isinstance(schema, dict):
        return {
            key: f"openapi.yaml{value}" if key == "$ref" and value.startswith("#") else _absolute(value)
            for key, value in schema.items()
        }
    return [_absolute(each) for each in schema] if isinstance(schema, list) else schema
