"""``schemas/openapi.yaml`` is OpenAPI, whole, and its examples are what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from open311.wire.formats import FORMATS
from tests.contract.contracts import check_document
from tests.contract.openapi import followed, json_schema, openapi, operations, references, registry

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


def shaped(kind: str, thing: dict[str, Any]) -> dict[str, Any]:
    """The object, after a look at its keys."""
    found: dict[str, Any] = followed(thing)
    needed, allowed = _KEYS[kind]
    assert needed <= set(found), (kind, needed - set(found), found)
    assert set(found) <= needed | allowed, (kind, set(found) - needed - allowed)
    return found


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
    for reference in references(openapi()):
        named.add(reference)
        resolver.lookup(reference)
    for kind, components in openapi()["components"].items():
        for name in components:
            assert f"#/components/{kind}/{name}" in named, f"{kind}/{name} is used nowhere"
    inside = registry().resolver("georeport-v2.schema.json")
    for reference in references(json_schema()):
        inside.lookup(reference)


def test_every_schema_is_one() -> None:
    Draft202012Validator.check_schema(json_schema())
    for schema in openapi()["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    for _, _, media, _ in contents():
        Draft202012Validator.check_schema(media.get("schema", {}))
    for _, _, operation in operations():
        for parameter in operation.get("parameters", ()):
            Draft202012Validator.check_schema(followed(parameter)["schema"])


OTHER_FORMATS = {each.media_type: each.suffix for each in FORMATS.values() if each.suffix != "json"}


@pytest.mark.parametrize(
    ("media_type", "media", "beside"),
    [pytest.param(*rest, id=f"{where} {rest[0]}") for where, *rest in contents() if examples(rest[1])],
)
def test_every_example_keeps_its_contract(media_type: str, media: dict[str, Any], beside: dict[str, Any]) -> None:
    for example in examples(media):
        if media_type in OTHER_FORMATS:
            # What a document must be in any format is said by the definition of the JSON beside it.
            faults = []
            for definition in _definitions(beside["application/json"]["schema"]):
                try:
                    check_document(definition, OTHER_FORMATS[media_type], example.encode())
                    break
                except AssertionError as fault:
                    faults.append(str(fault))
            else:
                pytest.fail("; ".join(faults))
        else:
            _valid(media["schema"], example)


def _definitions(schema: dict[str, Any]) -> list[str]:
    return [reference.rpartition("/")[2] for reference in references(schema)]


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
