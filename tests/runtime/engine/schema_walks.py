"""Random walks through the grammar of a schema: do the texts that it gives keep what the schema asks for?"""

from __future__ import annotations

import json
import random
from typing import Any

import numpy as np
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

from sglc.ir.sampling import Constraint
from sglc.runtime.engine.grammar.backend import GrammarBackend
from sglc.runtime.engine.grammar.protocol import ConstraintUnusable, Matcher

from .schema_corpus import Case

WALKS, LONGEST = 24, 160
CLOSERS = frozenset(b'"]}')


def verdict(grammar: GrammarBackend, case: Case, style: str = "free") -> str:
    """`exact`, `refused`, or what is wrong: a text of the grammar that is none of the schema's."""
    constraint = Constraint("json", json.dumps(case.schema), style)  # type: ignore[arg-type]
    try:
        make = grammar.compile(constraint)
    except ConstraintUnusable:
        return "refused"
    if make is None:
        return "exact" if case.schema is True else "allows all text"
    validator = Draft202012Validator(case.schema)  # `format` is an annotation, as the draft has it
    chance = random.Random(f"{case.group} {case.name}")
    for _ in range(WALKS):
        text = walk(grammar, make(), chance)
        if text is not None and (wrong := violation(validator, text)):
            return f"{wrong}: {text}"
    for value in case.bad:
        for text in spellings(value):
            if accepts(grammar, make(), text):
                return f"allows {text}"
    return "exact"


def violation(validator: Any, text: str) -> str:
    """What is wrong with a text; nothing if it is JSON of the schema."""
    try:
        return "" if validator.is_valid(json.loads(text)) else "gives"
    except ValueError:
        return "gives what is no JSON"
    except SchemaError:
        return "takes a schema that is none"
    except Exception as error:  # a reference that leads nowhere
        return f"takes what a validator refuses ({type(error).__name__})"


def spellings(value: Any) -> set[str]:
    """A value as JSON, canonical and compact."""
    return {json.dumps(value, ensure_ascii=False), json.dumps(value, separators=(",", ":"))}


def walk(grammar: GrammarBackend, matcher: Matcher, chance: random.Random) -> str | None:
    """Follow a grammar at random, with a bent to the end; None where it goes on for too long."""
    ids: list[int] = []
    bits = np.zeros(grammar.width, dtype=np.int32)
    while len(ids) < LONGEST:
        if not (must := matcher.forced()):
            matcher.fill(bits)
            allowed = np.flatnonzero(np.unpackbits(bits.view(np.uint8), bitorder="little")).tolist()
            ends = [token for token in allowed if token in grammar.tokenizer.eos_ids]
            others = [token for token in allowed if token not in ends]
            if matcher.is_finished or not others or (ends and chance.random() < 0.3):
                return grammar.tokenizer.decode(ids) if ends or matcher.can_end else None
            must = (chance.choice(_closing(grammar, others, chance)),)
        for token in must:
            written = matcher.accept(token)
            assert written is not None
            ids.append(written)
    return None


def _closing(grammar: GrammarBackend, tokens: list[int], chance: random.Random) -> list[int]:
    """The tokens that close something, half of the time where there are any; else all, or those of plain letters."""
    closing = [t for t in tokens if CLOSERS & set(grammar.tokenizer.token_bytes(t))]
    if closing and chance.random() < 0.5:
        return closing
    plain = [t for t in tokens if grammar.tokenizer.token_bytes(t) in PLAIN]
    return plain if plain and chance.random() < 0.7 else tokens


PLAIN = frozenset(bytes([byte]) for byte in b'abcxy0123456789"{}[],: -.')


def accepts(grammar: GrammarBackend, matcher: Matcher, text: str) -> bool:
    """Whether a text is taken, byte by byte."""
    single = {grammar.tokenizer.token_bytes(i): i for i in range(grammar.tokenizer.vocab_size)}
    return (
        all(matcher.accept(single[bytes([b])]) is not None for b in text.encode())
        and matcher.can_end
    )
