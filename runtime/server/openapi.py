"""The OpenAPI document: bodies are described by the same declarations that read them."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import FastAPI

_REF = "#/components/schemas/{name}"
_DECLARED: dict[str, type] = {}
_ERROR = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "message": {"type": "string"},
                "type": {"type": "string"},
                "param": {"type": ["string", "null"]},
                "code": {"type": "string"},
            },
            "required": ["message", "type", "param", "code"],
        }
    },
    "required": ["error"],
}


def takes(kind: type) -> dict[str, Any]:
    """What a route says of its body, which is a declared type."""
    _DECLARED[kind.__name__] = kind
    return takes_schema({"$ref": _REF.format(name=kind.__name__)})


def takes_schema(schema: Any) -> dict[str, Any]:
    """What a route says of its body, which is of a JSON schema."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def describe(app: FastAPI) -> None:
    """Have the application's document name all bodies, errors and keys."""
    made = app.openapi

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _completed(made())
        return app.openapi_schema

    app.openapi = document


def _completed(document: dict[str, Any]) -> dict[str, Any]:
    _, schemas = msgspec.json.schema_components(list(_DECLARED.values()), ref_template=_REF)
    components = document.setdefault("components", {})
    components["schemas"] = {**schemas, "Error": _ERROR}
    components["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{}, {"key": []}]
    error = {"content": {"application/json": {"schema": {"$ref": _REF.format(name="Error")}}}}
    for path in document["paths"].values():
        for operation in path.values():
            answers = operation.setdefault("responses", {})
            answers.pop("422", None)
            answers["default"] = {"description": "Refused: what is wrong, and a code", **error}
    return document
