"""JSON schemas by keyword, with instances that they allow and instances that they do not.

Draft 2020-12, group by group, and the kinds of model that people write. What a backend makes of each is the table of
`docs/constraints.md`; `python -m tests.runtime.engine.schema_table` writes it.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, RootModel


class Case(NamedTuple):
    """A schema, some of its instances, and some values that are none."""

    group: str
    name: str
    schema: Any
    good: list[Any]
    bad: list[Any]


def obj(
    required: list[str] | None = None, closed: bool = True, **properties: Any
) -> dict[str, Any]:
    """A schema of objects."""
    found: dict[str, Any] = {"type": "object", "properties": properties}
    found["required"] = list(properties) if required is None else required
    return {**found, "additionalProperties": False} if closed else found


def arr(items: Any, **more: Any) -> dict[str, Any]:
    """A schema of arrays."""
    return {"type": "array", "items": items, **more}


STR, INT, NUM, BOOL, NULL = (
    {"type": t} for t in ("string", "integer", "number", "boolean", "null")
)
NODE = obj(v=INT, next={"anyOf": [{"$ref": "#/$defs/N"}, NULL]})
AB = {"enum": ["a", "b"]}

GROUPS: dict[str, list[tuple[str, Any, list[Any], list[Any]]]] = {
    "type": [
        ("integer", INT, [0, -12], ["a", 1.5, True, None]),
        ("number", NUM, [0, 1.5, -2], ["1", None]),
        ("string", STR, ["", "ä\"b"], [1, None]),
        ("boolean", BOOL, [True, False], [0, "true"]),
        ("null", NULL, [None], [0, "null"]),
        ("object", {"type": "object"}, [{}, {"a": 1}], [[], 1]),
        ("array", {"type": "array"}, [[], [1, "a"]], [{}, 1]),
        ("of several", {"type": ["integer", "string"]}, [1, "a"], [None, 1.5, []]),
        ("or null", {"type": ["string", "null"]}, ["a", None], [1]),
        ("anything", {}, [1, "a", None, [], {}], []),
        ("anything, said by true", True, [1, "a"], []),
        ("nothing, said by false", False, [], [1]),
    ],
    "enum": [
        ("of strings", AB, ["a", "b"], ["c", 1]),
        ("with quotes inside", {"enum": ['a"b', "c\\d"]}, ['a"b', "c\\d"], ["a", "b"]),
        ("of integers", {"enum": [1, 10, 100]}, [1, 10], [2, 11, "1"]),
        ("of mixed kinds", {"enum": [1, "a", None, True]}, [1, "a", None, True], [2, False]),
        ("of arrays and objects", {"enum": [[1], {"a": 1}]}, [[1], {"a": 1}], [[], {"a": 2}]),
        ("empty", {"enum": []}, [], [1, "a", None]),
        ("beside a type", {"type": "string", "enum": ["a", 1]}, ["a"], [1, "b"]),
        ("beside a type that none is of", {"type": "string", "enum": [1]}, [], [1, "a"]),
        ("inside an object", obj(a=AB), [{"a": "b"}], [{"a": "c"}]),
        ("of control characters", {"enum": ["\n", "é"]}, ["\n", "é"], ["n"]),
    ],
    "const": [
        ("string", {"const": "a"}, ["a"], ["b", 1]),
        ("integer", {"const": 3}, [3], [4, "3"]),
        ("null", {"const": None}, [None], [0]),
        ("false", {"const": False}, [False], [0, True]),
        ("object", {"const": {"a": [1]}}, [{"a": [1]}], [{"a": [2]}]),
        ("float", {"const": 1.5}, [1.5], [1]),
        ("inside an object", obj(kind={"const": "x"}, n=INT), [{"kind": "x", "n": 1}], [{"kind": "y", "n": 1}]),
    ],
    "minLength, maxLength": [
        ("at most", {"type": "string", "maxLength": 3}, ["", "abc"], ["abcd"]),
        ("at least", {"type": "string", "minLength": 2}, ["ab"], ["a"]),
        ("both", {"type": "string", "minLength": 1, "maxLength": 2}, ["a", "äö"], ["", "abc"]),
        ("in an object", obj(s={"type": "string", "maxLength": 2}), [{"s": "ab"}], [{"s": "abc"}]),
    ],
    "pattern": [
        ("anchored", {"type": "string", "pattern": "^[a-z]+$"}, ["abc"], ["", "A", "a1"]),
        ("not anchored", {"type": "string", "pattern": "ab"}, ["ab", "xaby"], ["a"]),
        ("anchored at its start", {"type": "string", "pattern": "^ab"}, ["ab", "abc"], ["xab"]),
        ("with a count", {"type": "string", "pattern": "^[0-9]{3}$"}, ["123"], ["12", "1234"]),
        ("with a length", {"type": "string", "pattern": "^[a-z]+$", "maxLength": 3}, ["abc"], ["abcd", "1"]),
        ("with a backslash", {"type": "string", "pattern": r"^C:\\[a-z]{3}$"}, ["C:\\abc"], ["C:abc"]),
        ("with a quote", {"type": "string", "pattern": '^"[a-z]"$'}, ['"a"'], ["a"]),
        ("with a dot", {"type": "string", "pattern": "^a.c$"}, ["abc"], ["ac", "a\nc"]),
        ("with look-ahead", {"type": "string", "pattern": "^(?=.*1)[a-z0-9]+$"}, ["a1"], ["ab"]),
        ("with classes", {"type": "string", "pattern": r"^\d{2}\s\w$"}, ["12 a"], ["1 a", "12a"]),
        ("with alternatives", {"type": "string", "pattern": "^(yes|no)$"}, ["yes", "no"], ["yesno", "y"]),
        ("with alternatives that only one end anchors", {"type": "string", "pattern": "^ab|cd$"}, ["ab", "abx", "xcd"], ["x"]),
        ("with a negated class", {"type": "string", "pattern": "^[^a]b$"}, ["bb"], ["ab"]),
        ("on what is no string", {"pattern": "^a$"}, ["a"], ["b"]),
    ],
    "format": [
        ("date", {"type": "string", "format": "date"}, ["2024-02-03"], [1]),
        ("date-time", {"type": "string", "format": "date-time"}, ["2024-02-03T04:05:06Z"], [1]),
        ("uuid", {"type": "string", "format": "uuid"}, ["123e4567-e89b-12d3-a456-426614174000"], [1]),
        ("email", {"type": "string", "format": "email"}, ["a@b.de"], [1]),
        ("unknown", {"type": "string", "format": "colour"}, ["a"], []),
    ],
    "minimum, maximum": [
        ("between", {"type": "integer", "minimum": 1, "maximum": 10}, [1, 10, 5], [0, 11, -3]),
        ("at least", {"type": "integer", "minimum": 5}, [5, 100], [4, -1]),
        ("at most", {"type": "integer", "maximum": -3}, [-3, -20], [-2, 0, 4]),
        ("exclusive", {"type": "integer", "exclusiveMinimum": 0, "exclusiveMaximum": 3}, [1, 2], [0, 3]),
        ("of numbers", {"type": "number", "minimum": 0, "maximum": 1}, [0, 0.5, 1], [-0.1, 1.1, 2]),
        ("of numbers, exclusive", {"type": "number", "exclusiveMinimum": 0}, [0.5], [0, -1]),
        ("in an object", obj(n={"type": "integer", "minimum": 0, "maximum": 255}), [{"n": 255}], [{"n": 256}]),
        ("impossible", {"type": "integer", "minimum": 3, "maximum": 1}, [], [1, 2, 3]),
    ],
    "multipleOf": [
        ("of an integer", {"type": "integer", "multipleOf": 5}, [0, 10], [1, 7]),
        ("of a number", {"type": "number", "multipleOf": 0.5}, [1.5], [1.3]),
    ],
    "properties, required": [
        ("all required", obj(a=INT, b=STR), [{"a": 1, "b": "x"}], [{"a": 1}, {"a": "x", "b": "y"}, {"a": 1, "b": "x", "c": 1}]),
        ("none required", obj([], a=INT, b=INT), [{}, {"a": 1}, {"a": 1, "b": 2}, {"b": 2}], [{"a": "x"}, {"c": 1}]),
        ("some required", obj(["b"], a=INT, b=INT), [{"b": 1}, {"a": 1, "b": 2}], [{"a": 1}, {}]),
        ("open", obj(["a"], closed=False, a=INT), [{"a": 1}], [{"a": "x"}, {}]),
        ("required without a property", {**obj(["a", "b"], a=INT), "additionalProperties": True}, [{"a": 1, "b": 2}], [{"a": 1}]),
        ("required that nothing may be", obj(["a", "b"], a=INT), [], [{"a": 1}, {"a": 1, "b": 1}]),
        ("names to be escaped", obj(None, True, **{'a"b': INT, "c\\d": INT}), [{'a"b': 1, "c\\d": 2}], [{"a": 1}]),
        ("a property that is true", obj(a=True), [{"a": 1}], [{}]),
        ("a property that is false", obj([], a=False, b=INT), [{"b": 1}], [{"a": 1}]),
        ("no property", obj(), [{}], [{"a": 1}]),
        ("nested", obj(a=obj(b=obj(c=BOOL))), [{"a": {"b": {"c": True}}}], [{"a": {"b": {}}}]),
    ],
    "additionalProperties": [
        ("of a type", {"type": "object", "additionalProperties": INT}, [{}, {"a": 1, "b": 2}], [{"a": "x"}]),
        ("beside properties", {**obj(a=STR), "additionalProperties": INT}, [{"a": "x", "b": 1}], [{"a": "x", "b": "y"}]),
        ("none at all", {"type": "object", "additionalProperties": False}, [{}], [{"a": 1}]),
        ("of records", {"type": "object", "additionalProperties": obj(n=INT)}, [{"k": {"n": 1}}], [{"k": {}}]),
    ],
    "patternProperties": [
        ("one pattern", {"type": "object", "patternProperties": {"^x": INT}, "additionalProperties": False}, [{"x1": 1}], [{"x1": "a"}, {"y": 1}]),
        ("beside others", {"type": "object", "patternProperties": {"^x": INT}}, [{"x": 1, "y": "a"}], [{"x": "a"}]),
    ],
    "propertyNames": [
        ("a pattern", {"type": "object", "propertyNames": {"pattern": "^[a-z]{2}$"}, "additionalProperties": INT}, [{"ab": 1}], [{"abc": 1}]),
        ("an enum", {"type": "object", "propertyNames": AB, "additionalProperties": INT}, [{"a": 1}], [{"c": 1}]),
    ],
    "minProperties, maxProperties": [
        ("at least", {"type": "object", "minProperties": 1, "additionalProperties": INT}, [{"a": 1}], [{}]),
        ("at most", {"type": "object", "maxProperties": 1, "additionalProperties": INT}, [{}, {"a": 1}], [{"a": 1, "b": 2}]),
    ],
    "dependentRequired, dependentSchemas": [
        ("required", {**obj([], a=INT, b=INT), "dependentRequired": {"a": ["b"]}}, [{}, {"b": 1}, {"a": 1, "b": 2}], [{"a": 1}]),
        ("schemas", {**obj([], a=INT, b=INT), "dependentSchemas": {"a": {"required": ["b"]}}}, [{"a": 1, "b": 2}], [{"a": 1}]),
    ],
    "items, prefixItems": [
        ("of one kind", arr(INT), [[], [1, 2]], [["a"], [1, "a"]]),
        ("of records", arr(obj(n=INT)), [[{"n": 1}]], [[{}]]),
        ("of arrays", arr(arr(BOOL)), [[[True], []]], [[1]]),
        ("a tuple", {"type": "array", "prefixItems": [INT, STR], "items": False, "minItems": 2}, [[1, "a"]], [["a", 1], [1], [1, "a", 2]]),
        ("a tuple that may be short", {"type": "array", "prefixItems": [INT, STR], "items": False}, [[], [1], [1, "a"]], [["a"], [1, "a", 2]]),
        ("a tuple and more", {"type": "array", "prefixItems": [INT], "items": STR, "minItems": 1}, [[1, "a"]], [[1, 2]]),
        ("none", arr(False), [[]], [[1]]),
    ],
    "minItems, maxItems": [
        ("at least", arr(INT, minItems=2), [[1, 2], [1, 2, 3]], [[], [1]]),
        ("at most", arr(INT, maxItems=2), [[], [1, 2]], [[1, 2, 3]]),
        ("exactly", arr(BOOL, minItems=2, maxItems=2), [[True, False]], [[True], [True] * 3]),
        ("none", arr(INT, maxItems=0), [[]], [[1]]),
        ("impossible", arr(INT, minItems=2, maxItems=1), [], [[1], [1, 2]]),
    ],
    "uniqueItems": [
        ("true", arr({"enum": [1, 2, 3]}, uniqueItems=True), [[1, 2]], [[1, 1]]),
        ("false", arr(INT, uniqueItems=False), [[1, 1]], [["a"]]),
    ],
    "contains": [
        ("one", {"type": "array", "items": INT, "contains": {"const": 7}}, [[1, 7]], [[1], []]),
        ("counted", {"type": "array", "contains": INT, "minContains": 2, "maxContains": 2}, [[1, 2]], [[1]]),
    ],
    "anyOf": [
        ("of scalars", {"anyOf": [INT, STR]}, [1, "a"], [None, 1.5]),
        ("or null", {"anyOf": [STR, NULL]}, ["a", None], [1]),
        ("of records", {"anyOf": [obj(a=INT), obj(b=STR)]}, [{"a": 1}, {"b": "x"}], [{"a": "x"}, {}]),
        ("in a property", obj(a={"anyOf": [INT, NULL]}), [{"a": None}], [{"a": "x"}]),
        ("beside a type", {"type": "string", "anyOf": [{"maxLength": 1}, {"minLength": 3}]}, ["a", "abc"], ["ab", 1]),
        ("nested", {"anyOf": [{"anyOf": [INT, NULL]}, STR]}, [1, None, "a"], [1.5]),
    ],
    "oneOf": [
        ("of disjoint kinds", {"oneOf": [INT, STR]}, [1, "a"], [None]),
        ("of overlapping kinds", {"oneOf": [INT, NUM]}, [1.5], [1]),
        ("of records by a tag", {"oneOf": [obj(k={"const": "a"}, n=INT), obj(k={"const": "b"}, s=STR)]}, [{"k": "a", "n": 1}], [{"k": "b", "n": 1}]),
        ("of overlapping records", {"oneOf": [obj([], a=INT), obj([], a=INT, b=INT)]}, [{"b": 1}], [{}, {"a": 1}]),
    ],
    "allOf": [
        ("of one", {"allOf": [obj(a=INT)]}, [{"a": 1}], [{"a": "x"}]),
        ("of two bounds", {"allOf": [{"type": "integer", "minimum": 2}, {"maximum": 4}]}, [2, 4], [1, 5]),
        ("of two records", {"allOf": [obj(closed=False, a=INT), obj(closed=False, b=INT)]}, [{"a": 1, "b": 2}], [{"a": 1}, {"b": 2}]),
        ("beside properties", {**obj(closed=False, a=INT), "allOf": [{"required": ["b"], "properties": {"b": STR}}]}, [{"a": 1, "b": "x"}], [{"a": 1}]),
        ("of a reference", {"$defs": {"P": obj(a=INT)}, "allOf": [{"$ref": "#/$defs/P"}], "description": "d"}, [{"a": 1}], [{"a": "x"}]),
    ],
    "not": [
        ("a type", {"not": STR}, [1, None], ["a"]),
        ("a value", {"type": "integer", "not": {"const": 3}}, [1], [3]),
    ],
    "if, then, else": [
        ("then", {**obj(["a"], a=INT, b=INT), "if": {"properties": {"a": {"const": 1}}}, "then": {"required": ["b"]}}, [{"a": 2}, {"a": 1, "b": 1}], [{"a": 1}]),
        ("else", {"type": "integer", "if": {"minimum": 5}, "else": {"const": 0}}, [0, 7], [3]),
    ],
    "$ref": [
        ("to $defs", {"$defs": {"X": BOOL}, **obj(b={"$ref": "#/$defs/X"})}, [{"b": True}], [{"b": 1}]),
        ("to definitions, with $defs beside", {"$defs": {"X": BOOL}, "definitions": {"X": INT}, **obj(b={"$ref": "#/definitions/X"})}, [{"b": 1}], [{"b": True}]),
        ("to a property", obj(a=INT, b={"$ref": "#/properties/a"}), [{"a": 1, "b": 2}], [{"a": 1, "b": "x"}]),
        ("escaped", {"$defs": {"a/b": INT, "c~d": STR, "b": BOOL}, **obj(x={"$ref": "#/$defs/a~1b"}, y={"$ref": "#/$defs/c~0d"})}, [{"x": 1, "y": "a"}], [{"x": True, "y": "a"}]),
        ("percent-encoded", {"$defs": {"a b": INT}, **obj(x={"$ref": "#/$defs/a%20b"})}, [{"x": 1}], [{"x": "a"}]),
        ("with siblings", {"$defs": {"S": STR}, **obj(s={"$ref": "#/$defs/S", "maxLength": 2})}, [{"s": "ab"}], [{"s": "abc"}]),
        ("with a description", {"$defs": {"S": STR}, **obj(s={"$ref": "#/$defs/S", "description": "d"})}, [{"s": "abc"}], [{"s": 1}]),
        ("recursive", {"$defs": {"N": NODE}, "$ref": "#/$defs/N"}, [{"v": 1, "next": {"v": 2, "next": None}}], [{"v": 1}]),
        ("to the root", obj(["v"], v=INT, kids=arr({"$ref": "#"})), [{"v": 1}, {"v": 1, "kids": [{"v": 2}]}], [{"v": 1, "kids": [{}]}]),
        ("to nothing", obj(a={"$ref": "#/$defs/Nowhere"}), [], []),
        ("to an anchor", {"$defs": {"A": {"$anchor": "a", "type": "integer"}}, **obj(x={"$ref": "#a"})}, [{"x": 1}], [{"x": "a"}]),
        ("to another document", {"$ref": "https://example.org/x.json"}, [], []),
        ("chained", {"$defs": {"A": {"$ref": "#/$defs/B"}, "B": INT}, "$ref": "#/$defs/A"}, [1], ["a"]),
    ],
    "unevaluated": [
        ("properties", {**obj(closed=False, a=INT), "unevaluatedProperties": False}, [{"a": 1}], [{"a": 1, "b": 2}]),
        ("items", {"type": "array", "prefixItems": [INT], "unevaluatedItems": False}, [[1]], [[1, 2]]),
    ],
    "annotations": [
        ("title, description, default, examples", {"title": "T", "description": "D", "default": 1, "examples": [2], **INT}, [3], ["a"]),
        ("$schema, $id, $comment", {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://example.org/a", "$comment": "c", **INT}, [3], ["a"]),
        ("readOnly, deprecated", obj(a={**INT, "readOnly": True, "deprecated": True}), [{"a": 1}], [{"a": "x"}]),
        ("a keyword that is none", {"type": "integer", "x-colour": "red"}, [1], ["a"]),
        ("contentEncoding", {"type": "string", "contentEncoding": "base64"}, ["YQ=="], [1]),
    ],
}  # fmt: skip


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Address(BaseModel):
    street: str
    city: str


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(BaseModel):
    kind: Literal["dog"]
    name: str


class Tree(BaseModel):
    value: int
    kids: list[Tree] = []


T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    items: list[T]
    total: int


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")
    a: int
    b: str = "x"


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")
    a: int


def model(name: str, **fields: Any) -> type[BaseModel]:
    """A pydantic model of one field or several."""
    from pydantic import create_model

    made: dict[str, Any] = {n: f if isinstance(f, tuple) else (f, ...) for n, f in fields.items()}
    return create_model(name, **made)


MODELS: list[tuple[str, type[BaseModel], list[Any], list[Any]]] = [
    ("scalars", model("S", a=int, b=float, c=bool, d=str), [{"a": 1, "b": 0.5, "c": True, "d": "x"}], [{"a": "x"}]),
    ("defaults", model("D", a=(int, 3), b=(str, "x")), [{"a": 1, "b": "y"}], [{"a": "x"}]),
    ("an optional field", model("O", a=(int | None, None)), [{"a": None}, {"a": 1}], [{"a": "x"}]),
    ("a nested model", model("N", home=Address), [{"home": {"street": "a", "city": "b"}}], [{"home": {}}]),
    ("a list of models", model("L", all=list[Address]), [{"all": []}], [{"all": [1]}]),
    ("a literal", model("Li", a=Literal["x", "y"]), [{"a": "x"}], [{"a": "z"}]),
    ("a literal of mixed kinds", model("Lm", a=Literal["x", 1]), [{"a": 1}], [{"a": 2}]),
    ("an enum", model("E", a=Colour), [{"a": "red"}], [{"a": "green"}]),
    ("a union", model("U", a=int | str), [{"a": 1}, {"a": "x"}], [{"a": None}]),
    ("a discriminated union", model("Di", pet=Annotated[Cat | Dog, Field(discriminator="kind")]), [{"pet": {"kind": "cat", "lives": 9}}], [{"pet": {"kind": "dog", "lives": 9}}]),
    ("a decimal", model("De", a=Decimal), [{"a": 1.5}, {"a": "1.5"}], [{"a": None}]),
    ("a decimal with bounds", model("Db", a=Annotated[Decimal, Field(ge=0, le=10)]), [{"a": 5}], [{"a": 11}]),
    ("a duration", model("Td", a=timedelta), [{"a": "P1D"}], [{"a": 1}]),
    ("a UUID", model("Uu", a=UUID), [{"a": "123e4567-e89b-12d3-a456-426614174000"}], [{"a": 1}]),
    ("a dictionary", model("Dc", a=dict[str, int]), [{"a": {}}, {"a": {"k": 1}}], [{"a": {"k": "x"}}]),
    ("a dictionary by integers", model("Dn", a=dict[int, str]), [{"a": {"1": "x"}}], [{"a": {"1": 1}}]),
    ("a dictionary by an enum", model("Dk", a=dict[Colour, int]), [{"a": {"red": 1}}], [{"a": {"green": 1}}]),
    ("a constrained string", model("Cs", a=Annotated[str, Field(pattern="^[a-z]+$", max_length=4)]), [{"a": "abc"}], [{"a": "abcde"}, {"a": "1"}]),
    ("a string of some length", model("Cl", a=Annotated[str, Field(min_length=2, max_length=3)]), [{"a": "ab"}], [{"a": "a"}]),
    ("a constrained integer", model("Ci", a=Annotated[int, Field(ge=1, le=5)]), [{"a": 3}], [{"a": 6}]),
    ("a multiple", model("Cm", a=Annotated[int, Field(multiple_of=3)]), [{"a": 6}], [{"a": 7}]),
    ("a constrained list", model("Cn", a=Annotated[list[int], Field(min_length=1, max_length=2)]), [{"a": [1]}], [{"a": []}, {"a": [1, 2, 3]}]),
    ("a set", model("Se", a=set[Literal[1, 2, 3]]), [{"a": [1, 2]}], [{"a": [1, 1]}]),
    ("a tuple", model("Tu", a=tuple[int, str]), [{"a": [1, "x"]}], [{"a": [1]}, {"a": ["x", 1]}]),
    ("a tree", Tree, [{"value": 1, "kids": [{"value": 2, "kids": []}]}], [{"value": 1, "kids": [{}]}]),
    ("a generic", Page[Address], [{"items": [], "total": 0}], [{"items": [1], "total": 0}]),
    ("a root model of a list", RootModel[list[int]], [[1, 2]], [["x"]]),
    ("a root model of a literal", RootModel[Literal["a", "b"]], ["a"], ["c"]),
    ("an alias", model("Al", a=(int, Field(alias="the a"))), [{"the a": 1}], [{"a": 1}]),
    ("extra fields forbidden", Closed, [{"a": 1, "b": "y"}], [{"a": 1, "b": "y", "c": 1}]),
    ("extra fields allowed", Open, [{"a": 1}], [{"a": "x"}]),
    ("anything", model("An", a=Any), [{"a": 1}, {"a": "x"}], [{}]),
    ("a description in an optional model", model("Om", home=(Address | None, Field(None, description="d"))), [{"home": None}], [{"home": 1}]),
]  # fmt: skip


def corpus() -> list[Case]:
    """All cases."""
    found = [Case(group, *row) for group, rows in GROUPS.items() for row in rows]
    models = [
        Case("pydantic", name, kind.model_json_schema(), *rest) for name, kind, *rest in MODELS
    ]
    return found + models
