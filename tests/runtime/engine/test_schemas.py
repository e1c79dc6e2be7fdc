"""What the grammar of a schema allows is the schema's, or the schema is refused: a corpus, walked and validated."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sglc.ir.constrained.schema import type_of_schema
from sglc.ir.sampling import Constraint
from sglc.ir.target import Tokenizer
from sglc.runtime.engine.grammar.backend import GrammarBackend
from sglc.runtime.engine.grammar.choice import make_grammar_backend
from sglc.runtime.engine.grammar.exactness import beyond_xgrammar
from sglc.runtime.engine.grammar.protocol import ConstraintUnusable

from .schema_corpus import Case, corpus
from .schema_walks import verdict

CASES = corpus()
REFUSED_BY_WORD = {  # what no backend keeps, and the word of the schema that the refusal must name
    "uniqueItems": ["true"],
    "contains": ["one", "counted"],
    "dependentRequired": ["required"],
    "dependentSchemas": ["schemas"],
    "not": ["a type", "a value"],
    "if": ["then", "else"],
    "oneOf": ["of overlapping kinds", "of overlapping records"],
    "unevaluatedProperties": ["properties"],
    "unevaluatedItems": ["items"],
}


PAGE = Path(__file__).parents[3] / "docs" / "constraints.md"
MARK = "writes it -->\n"
COLUMNS = ("auto", "xgrammar", "llguidance")


@cache
def backend(name: str, folder: Path) -> GrammarBackend:
    return make_grammar_backend(name, Tokenizer.from_file(folder), 320)


@cache
def found(name: str, folder: Path, number: int, style: str = "free") -> str:
    """What a backend makes of a case; walked once."""
    return verdict(backend(name, folder), CASES[number], style)


@pytest.fixture
def auto(tiny: Path) -> GrammarBackend:
    return backend("auto", tiny)


def named(case: Case) -> str:
    return f"{case.group}: {case.name}"


def test_the_corpus_is_large() -> None:
    assert len(CASES) >= 120
    assert len({named(case) for case in CASES}) == len(CASES)


@pytest.mark.parametrize("style", ["free", "canonical"])
@pytest.mark.parametrize("number", range(len(CASES)), ids=[named(case) for case in CASES])
def test_exact_or_refused(tiny: Path, number: int, style: str) -> None:
    assert found("auto", tiny, number, style) in ("exact", "refused")


def test_the_page_has_the_table(tiny: Path, request: pytest.FixtureRequest) -> None:
    """`--bless` writes it."""
    head, mark, shown = PAGE.read_text(encoding="utf-8").partition(MARK)
    table = "\n" + "".join(f"{line}\n" for line in table_lines(tiny))
    if request.config.getoption("--bless"):
        PAGE.write_text(head + mark + table, encoding="utf-8")
    else:
        assert shown == table, "run: pytest --bless tests/runtime/engine/test_schemas.py"


def table_lines(folder: Path) -> Iterator[str]:
    rows = [row_of(folder, number) for number in range(len(CASES))]
    yield f"{len(CASES)} schemas; " + "; ".join(
        f"{name}: {counted([row[n + 2] for row in rows])}" for n, name in enumerate(COLUMNS)
    )
    yield ""
    yield "| keyword | schema | auto | xgrammar | llguidance | |"
    yield "| --- | --- | --- | --- | --- | --- |"
    yield from ("| " + " | ".join(row) + " |" for row in rows)


def counted(verdicts: list[str]) -> str:
    counts = Counter(verdicts)
    return ", ".join(
        f"{counts[word]} {word}" for word in ("exact", "refused", "wrong") if counts[word]
    )


def row_of(folder: Path, number: int) -> list[str]:
    case = CASES[number]
    words = [found(name, folder, number) for name in COLUMNS]
    shown = [word if word in ("exact", "refused") else "wrong" for word in words]
    return [case.group, case.name, *shown, "type" if is_type(case) else ""]


def is_type(case: Case) -> bool:
    try:
        type_of_schema(case.schema)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize(
    ("word", "name"), [(word, name) for word, names in REFUSED_BY_WORD.items() for name in names]
)
def test_a_refusal_names_the_keyword(auto: GrammarBackend, word: str, name: str) -> None:
    (case,) = (c for c in CASES if word in c.group.replace("unevaluated", word) and c.name == name)
    with pytest.raises(ConstraintUnusable, match=f"`?{word}") as caught:
        auto.compile(Constraint("json", json.dumps(case.schema), "free"))
    assert caught.value.help


@pytest.mark.parametrize("number", [n for n, case in enumerate(CASES) if is_type(case)])
def test_a_schema_read_as_a_type_is_that_type(tiny: Path, number: int) -> None:
    """What types can say gives instances of the schema, and of nothing else."""
    assert found("auto", tiny, number, "canonical") == "exact"


def test_where_a_choice_is_made_canonical_style_allows_what_free_style_does(
    auto: GrammarBackend,
) -> None:
    """But for white space that decides nothing. Walked at random, in the same texts."""
    chance = np.random.default_rng(0)
    wanted = ("all required", "nested", "of one kind", "of arrays", "a list of models")
    schemas = [case.schema for case in CASES if case.name in wanted and is_type(case)]
    assert len(schemas) == len(wanted)
    compared = [
        compare_styles(auto, json.dumps(schema), chance) for schema in schemas for _ in range(12)
    ]
    assert min(compared) >= 1
    assert sum(compared) >= 10 * len(compared)


def compare_styles(grammar: GrammarBackend, schema: str, chance: np.random.Generator) -> int:
    """Walk one schema in both styles; returns at how many places they were compared."""
    makes = [grammar.compile(Constraint("json", schema, style)) for style in ("free", "canonical")]  # type: ignore[arg-type]
    free, canonical = (make() for make in makes if make is not None)
    ours: set[int] = set()
    compared = 0
    for _ in range(120):
        if not canonical.forced():
            ours, theirs = (allowed(grammar, matcher) for matcher in (canonical, free))
            shown = {grammar.tokenizer.token_bytes(token) for token in ours - theirs}
            assert shown <= {b"/"}  # xgrammar's own strings have no `\\/`
            more = {grammar.tokenizer.token_bytes(token) for token in theirs - ours}
            # but for blanks: our numbers end at eighteen digits, our escapes are no half of a character, and we
            # leave out the control character DEL
            assert not {each for each in more if each.strip(b" \n\t\r0123456789cdefCDEF\x7f")}
            compared += 1
            if canonical.is_finished:
                break
        whole = [t for t in sorted(ours) if grammar.tokenizer.token_bytes(t).isascii()]
        tokens = canonical.forced()[:1] or (int(chance.choice(whole)),)
        written = canonical.accept(tokens[0])
        assert written is not None
        if written in grammar.tokenizer.eos_ids or free.accept(written) is None:
            break
    return compared


def allowed(grammar: GrammarBackend, matcher: object) -> set[int]:
    bits = np.zeros(grammar.width, dtype=np.int32)
    matcher.fill(bits)  # type: ignore[attr-defined]
    return set(np.flatnonzero(np.unpackbits(bits.view(np.uint8), bitorder="little")).tolist())


@pytest.mark.parametrize(
    ("schema", "word"),
    [
        ({"const": "a", "type": "string"}, None),
        ({"const": "a"}, None),
        ({"const": True, "type": "boolean"}, None),
        ({"const": True, "type": "integer"}, "type"),
        ({"const": "a", "type": "string", "minLength": 1}, "const"),
        ({"enum": ["a", "b"], "type": "string"}, None),
        ({"enum": ["a", 1], "type": "string"}, "type"),
        ({"enum": []}, "enum"),
        ({"anyOf": [{"type": "null"}, {"type": "string"}]}, None),
        ({"anyOf": [{"type": "null"}], "minLength": 1}, "anyOf"),
        ({"allOf": [{"type": "null"}]}, None),
        ({"allOf": [{"type": "null"}, {"type": "null"}]}, "allOf"),
        ({"$ref": "#/$defs/a", "title": "A"}, None),
        ({"$ref": "#/$defs/a", "minLength": 1}, "$ref"),
        ({"type": ["string", "null"]}, None),
        ({"type": ["string", "null"], "minLength": 1}, "minLength"),
    ],
)
def test_what_goes_to_xgrammar_is_what_it_keeps(
    schema: dict[str, object], word: str | None
) -> None:
    assert beyond_xgrammar(schema) == word
