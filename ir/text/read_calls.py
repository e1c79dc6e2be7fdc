"""Lines of ops that ask: the model, the host, another program."""

from __future__ import annotations

from dataclasses import replace
from typing import cast, get_args

from ..infer import has_samples
from ..ops import Call, Gen, Host, Json, Op, Operand, Select
from ..sampling import (
    SAMPLING_TYPES,
    SELECT_METHODS,
    Constraint,
    ConstraintKind,
    Sampling,
    SelectMethod,
    takes,
)
from ..types import PROMPT
from .bodyreader import BodyReader, unnamed


def gen(r: BodyReader, count: int) -> Op:
    source = r.operand()
    sampling = _sampling(r) if r.cursor.peek("(") else Sampling()
    has_dynamic = r.cursor.take("dynamic")
    dynamic = tuple(_dynamic(r) for _ in r.items("(", ")")) if has_dynamic else ()
    constraint = _constraint(r) if r.cursor.take("as") else None
    site, indices = r.site()
    op = Gen(
        prompt=None, value=unnamed(), source=source, site=site, indices=indices,
        sampling=sampling, constraint=constraint, dynamic=dynamic, name=r.name(),
        speculative=r.cursor.take("speculative"),
    )  # fmt: skip
    leading = 1 if has_samples(op) else 2
    prompt = None if has_samples(op) else unnamed(PROMPT)
    return replace(op, prompt=prompt, samples=unnamed(PROMPT) if count > leading else None)


def _sampling(r: BodyReader) -> Sampling:
    changes: dict[str, object] = {}
    for _ in r.items("(", ")"):
        start = r.cursor.at
        name = r.cursor.word("a parameter")
        if name not in SAMPLING_TYPES:
            span = r.cursor.since(start)
            raise r.cursor.failure("1006", f"no sampling parameter `{name}`", span)
        r.cursor.expect("=")
        changes[name] = _sampling_value(r, name, r.cursor.json(), start)
    return Sampling().merged(**changes)


def _sampling_value(r: BodyReader, name: str, value: Json, start: int) -> object:
    if not takes(name, value):
        wanted = SAMPLING_TYPES[name]
        span = r.cursor.since(start)
        raise r.cursor.failure("1006", f"`{name}` takes {wanted}", span)
    return tuple(value) if isinstance(value, list) else value


def _dynamic(r: BodyReader) -> tuple[str, Operand]:
    known = (*SAMPLING_TYPES, *get_args(ConstraintKind))
    name = r.choice(known, "a parameter")
    r.cursor.expect("=")
    return name, r.operand()


def _constraint(r: BodyReader) -> Constraint:
    kind = r.choice(get_args(ConstraintKind), "a kind of constraint")
    text = r.cursor.string()
    if r.cursor.take("free"):
        return Constraint(cast("ConstraintKind", kind), text, "free")
    style = "spliced" if r.cursor.take("spliced") else "canonical"
    return Constraint(cast("ConstraintKind", kind), text, style)


def select(r: BodyReader, _: int) -> Op:
    source, choices = r.operand(), r.and_operand()
    is_given = r.cursor.take("method")
    method = r.choice(SELECT_METHODS, "a method") if is_given else SELECT_METHODS[0]
    site, indices = r.site()
    return Select(
        prompt=unnamed(PROMPT), value=unnamed(), source=source, choices=choices, site=site,
        indices=indices, method=cast("SelectMethod", method), name=r.name(),
        speculative=r.cursor.take("speculative"),
    )  # fmt: skip


def host(r: BodyReader, _: int) -> Op:
    name, args = r.cursor.symbol(), r.in_marks("(", ")")
    return Host(unnamed(), name, args, r.cursor.take("pure"), r.cursor.take("total"))


def call(r: BodyReader, _: int) -> Op:
    name, args = r.cursor.symbol(), r.in_marks("(", ")")
    site, indices = r.site()
    return Call(result=unnamed(), program=name, args=args, site=site, indices=indices)
