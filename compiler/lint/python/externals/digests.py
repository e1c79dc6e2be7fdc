"""Digests: what is made of a whole conversation is another one on each turn."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ...finding import Cause
from ...layout import TURN
from ..elements import HISTORY
from ..frames import Frame
from ..machine import Run
from ..places import place_of, shown
from ..taints import Hole, Part, Taint
from ..texts import parts_of
from ..values import Opaque, Value
from .passing import passed_through

DIGESTS = frozenset(
    f"hashlib.{name}"
    for name in "md5 sha1 sha224 sha256 sha384 sha512 blake2b blake2s sha3_256 sha3_512".split()
) | {"zlib.crc32", "zlib.adler32", "xxhash.xxh64", "xxhash.xxh3_64", "hmac.new"}


def digest_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """A digest of what is given, and of what is put into it later."""
    found = passed_through(run, frame, "digest", args, kwargs, node)
    place = place_of(frame.module, node)
    whole = any(_is_conversation(part) for each in args for part in parts_of(each, place))
    if not whole or not isinstance(found, Opaque):
        return found
    what = f"{shown(node)}, a digest of the conversation,"
    taint = Taint(Cause.STATE, TURN, place, what, loops=run.loop_numbers())
    return replace(found, taints=found.taints | {taint})


def _is_conversation(part: Part) -> bool:
    """Whether a piece of text is all of a conversation, and not one of its messages."""
    if not isinstance(part, Hole):
        return False
    name = part.label.lower()
    return name.endswith("[]") if part.is_element else bool(HISTORY.search(name))
