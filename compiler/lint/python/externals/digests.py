"""Digests: they go by what they are made of; that of a whole conversation is another one on each turn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from ...finding import Cause
from ...layout import TURN
from ..calling import Calling
from ..elements import HISTORY
from ..taints import Hole, Part, Taint
from ..texts import parts_of
from ..values import Opaque, Value
from .passing import passed_through

DIGESTS = frozenset(
    f"hashlib.{name}"
    for name in "md5 sha1 sha224 sha256 sha384 sha512 blake2b blake2s sha3_256 sha3_512".split()
) | {"zlib.crc32", "zlib.adler32", "xxhash.xxh64", "xxhash.xxh3_64", "hmac.new"}


def digest_call(call: Calling) -> Value:
    """A digest of what is given, and of what is put into it later."""
    found = passed_through(replace(call, name="digest"))
    place = call.here
    parts = [part for each in call.args for part in parts_of(each, place)]
    if not isinstance(found, Opaque):
        return found
    found = replace(found, label=f"digest({' '.join(_names(parts))})")
    if not any(map(_is_conversation, parts)):
        return found
    what = f"{call.shown}, a digest of the conversation,"
    taint = Taint(Cause.STATE, TURN, place, what, loops=call.loops)
    return replace(found, taints=found.taints | {taint})


def _names(parts: Iterable[Part]) -> list[str]:
    """What the pieces are called that aren't known, each once."""
    named = (part.label for part in parts if isinstance(part, Hole) and not part.is_fixed)
    return list(dict.fromkeys(filter(None, named)))[:6]


def _is_conversation(part: Part) -> bool:
    """Whether a piece of text is all of a conversation, and not one of its messages."""
    if not isinstance(part, Hole):
        return False
    name = part.label.lower()
    return name.endswith("[]") if part.is_element else bool(HISTORY.search(name))
