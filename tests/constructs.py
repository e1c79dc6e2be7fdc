"""What random programs are made of, beside their ops: parameters, kinds of forks and loops, values, failures.

`python tests/constructs.py --count 2000` prints in how many programs each construct occurs.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Iterable, Iterator

import enriched
from programs import RandomProgram

from sglc.ir.module import Module
from sglc.ir.ops import (
    Block,
    Builtin,
    Const,
    For,
    Fork,
    Gen,
    Host,
    If,
    Op,
    Select,
    Turn,
    Value,
    While,
)
from sglc.ir.sampling import Sampling
from sglc.ir.structure import operands, regions, walk
from sglc.ir.types import OptionalType, UnionType, parse_type
from sglc.ir.values.limits import Json

_PARAMETERS = (
    "top_p", "top_k", "min_p", "frequency_penalty", "presence_penalty", "repetition_penalty",
    "logprobs", "stop_regex", "stop", "min_tokens", "ignore_eos", "seed", "n",
)  # fmt: skip
_HOSTS = {
    "check": "a host that raises", "count": "a host that returns another type", "note": "a total host",
}  # fmt: skip
_CONSTRAINTS = {
    "regex": "a regex", "json": "a json schema", "call": "a call of a tool", "before_call": "a call or a text",
}  # fmt: skip
CONSTRUCTS = (
    *_PARAMETERS, *_HOSTS.values(), "a pure host", "a fork over values", "a fork over nothing",
    "a fork with computed arms", "more than two arms", "a loop without rounds", "a loop with `break`", "depth over two",
    "a dynamic parameter", "a computed constraint", "stop with a declared type", "an optional type", "a union type",
    "a regex", "a json schema", "computed choices", "a tool turn", "tools", "an empty value", "a unicode value",
    "a value with markup", "samples that are gone on from", "a call of a tool", "a call or a text", "a call in a loop",
    "a call in a fork", "a turn with several calls",
)  # fmt: skip


def constructs(program: RandomProgram) -> set[str]:
    """The names of what occurs in a program, fragments and called programs included."""
    found = (
        {"a loop without rounds", "a fork over nothing"} if program.args["docs"] == [] else set()
    )
    found &= {name for name in found if _goes_over_docs(program.module, name)}
    found.update(_of_values([*_leaves(list(program.args.values()))]))
    for owner in (*program.module.programs, *program.module.fragments):
        found.update(_of_block(owner.body, 0))
    return found


def histogram(found: Iterable[RandomProgram]) -> dict[str, float]:
    """In which share of programs each construct occurs; those that fail are not among them."""
    programs = [*found]
    counts = Counter(name for program in programs for name in constructs(program))
    return {name: counts[name] / len(programs) for name in CONSTRUCTS}


def _goes_over_docs(module: Module, name: str) -> bool:
    kind = For if "loop" in name else Fork
    main = module.program("main")
    docs = next(param.value for param in main.params if param.name == "docs")
    return any(isinstance(op, kind) and op.items is docs for op in walk(main.body))


def _of_block(block: Block, depth: int) -> Iterator[str]:
    made = {value: op for op in block.ops for value in _made_by(op)}
    if depth > 2:
        yield "depth over two"
    for op in block.ops:
        yield from _of_op(op, made)
        yield from _of_values([*_leaves([o.value for o in operands(op) if isinstance(o, Const)])])
        if isinstance(op, For | While | Fork) and any(
            _calls_tool(n) for b in regions(op) for n in walk(b)
        ):
            yield "a call in a fork" if isinstance(op, Fork) else "a call in a loop"
        deeper = depth + isinstance(op, If | For | While | Fork)
        for region in regions(op):
            yield from _of_block(region, deeper)


def _calls_tool(op: Op) -> bool:
    return isinstance(op, Gen) and op.constraint is not None and op.constraint.kind == "call"


def _made_by(op: Op) -> tuple[Value, ...]:
    return (op.result,) if isinstance(op, Builtin) else ()


def _of_op(op: Op, made: dict[Value, Op]) -> Iterator[str]:
    match op:
        case Gen():
            yield from _of_gen(op)
        case Select(choices=choices) if not isinstance(choices, Const):
            yield "computed choices"
        case Host():
            yield _HOSTS.get(op.extern, "a pure host" if op.pure else "a host")
        case Fork():
            yield from _of_fork(op, made)
        case For() | While():
            yield from _of_loop(op)
        case Turn(role="tool"):
            yield "a tool turn"
        case Turn() if op.tools is not None:
            yield "tools"
        case _:
            pass


def _of_gen(op: Gen) -> Iterator[str]:
    plain = Sampling()
    if op.constraint is not None and '"again": true' in op.constraint.text:
        yield "a turn with several calls"
    yield from (n for n in _PARAMETERS if getattr(op.sampling, n) != getattr(plain, n))
    for name, _ in op.dynamic:
        yield "a computed constraint" if name == "regex" else "a dynamic parameter"
    if op.samples is not None:
        yield "samples that are gone on from"
    if op.constraint is None:
        return
    if op.constraint.kind != "type":
        yield _CONSTRAINTS[op.constraint.kind]
        return
    if op.sampling.stop:
        yield "stop with a declared type"
    kind = parse_type(op.constraint.text)
    if isinstance(kind, OptionalType):
        yield "an optional type"
    if isinstance(kind, UnionType):
        yield "a union type"


def _of_fork(op: Fork, made: dict[Value, Op]) -> Iterator[str]:
    match op.items:
        case None:
            if len(op.bodies) > 2:
                yield "more than two arms"
        case Const(value=[]):
            yield "a fork over nothing"
        case Const():
            pass
        case items:
            is_range = isinstance(made.get(items), Builtin)
            yield "a fork with computed arms" if is_range else "a fork over values"


def _of_loop(op: For | While) -> Iterator[str]:
    match op:
        case For(items=Const(value=[])) | While(limit=Const(value=0)):
            yield "a loop without rounds"
        case For(results=results) if any(value.hint == "broken" for value in results):
            yield "a loop with `break`"
        case _:
            pass


def _leaves(values: Json) -> Iterator[str]:
    if isinstance(values, str):
        yield values
    elif isinstance(values, list):
        for value in values:
            yield from _leaves(value)
    elif isinstance(values, dict):
        yield from _leaves([*values.values()])


def _of_values(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        if not text:
            yield "an empty value"
        if not text.isascii():
            yield "a unicode value"
        if "<|" in text or "{" in text:
            yield "a value with markup"


def main() -> None:
    """Print the histogram of many programs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--first", type=int, default=1_000_000)
    options = parser.parse_args()
    numbers = range(options.first, options.first + options.count)
    found = histogram(enriched.generate(random.Random(number)) for number in numbers)
    for name, share in sorted(found.items(), key=lambda pair: pair[1]):
        print(f"{share:6.1%}  {name}")


if __name__ == "__main__":
    main()
