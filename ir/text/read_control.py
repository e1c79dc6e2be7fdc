"""Lines of ops that hold regions in which calls may stand, and those that end a block."""

from __future__ import annotations

from dataclasses import replace

from ..infer import region_arg_types
from ..ops import Block, For, Fork, If, Op, Return, While, Yield
from .bodyreader import BodyReader, unnamed_all

_NO_BLOCK = Block((), ())


def if_(r: BodyReader, count: int) -> Op:
    cond = r.operand()
    then = r.region("", ())
    return If(results=unnamed_all(count), cond=cond, then=then, orelse=r.region("else", ()))


def for_(r: BodyReader, count: int) -> Op:
    items = r.operand()
    r.cursor.expect("from")
    inits = r.in_marks("(", ")")
    draft = For(results=unnamed_all(count), items=items, inits=inits, body=_NO_BLOCK, key=_NO_BLOCK)
    body_types, key_types = region_arg_types(draft)
    body = r.region("each", body_types)
    key = r.region("by", key_types) if r.cursor.peek("by") else None
    return replace(draft, body=body, key=key)


def while_(r: BodyReader, count: int) -> Op:
    r.cursor.expect("from")
    inits = r.in_marks("(", ")")
    r.cursor.expect("max")
    draft = While(
        results=unnamed_all(count), inits=inits, cond=_NO_BLOCK, body=_NO_BLOCK, limit=r.operand()
    )
    cond_types, body_types = region_arg_types(draft)
    cond = r.region("cond", cond_types)
    return replace(draft, cond=cond, body=r.region("do", body_types))


def fork(r: BodyReader, count: int) -> Op:
    items = r.operand() if r.cursor.starts_operand() else None
    draft = Fork(results=unnamed_all(count), items=items, bodies=(_NO_BLOCK,))
    types = region_arg_types(draft)[0]
    bodies: list[Block] = []
    while r.cursor.peek("arm"):
        bodies.append(r.region("arm", types))
    return replace(draft, bodies=tuple(bodies))


def yield_(r: BodyReader, _: int) -> Op:
    return Yield(values=r.bare_operands())


def return_(r: BodyReader, _: int) -> Op:
    return Return(value=r.operand())
