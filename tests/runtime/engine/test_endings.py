"""JSON schemas that never end are refused; those that may end are not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sglc.ir.sampling import Constraint
from sglc.ir.target import Tokenizer
from sglc.runtime.engine.grammar.choice import make_grammar_backend
from sglc.runtime.engine.grammar.ending import endless_reference
from sglc.runtime.engine.grammar.protocol import ConstraintUnusable

from .schema_corpus import Case, corpus

SELF = {"$ref": "#/$defs/a"}


def of(definition: Any, **more: Any) -> dict[str, Any]:
    return {"$ref": "#/$defs/a", "$defs": {"a": definition, **more}}


def holding(*required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required)}


ENDLESS = [
    {"$ref": "#"},
    of(SELF),
    of(holding("next", next=SELF)),
    of(holding("b", b={"$ref": "#/$defs/b"}), b=holding("a", a=SELF)),
    of({"type": "array", "items": SELF, "minItems": 1}),
    of({"type": "array", "prefixItems": [{"type": "integer"}, SELF], "minItems": 2}),
    of({"anyOf": [holding("a", a=SELF), {"type": "array", "items": SELF, "minItems": 2}]}),
    of({"allOf": [{"type": "object"}, holding("a", a=SELF)]}),
    holding("a", a={"$ref": "#"}),
]
ENDING = [
    of(holding(next=SELF)),
    of(holding("next", next={"anyOf": [SELF, {"type": "null"}]})),
    of(holding("next", next={"type": "array", "items": SELF})),
    of({"type": "array", "prefixItems": [{"type": "integer"}, SELF], "minItems": 1}),
    of({"oneOf": [{"type": "integer"}, holding("a", a=SELF)]}),
    of({"enum": [1], "properties": {"a": SELF}, "required": ["a"]}),
    of({"properties": {"a": SELF}, "required": ["a"]}),  # a number is one, too
    {"type": "integer", "$defs": {"a": holding("a", a=SELF)}},  # nobody asks for it
    {"$ref": "#/$defs/nothing"},
    {"$ref": "https://example.org/schema"},
    {"type": "object", "properties": "a", "required": 1},
]


@pytest.mark.parametrize("schema", ENDLESS, ids=json.dumps)
def test_what_never_ends_is_refused(schema: dict[str, Any]) -> None:
    assert endless_reference(schema) is not None
    tokenizer = Tokenizer.estimating()
    backend = make_grammar_backend("auto", tokenizer, tokenizer.vocab_size)
    with pytest.raises(ConstraintUnusable, match="never ends") as refused:
        backend.compile(Constraint("json", json.dumps(schema)))
    assert refused.value.help


@pytest.mark.parametrize("schema", ENDING, ids=json.dumps)
def test_what_may_end_is_not(schema: dict[str, Any]) -> None:
    assert endless_reference(schema) is None


@pytest.mark.parametrize("case", corpus(), ids=lambda case: f"{case.group}: {case.name}")
def test_no_schema_of_the_corpus_is_endless(case: Case) -> None:
    assert endless_reference(case.schema) is None
