"""Reading one op: its results, the form of its line by its word, and what the results are called.

The parser's middle: `parser.py` is above it, `bodyreader.py` and `cursor.py` are below.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import replace
from typing import get_args

from ..infer import result_types
from ..ops import ArithOp, CompareOp, Gen, Op
from ..span import Span
from ..structure import results, with_results
from ..types import ANY
from . import read_calls as calls
from . import read_control as control
from . import read_prompts as prompts
from . import read_values as values
from .bodyreader import BodyReader, Target
from .cursor import Cursor


def body_reader(cursor: Cursor) -> BodyReader:
    """A reader of the body of one program or fragment."""
    return BodyReader(cursor, _op)


def _op(r: BodyReader) -> Op:
    start = r.cursor.at
    targets = _targets(r)
    word_at = r.cursor.at
    keyword = r.cursor.word("an op")
    read = _READERS.get(keyword)
    if read is None:
        near = difflib.get_close_matches(keyword, _READERS, 1)
        hint = f" (did you mean `{near[0]}`?)" if near else ""
        span = r.cursor.since(word_at)
        raise r.cursor.failure("1002", f"no op `{keyword}`{hint}", span)
    op = _bind(r, read(r, len(targets)), targets, r.cursor.since(start))
    line = op.span.text.find("\n") if op.span else -1
    return op if line < 0 or not op.span else replace(op, span=replace(op.span, end=start + line))


def _targets(r: BodyReader) -> list[Target]:
    if not (r.cursor.starts_value() or r.cursor.peek("none")):
        return []
    targets = [r.target()]
    while r.cursor.take(","):
        targets.append(r.target())
    r.cursor.expect("=")
    return targets


def _bind(r: BodyReader, op: Op, targets: list[Target], span: Span) -> Op:
    """Give the op its results as they are named, with the types that follow if none stand."""
    named = targets
    if isinstance(op, Gen) and targets and targets[0].name is None:
        op, named = replace(op, prompt=None), targets[1:]
    wanted = len(results(op))
    if wanted != len(named):
        raise r.cursor.failure("1009", f"{wanted} results, {len(named)} names", span)
    types = result_types(op)
    named_values = tuple(
        r.define(target, types[i] if i < len(types) else ANY) for i, target in enumerate(named)
    )
    return replace(with_results(op, named_values), span=span)


_READERS: dict[str, Callable[[BodyReader, int], Op]] = {
    "root": prompts.root,
    "text": prompts.text,
    "insert": prompts.insert,
    "echo": prompts.echo,
    "turn": prompts.turn,
    "image": prompts.image,
    "use": prompts.use,
    "gen": calls.gen,
    "select": calls.select,
    "pick": prompts.pick,
    "prefetch": prompts.prefetch,
    "retain": prompts.retain,
    "release": prompts.release,
    "unordered": prompts.unordered,
    "format": values.format_,
    "list": values.list_,
    "record": values.record,
    "field": values.field,
    "index": values.index,
    "builtin": values.builtin,
    "collect": values.collect,
    "if": control.if_,
    "for": control.for_,
    "while": control.while_,
    "fork": control.fork,
    "yield": control.yield_,
    "return": control.return_,
    "host": calls.host,
    "call": calls.call,
    **{kind: values.comparing(kind) for kind in get_args(CompareOp)},
    **{kind: values.computing(kind) for kind in get_args(ArithOp)},
}
