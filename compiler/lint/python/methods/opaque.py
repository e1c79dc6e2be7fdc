"""Methods of values of which only the name is known: what they read, write, fill in and pass on."""

from __future__ import annotations

import ast
from dataclasses import replace

from ...finding import Cause
from ...layout import DAY
from ..calling import Calling
from ..clocks import COARSE_PARTS, at_rank, coarse
from ..contents import put_into
from ..externals.single import HERE_PATH, host_value
from ..files import template_named, written_taints
from ..filling import amid, holes_of
from ..holding import join, taints_in, union
from ..json_text import PARSED, is_parsed
from ..paths import NAMED, holds_prompts, path_of, with_suffix
from ..places import shown
from ..rendering import context_of, note_helpers
from ..replacing import by_pattern
from ..taints import NONE, Hole
from ..taken_over import is_dumped_without
from ..texts import joined, parts_of, text
from ..thoughts import REASONING, is_said, splits_thoughts, without_thoughts
from ..values import Const, DictV, ListV, Opaque, Value
from .growth import as_list, extend, grow, keep_where_found, put_in, shortened

_READS = frozenset({"read_text", "read", "readlines", "read_bytes", "readline", "load_text"})
_REDUMPS = frozenset({"model_dump_json", "json", "to_json"})
_KEEPS_ARGUMENTS = frozenset({"items", "copy", "model_copy", "model_dump", "dict", "get", "values"})
_CHANGES = frozenset({"append", "extend", "insert", "pop", "popleft", "clear"})
_VIEWS = frozenset({"items", "values", "copy", "__iter__", "tolist", "to_list"})
_FILLS = frozenset({"render", "substitute", "safe_substitute", "format_map", "format"})


_OF_THE_NAME = frozenset({Cause.RANDOM, Cause.CLOCK, Cause.DATE})
"""What a file is called by says nothing of what stands in it."""


def opaque_method(call: Calling, receiver: Opaque) -> Value | None:
    """What a method of an unknown value gives; None where nothing but its name is known."""
    for reading in (
        _in_the_making,
        _read,
        _dumped_without,
        _arguments,
        _time,
        _grown,
        _looked_up,
        _viewed,
        _written,
        _rendered,
        _helped,
        _replaced,
        _cut_off,
        _placed,
    ):
        found = reading(call, receiver)
        if found is not None:
            return found
    return None


def _in_the_making(call: Calling, receiver: Opaque) -> Value | None:
    """A text that is written piece by piece: what was written is read."""
    thing = receiver.contents
    if thing is None or not thing.is_text:
        return None
    if call.name in ("getvalue", "read", "getbuffer", "readlines"):
        return text(thing.parts)
    if call.name in ("write", "writelines"):
        put_into(call.run, call.frame, thing, call.args, call.place)
        return Const(None)
    return Const(None) if call.name in ("close", "seek", "flush", "truncate") else None


def _read(call: Calling, receiver: Opaque) -> Value | None:
    """The text of a file: a template by its name, or what the program may have written."""
    if call.name == "get_template" and (file := call.key) is not None:
        return Opaque(label=f"<template>{file}")
    if call.name not in _READS:
        return None
    node = call.node
    path = node.func.value if isinstance(node.func, ast.Attribute) else node
    name = template_named(call.run, path, receiver)
    if name:
        return Opaque(label=f"<template>{name}")
    held = frozenset(t for t in receiver.taints if t.cause not in _OF_THE_NAME)
    written = written_taints(call.run, call.frame, path)
    kept = (receiver.is_fixed or _is_own(call, receiver)) and not held and not written
    which = receiver.label.removeprefix(NAMED) if receiver.label.startswith(NAMED) else ""
    return Opaque(held | written, label=f"file text {which}".rstrip(), is_fixed=kept)


def _is_own(call: Calling, receiver: Opaque) -> bool:
    """Whether a file is one of the program's own texts: by its name, or since its object holds it from the start."""
    me = call.frame.me
    return holds_prompts(receiver.label) or bool(me and call.said.startswith(f"{me}."))


def _dumped_without(call: Calling, receiver: Opaque) -> Value | None:
    """`message.model_dump(exclude={"reasoning_content"})`."""
    if call.name not in _DUMPS or not is_said(receiver):
        return None
    if not is_dumped_without(call.frame, call.kwargs.get("include"), call.kwargs.get("exclude")):
        return None
    return replace(receiver, shape=receiver.shape | {call.taint(Cause.REASONING, "reasoning")})


_DUMPS = frozenset({"model_dump", "dict", "to_dict"})


def _arguments(call: Calling, receiver: Opaque) -> Value | None:
    """Arguments that a model wrote, once parsed: dumped again they are other bytes."""
    if not is_parsed(receiver):
        return None
    if call.name in _REDUMPS:
        return text((Hole(frozenset({call.taint(Cause.ARGUMENTS, shown(call.node))}), PARSED),))
    return receiver if call.name in _KEEPS_ARGUMENTS else None


