"""Answers that are written down anew without their reasoning, which the program reads and shows beside them."""

from __future__ import annotations

import ast
import re

from ..finding import Cause
from ..layout import REQUEST
from .frames import Frame
from .machine import Run
from .messages import options_of, role_of
from .places import place_of
from .taints import Taint
from .thoughts import REASONING
from .values import Const, DictV, ModuleInfo, Opaque, Value
from .walking import nodes_of

_OWN_SERVER = re.compile(
    r"https?://(localhost|127\.\d|0\.0\.0\.0|10\.\d|192\.168\.|[a-z][a-z0-9-]*:\d)", re.I
)
"""Addresses of servers that a team runs itself: hosted ones want answers without their reasoning, or drop it."""


def note_left_out(run: Run, frame: Frame, message: DictV, node: ast.Dict) -> None:
    """Note on a message that holds an answer alone, where its reasoning was at hand, at a server of one's own."""
    if not _is_answer(message) or not _OWN_SERVER.search(frame.module.text):
        return
    read, written = _reasoning_in(frame.module)
    if read and not written:
        place = place_of(frame.module, node)
        message.rewrites = Taint(
            Cause.REASONING, REQUEST, place, "reasoning", loops=run.loop_numbers()
        )


def _is_answer(message: DictV) -> bool:
    """Whether a message is an assistant's, with the text of an answer as it came."""
    if message.rest is not None or role_of(message.fields.get("role", Const(""))) != "assistant":
        return False
    return any(_is_text_of_reply(o) for o in options_of(message.fields.get("content", Const(""))))


def _is_text_of_reply(value: Value) -> bool:
    return isinstance(value, Opaque) and value.is_reply and value.parent is None


def _reasoning_in(module: ModuleInfo) -> tuple[bool, bool]:
    """Whether a module reads the reasoning of an answer, and whether it writes such a field anywhere."""
    nodes = nodes_of(module.tree)
    return any(map(_reads, nodes)), any(map(_writes, nodes))


def _reads(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(attr=name, ctx=ast.Load()):
            return name in REASONING
        case ast.Subscript(slice=ast.Constant(value=name), ctx=ast.Load()):
            return name in REASONING
        case ast.Call(func=ast.Attribute(attr="get"), args=[ast.Constant(value=name), *_]):
            return name in REASONING
        case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=name), *_]):
            return name in REASONING
        case _:
            return False


def _writes(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(attr=name, ctx=ast.Store()) | ast.keyword(arg=name):
            return name in REASONING
        case ast.Subscript(slice=ast.Constant(value=name), ctx=ast.Store()):
            return name in REASONING
        case ast.Dict(keys=keys):
            return any(isinstance(k, ast.Constant) and k.value in REASONING for k in keys)
        case _:
            return False
