"""Methods of values that are neither text nor containers: what is known of them by their names."""

from __future__ import annotations

from dataclasses import replace

from ...finding import Cause
from ..calling import Calling
from ..contents import ambient_in, put_into
from ..elements import NAMED
from ..externals.passing import found_by, looks_up
from ..holding import is_fixed, shape_of, taints_in
from ..instances import instantiate
from ..json_text import PARSED, is_arguments, is_parsed
from ..listings import BY_NAME, COMPLETION_METHODS, LISTS_TOOLS, UNORDERED_METHODS
from ..method_values import decorators, method_of
from ..places import bound_method, shown
from ..taints import NONE
from ..values import ClassV, DictV, ListV, Obj, Opaque, Value
from .inherited import said_by
from .lists import order_of
from .opaque import opaque_method
from .rows import queried
from .scheduled import scheduled
from .searched import found_in
from .tallied import tally_read

_KEEPS = frozenset(
    "strftime isoformat ctime astimezone timestamp total_seconds __str__ format hex decode encode upper "
    "lower strip title lstrip rstrip humanize diff_for_humans for_json to_iso8601_string "
    "to_datetime_string as_posix resolve absolute joinpath with_suffix with_name split splitlines join "
    "replace removeprefix removesuffix capitalize value get_value result bit_length choice sample random "
    "randint shuffle uniform stdout communicate wait __enter__ expanduser name path items keys values get "
    "copy".split()
)
"""Methods that give what their receiver is, in another form."""

_PARSES = frozenset(
    "model_validate_json parse_raw from_json model_validate validate_json parse_obj".split()
)


def unknown_method(call: Calling) -> Value:
    """What a method of any other value gives."""
    for reading in (
        tally_read,
        queried,
        _parsed,
        _listing,
        _completed,
        _tools,
        scheduled,
        found_in,
        _only_one,
    ):
        found = reading(call)
        if found is not None:
            return found
    if isinstance(call.receiver, Opaque):
        found = opaque_method(call, call.receiver)
        if found is not None:
            return found
    return _passed_on(call)


def _passed_on(call: Calling) -> Value:
    """Nothing is known: what the receiver varies with, unless the method looks something up."""
    held = taints_in(call.receiver, 2)
    if isinstance(call.receiver, Obj) and call.receiver.cls.external:
        held |= said_by(call.run, call.receiver)
    is_lookup = looks_up(call.name)
    thing = call.receiver.contents if isinstance(call.receiver, Opaque) else None
    if thing is not None:
        put_into(call.run, call.frame, thing, call.given, call.place)
        held = NONE if is_lookup else held
        thing = None if is_lookup else thing
    elif not is_lookup:
        held |= ambient_in(call.given)
    if is_lookup:
        order = frozenset(t for t in shape_of(call.receiver) if t.cause is Cause.UNORDERED)
        held = (held - order) | found_by(call, call.given)
    if call.name not in _KEEPS:
        held = frozenset(t for t in held if t.cause not in (Cause.VARYING, Cause.COUNTER))
    label = _label(call)
    is_reply = isinstance(call.receiver, Opaque) and call.receiver.is_reply
    named = f"{label}.{call.name}()" if label else f"{call.name}()"
    cut = frozenset(
        t for t in shape_of(call.receiver) if t.cause in (Cause.WINDOW, Cause.REASONING)
    )
    return Opaque(
        held - cut, cut, label=named, is_reply=is_reply, is_fixed=_keeps(call), contents=thing
    )


def _keeps(call: Calling) -> bool:
    """Whether something fixed is only written otherwise, with what is fixed too."""
    is_open = looks_up(call.name) and call.name != "open"
    return not is_open and is_fixed(call.receiver) and all(map(is_fixed, call.given))


def _label(call: Calling) -> str:
    return call.receiver.label if isinstance(call.receiver, Opaque) else ""


def _parsed(call: Calling) -> Value | None:
    """Arguments that a model wrote, as data."""
    if call.name not in _PARSES or not call.args:
        return None
    held = call.args[0]
    if is_arguments(held) or is_parsed(held):
        return Opaque(label=PARSED, is_reply=True)
    if isinstance(call.receiver, ClassV) and isinstance(held, DictV) and held.shape:
        fields = {key: each for key, each in held.fields.items() if isinstance(key, str)}
        return instantiate(call.run, call.receiver.info, [], fields)
    return None


def _listing(call: Calling) -> Value | None:
    """Files, members of a set in a store: in no fixed order."""
    is_pattern = call.name == "glob" and _label(call).startswith("re")
    if call.name not in UNORDERED_METHODS or is_pattern:
        return None
    taint = replace(
        order_of(call.run, call.frame, call.node), what=f"the listing {shown(call.node)}"
    )
    made = ListV(NAMED if call.name in BY_NAME else "list", shape=frozenset({taint}))
    made.add(Opaque(label="entry"), many=True)
    return made


def _completed(call: Calling) -> Value | None:
    if call.name not in COMPLETION_METHODS:
        return None
    taint = call.taint(Cause.COMPLETION, f"{shown(call.node)}, in the order of completion")
    made = ListV("list", shape=frozenset({taint}))
    made.add(Opaque(label="result"), many=True)
    return made


def _tools(call: Calling) -> Value | None:
    if call.name not in LISTS_TOOLS:
        return None
    what = f"{shown(call.node)} gives tools as the server lists them"
    return Opaque(shape=frozenset({call.taint(Cause.TOOL_ORDER, what)}), label="tools")


def _only_one(call: Calling) -> Value | None:
    """A method that one class of the module alone has, of a value of which nothing is known."""
    if call.name in _KEEPS or not isinstance(call.receiver, Opaque):
        return None
    if any(t.cause is not Cause.VARYING for t in call.receiver.taints):
        return None
    named = call.frame.module.env.values()
    found = [v.info for v in named if isinstance(v, ClassV) and call.name in v.info.methods]
    owners = list({id(info): info for info in found}.values())
    if len(owners) != 1 or owners[0] is call.frame.owner:
        return None
    if decorators(owners[0].methods[call.name]) & {"staticmethod", "classmethod", "property"}:
        return None
    fn = bound_method(method_of(owners[0], call.name), call.run.calls.instance(call.run, owners[0]))
    return call.run.calls.function(call.run, fn, list(call.args), dict(call.kwargs))
