"""Methods of dictionaries: views, defaults, and what is taken out of a message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ...finding import Cause
from ..building import merge
from ..calling import Calling
from ..holding import join
from ..moving import as_moved, item
from ..taints import NONE
from ..thoughts import REASONING
from ..values import Const, DictV, Item, ListV, Opaque, Value


def dict_method(call: Calling, receiver: DictV) -> Value:
    """What a method of a dictionary gives, and what it does to it."""
    form = _FORMS.get(call.name)
    return form(call, receiver) if form else Opaque()


def _looked_up(call: Calling, receiver: DictV) -> Value:
    """`get`, `pop` and `setdefault`."""
    key = call.key
    found = receiver.fields.get(key) if key is not None else None
    default = call.args[1] if len(call.args) > 1 else None
    if call.name == "pop" and key in REASONING:
        receiver.rewrites = call.taint(Cause.REASONING, "reasoning")
    if found is not None:
        return as_moved(call.run, receiver, item(key), found) if receiver.persists else found
    if call.name == "setdefault" and key is not None and default is not None:
        receiver.fields[key] = default
        return default
    if key is None and receiver.fields:
        return join([*receiver.fields.values(), receiver.rest, default])
    return join([receiver.rest or _unknown(receiver, key or "value", default), default])


def _unknown(receiver: DictV, label: str, default: Value | None) -> Opaque:
    """What stands under a key that isn't known: where a number is missing, something is counted under each."""
    counts = isinstance(default, Const) and type(default.value) in (int, float)
    state = frozenset(t for t in receiver.as_text if t.cause is Cause.STATE) if counts else NONE
    return Opaque(state, label=label)


def _items(call: Calling, receiver: DictV) -> Value:
    made = _view(receiver)
    for key, held in receiver.fields.items():
        made.add(ListV("tuple", [Item(Const(key)), Item(held)]))
    if _is_open(receiver):
        pair = [Item(Opaque(label="key")), Item(receiver.rest or Opaque(label="value"))]
        made.add(ListV("tuple", pair), many=True)
    return made


def _keys(call: Calling, receiver: DictV) -> Value:
    made = _view(receiver, "keys")
    for key in receiver.fields:
        made.add(Const(key))
    if _is_open(receiver):
        made.add(Opaque(label="key"), many=True)
    return made


def _values(call: Calling, receiver: DictV) -> Value:
    made = _view(receiver)
    for held in receiver.fields.values():
        made.add(held)
    if _is_open(receiver):
        made.add(receiver.rest or Opaque(label="value"), many=True)
    return made


def _is_open(receiver: DictV) -> bool:
    """Whether there may be keys that aren't known."""
    return receiver.rest is not None or not receiver.fields


def _view(receiver: DictV, kind: str = "list") -> ListV:
    return ListV(kind, shape=receiver.shape, as_text=receiver.as_text)


def _updated(call: Calling, receiver: DictV) -> Value:
    for each in (*call.args, DictV({**call.kwargs})):
        if call.frame.conds and isinstance(each, DictV):
            for key, held in each.fields.items():
                both = [receiver.fields.get(key), held]
                receiver.fields[key] = join(both, call.frame.under())
        else:
            merge(receiver, each)
    return Const(None)


def _copied(call: Calling, receiver: DictV) -> Value:
    return replace(receiver, fields=dict(receiver.fields), persists=False)


def _nothing(call: Calling, receiver: DictV) -> Value:
    return Const(None)


def _itself(call: Calling, receiver: DictV) -> Value:
    """The schema of a form that was made of a table of fields: it lists them."""
    return receiver


_FORMS: dict[str, Callable[[Calling, DictV], Value]] = {
    "get": _looked_up,
    "pop": _looked_up,
    "setdefault": _looked_up,
    "items": _items,
    "keys": _keys,
    "values": _values,
    "update": _updated,
    "copy": _copied,
    "move_to_end": _nothing,
    "model_json_schema": _itself,
    "clear": _nothing,
    "popitem": _nothing,
}