def _time(call: Calling, receiver: Opaque) -> Value | None:
    """A time in another form, which may be coarser."""
    if call.name == "strftime" and (pattern := call.key) is not None:
        return coarse(receiver, pattern)
    if call.name in ("isoformat", "strftime"):
        return receiver
    if call.name in COARSE_PARTS:
        return at_rank(receiver, COARSE_PARTS[call.name])
    if call.name == "replace" and "hour" in call.kwargs:
        return at_rank(receiver, DAY)
    return None


def _looked_up(call: Calling, receiver: Opaque) -> Value | None:
    key = call.key
    if call.name not in ("get", "pop") or key is None:
        return None
    label = receiver.label if receiver.label.startswith("<") else f"{receiver.label}.{key}"
    found = replace(receiver, label=label, shape=NONE)
    if receiver.contents is not None:
        found = Opaque(label=label, is_fixed=receiver.is_fixed)
    default = call.args[1] if len(call.args) > 1 else None
    return join([found, None if _is_nothing(default) else default])


def _is_nothing(default: Value | None) -> bool:
    """Whether what stands for something missing says nothing."""
    match default:
        case ListV(items=[]):
            return True
        case _:
            return isinstance(default, Const)


def _viewed(call: Calling, receiver: Opaque) -> Value | None:
    if call.name == "keys":
        keys = ListV("keys", shape=receiver.shape)
        keys.add(Opaque(receiver.taints, label="key"), many=True)
        return keys
    if call.name == "copy" and receiver.parent is not None:
        return DictV(rest=receiver)  # what is set in it is not set in the history
    return replace(receiver, label=receiver.label) if call.name in _VIEWS else None


def _written(call: Calling, receiver: Opaque) -> Value | None:
    """Text that is put together of what isn't known: it varies with all that goes in."""
    if call.name not in ("format", "replace", "join"):
        return None
    if receiver.taints | union(taints_in(a, 2) for a in call.given):
        inner = [p for a in call.given for p in parts_of(a, call.place)]
        written = parts_of(receiver, call.place)
        return text((*written, *inner)) if call.name == "join" else amid(written, inner)
    if call.name == "join":
        return joined(receiver, call.args[0], call.place) if call.args else receiver
    return None


def _placed(call: Calling, receiver: Opaque) -> Value | None:
    """`Path().resolve()`: the folder in which the program runs; `with_suffix`, `joinpath`: another file."""
    if call.name == "with_suffix" and call.key is not None:
        return with_suffix(receiver, call.frame.module.file, call.key)
    if call.name in ("joinpath", "with_name") and call.args:
        base = receiver if call.name == "joinpath" else replace(receiver, label="path")
        return path_of([base, *call.args])
    is_here = receiver.label == HERE_PATH and call.name in ("resolve", "absolute", "expanduser")
    return host_value(call) if is_here else None


def _replaced(call: Calling, receiver: Opaque) -> Value | None:
    """`PATTERN.sub(by, text)`."""
    if call.name != "sub" or len(call.args) < 2:
        return None
    return by_pattern(call.run, call.frame, None, call.args[0], call.args[1], call.node)


def _cut_off(call: Calling, receiver: Opaque) -> Value | None:
    """`answer.split("</think>")`."""
    if not splits_thoughts(call.name):
        return None
    return without_thoughts(call.run, call.frame, receiver, call.node)


def _rendered(call: Calling, receiver: Opaque) -> Value | None:
    """A template of another file, with what it is given: its text is known where the file was read."""
    if call.name == "from_string" and call.args:
        return call.args[0]
    if call.name not in _FILLS:
        return None
    values = context_of(call, call.args)
    library = call.run.templates
    if receiver.label.startswith("<template>") and library is not None:
        held = library.rendered(
            receiver.label.removeprefix("<template>"), values, call.frame.module.file
        )
        if held is not None:
            return held
    written = parts_of(receiver, call.place)
    given = [*call.args, *(values[name] for name in call.kwargs)]
    return amid(written, holes_of(given, call.place))


def _helped(call: Calling, receiver: Opaque) -> Value | None:
    """`environment.filters.update(...)`."""
    return Const(None) if note_helpers(call) else None


def _grown(call: Calling, receiver: Opaque) -> Value | None:
    """An unknown list that is changed becomes a list that outlives the call, with what was put into it."""
    if call.name not in _CHANGES or receiver.contents is not None:
        return None
    run, frame, args = call.run, call.frame, call.args
    if call.name in ("pop", "popleft"):
        return _taken(call, receiver)
    made = as_list(run, frame, receiver)
    keep_where_found(run, frame, made, call.node)
    if call.name == "append" and args:
        grow(run, frame, made, args[0], call.node)
    elif call.name == "extend" and args:
        extend(run, frame, made, args[0], call.node)
    elif call.name == "insert" and len(args) >= 2:
        put_in(run, frame, made, args[0], args[1], call.node)
    return Const(None)


def _taken(call: Calling, receiver: Opaque) -> Value | None:
    shortened(call.run, call.frame, receiver, call.name, call.args, call.node)
    if call.key in REASONING and (receiver.parent is not None or receiver.is_reply):
        owner = receiver.parent if receiver.parent is not None else receiver
        owner.shape |= {call.taint(Cause.REASONING, "reasoning")}
    return None
