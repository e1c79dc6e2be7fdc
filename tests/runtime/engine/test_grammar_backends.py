"""The three grammar backends accept the same texts, and each says what it can't do."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sglc.ir.sampling import Constraint
from sglc.ir.target import Part, Tokenizer
from sglc.runtime.backend import BackendError
from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.engine.grammar.backend import GrammarBackend
from sglc.runtime.engine.grammar.choice import make_grammar_backend
from sglc.runtime.engine.grammar.protocol import ConstraintUnusable, is_allowed

from .asking import ask, gen, prompt

NAMES = ["xgrammar", "llguidance", "outlines"]
SCHEMA = {
    "type": "object",
    "properties": {
        "kind": {"enum": ["a", "b,c"]},
        "n": {"type": "integer"},
        "on": {"type": "boolean"},
        "many": {"type": "array", "items": {"const": 1}, "minItems": 1, "maxItems": 2},
        "text": {"type": "string", "maxLength": 4},
    },
    "required": ["kind", "n", "on", "many", "text"],
    "additionalProperties": False,
}
GOOD = {"kind": "b,c", "n": -12, "on": True, "many": [1, 1], "text": "x: y"}

# constraint, texts in its language, texts outside of it
CASES: dict[str, tuple[Constraint, list[str], list[str]]] = {
    "repetition": (Constraint("regex", "[a-c]{2,4}x?"), ["ab", "abcx", "cccc"], ["a", "abcdx", "x", ""]),
    "alternatives": (Constraint("regex", "(on|off)+"), ["on", "offon"], ["of", "onn", ""]),
    "going on after an end": (Constraint("regex", r"(ab)+|\d+(\.\d+)?"), ["abab", "1", "1.5"], ["aba", "1.", ""]),
    "classes": (Constraint("regex", r"\d{3}-\d{2}"), ["123-45"], ["12-345", "123-4", "abc-de"]),
    "any": (Constraint("regex", r"[^\n]*\."), ["Hi.", "é…."], ["Hi", "a\n."]),
    "a schema beyond types, whose blanks are the model's own": (
        Constraint("json", json.dumps(SCHEMA)),
        [json.dumps(GOOD, ensure_ascii=False), json.dumps(GOOD, separators=(",", ":"))],
        [json.dumps({**GOOD, "text": "12345"})],
    ),
    "free schema": (
        Constraint("json", '{"type": "array", "items": {"type": "boolean"}, "minItems": 1}', "free"),
        ["[true,false]", "[false]"],
        ["[]", "[1]", "true"],
    ),
    "declared type": (
        Constraint("type", '{a: "x" | "y", n: list[int]}'),
        ['{"a": "x", "n": [1, -20]}', '{"a": "y", "n": []}'],
        ['{"a":"x","n":[]}', '{"a": "z", "n": []}', '{"a": "x", "n": [1,2]}'],
    ),
    "grammar": (
        Constraint("grammar", 'root ::= "(" root ")" | [a-b]+'),
        ["ab", "((a))"],
        ["(a", "c", "()"],
    ),
}  # fmt: skip


@cache
def backend_of(name: str, folder: Path) -> GrammarBackend:
    return make_grammar_backend(name, Tokenizer.from_file(folder), 320)


@pytest.fixture(params=NAMES)
def grammar(request: pytest.FixtureRequest, tiny: Path) -> GrammarBackend:
    return backend_of(request.param, tiny)


def accepts(grammar: GrammarBackend, constraint: Constraint, text: str) -> bool:
    """Whether the tokens of a text are taken one by one, and may end there.

    A mask allows nothing that is not taken; it may allow less where llguidance asks for canonical tokens.
    """
    make = grammar.compile(constraint)
    assert make is not None
    matcher, bits = make(), np.zeros(grammar.width, dtype=np.int32)
    for token in tokens(grammar, constraint, text):
        matcher.fill(bits)
        allowed = is_allowed(bits, token)
        taken = matcher.accept(token) is not None
        assert taken >= allowed
        assert taken == allowed or grammar.name == "llguidance"
        if not taken:
            return False
    matcher.fill(bits)
    ends = [is_allowed(bits, end) for end in grammar.tokenizer.eos_ids]
    assert all(end == matcher.can_end for end in ends)
    return matcher.can_end


def tokens(grammar: GrammarBackend, constraint: Constraint, text: str) -> list[int]:
    """Byte by byte; for a declared type as its parts have them, where forced text has its canonical tokens."""
    encode = grammar.tokenizer.encode
    if constraint.kind != "type":
        single = {grammar.tokenizer.token_bytes(i): i for i in range(grammar.tokenizer.vocab_size)}
        return [single[bytes([byte])] for byte in text.encode()]
    make = grammar.compile(constraint)
    assert make is not None
    matcher, found, rest = make(), [], text
    while rest:
        for token in matcher.forced() or encode((Part(rest[:1], False),), continuation=True):
            matcher.accept(token)
            found.append(token)
            piece = grammar.tokenizer.decode((token,))
            if not rest.startswith(piece):
                return found
            rest = rest[len(piece) :]
    return found


@pytest.mark.parametrize("case", CASES)
def test_the_same_language(grammar: GrammarBackend, case: str) -> None:
    constraint, inside, outside = CASES[case]
    if case == "grammar" and grammar.name == "outlines":
        pytest.skip("refused: see below")
    assert [text for text in inside if not accepts(grammar, constraint, text)] == []
    assert [text for text in outside if accepts(grammar, constraint, text)] == []


@pytest.mark.parametrize(
    ("name", "constraint"),
    [
        ("outlines", Constraint("grammar", 'root ::= "a"')),
        ("outlines", Constraint("regex", "a(?=b)")),
        ("outlines", Constraint("json", '{"$ref": "#"}', "free")),
        ("llguidance", Constraint("regex", "(a")),
        ("llguidance", Constraint("regex", r"(a)\1")),
        ("llguidance", Constraint("json", '{"type": "array", "uniqueItems": true}', "free")),
    ],
)
def test_what_is_not_supported_is_said_with_a_way_out(
    name: str, constraint: Constraint, tiny: Path
) -> None:
    with pytest.raises(ConstraintUnusable, match=name) as caught:
        backend_of(name, tiny).compile(constraint)
    assert "--grammar-backend" in caught.value.help


def test_the_refusal_reaches_the_caller(make_backend: Callable[..., EngineBackend]) -> None:
    backend = make_backend(grammar_backend="outlines")
    with pytest.raises(BackendError) as caught:
        ask(backend, gen(prompt(0, 8), 4, constraint=Constraint("grammar", 'root ::= "a"')))
    assert (caught.value.code, "xgrammar" in caught.value.help) == ("3102", True)


@pytest.mark.parametrize("name", NAMES)
def test_the_engine_generates_under_each(
    make_backend: Callable[..., EngineBackend], name: str
) -> None:
    backend = make_backend(grammar_backend=name)
    constraint = Constraint("regex", "(yes|no)!")
    (reply,) = ask(backend, gen(prompt(1, 8), 16, ignore_eos=False, constraint=constraint))
    assert reply.completions[0].text in ("yes!", "no!")


def test_an_unknown_backend_is_refused(tiny: Path) -> None:
    with pytest.raises(ValueError, match="unknown grammar backend"):
        make_grammar_backend("regexes", Tokenizer.from_file(tiny), 320)
