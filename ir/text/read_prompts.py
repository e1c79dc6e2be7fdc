"""Lines of ops that make a prompt longer, pick one, or say what becomes of it."""

from __future__ import annotations

import json
from typing import cast, get_args

from ..ops import (
    Block,
    Echo,
    Edge,
    Image,
    Insert,
    Mark,
    Op,
    Pick,
    Prefetch,
    Release,
    Retain,
    Role,
    Root,
    Text,
    Turn,
    Unordered,
    Use,
)
from ..types import PROMPT
from .bodyreader import BodyReader, unnamed


def root(r: BodyReader, _: int) -> Op:
    return Root(result=unnamed(PROMPT), bos=not r.cursor.take("no_bos"))


def text(r: BodyReader, _: int) -> Op:
    prompt = r.operand()
    r.cursor.expect(",")
    text = r.cursor.string()
    is_plain = r.cursor.take("plain")
    has_marks = r.cursor.take("marks")
    marks = tuple(_mark(r) for _ in r.items("[", "]")) if has_marks else ()
    return Text(result=unnamed(PROMPT), prompt=prompt, text=text, plain=is_plain, marks=marks)


def _mark(r: BodyReader) -> Mark:
    start = r.cursor.number()
    r.cursor.expect(":")
    end = r.cursor.number()
    edge, role = _edge_and_role(r)
    tools = json.dumps(r.cursor.json()) if r.cursor.take("tools") else ""
    return Mark(start, end, role, edge, tools)


def _edge_and_role(r: BodyReader) -> tuple[Edge, Role]:
    edge = r.choice(get_args(Edge), "`begin` or `end`")
    return cast("Edge", edge), cast("Role", r.choice(get_args(Role), "a role"))


def insert(r: BodyReader, _: int) -> Op:
    return Insert(result=unnamed(PROMPT), prompt=r.operand(), value=r.and_operand())


def echo(r: BodyReader, _: int) -> Op:
    prompt, before, after = r.operand(), r.and_operand(), r.and_operand()
    is_trimmed = r.cursor.take("trim")
    left, right = (is_trimmed and r.cursor.take(side) for side in ("left", "right"))
    is_apart = r.cursor.take("apart")
    return Echo(unnamed(PROMPT), prompt, before, after, left, right, is_apart)


def image(r: BodyReader, _: int) -> Op:
    return Image(result=unnamed(PROMPT), prompt=r.operand(), image=r.and_operand())


def turn(r: BodyReader, _: int) -> Op:
    prompt = r.operand()
    r.cursor.expect(",")
    edge, role = _edge_and_role(r)
    tools = r.operand() if r.cursor.take("tools") else None
    return Turn(result=unnamed(PROMPT), prompt=prompt, role=role, edge=edge, tools=tools)


def use(r: BodyReader, _: int) -> Op:
    prompt = r.operand()
    r.cursor.expect(",")
    name, args = r.cursor.symbol(), r.in_marks("(", ")")
    site, indices = r.site()
    return Use(
        result=unnamed(PROMPT), prompt=prompt, fragment=name, args=args, site=site, indices=indices
    )


def pick(r: BodyReader, _: int) -> Op:
    return Pick(result=unnamed(PROMPT), prompts=r.operand(), index=r.and_operand())


def prefetch(r: BodyReader, _: int) -> Op:
    return Prefetch(prompt=r.operand(), speculative=r.cursor.take("speculative"))


def retain(r: BodyReader, _: int) -> Op:
    prompt = r.operand()
    r.cursor.expect("next_use")
    next_use = r.cursor.number()
    return Retain(prompt=prompt, next_use=next_use, pin=r.cursor.take("pin"))


def release(r: BodyReader, _: int) -> Op:
    return Release(prompt=r.operand())


def unordered(r: BodyReader, _: int) -> Op:
    prompt = r.operand()
    batch = r.cursor.number() if r.cursor.take("batch") else None
    sections: list[Block] = []
    while r.cursor.peek("section"):
        sections.append(r.region("section", (PROMPT,)))
    return Unordered(result=unnamed(PROMPT), prompt=prompt, sections=tuple(sections), batch=batch)
