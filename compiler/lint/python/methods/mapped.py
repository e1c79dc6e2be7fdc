"""Methods that a class has of `Mapping`: views in the order in which an instance is gone through."""

from __future__ import annotations

from ..calling import Calling
from ..elements import element_of
from ..holding import join, shape_of
from ..standing import as_indexed, as_iterated
from ..values import Item, ListV, Obj, Value

_BASES = ("Mapping", "MutableMapping")


def of_mapping(call: Calling, thing: Obj) -> Value | None:
    """What `items`, `keys`, `values` and `get` give that a class inherits; None where it is no mapping."""
    if not any(name.rpartition(".")[2] in _BASES for c in thing.cls.line() for name in c.external):
        return None
    if call.name == "get" and call.args:
        return join([as_indexed(call.run, thing, call.args[0]), *call.args[1:2]])
    if call.name not in ("items", "keys", "values"):
        return None
    keys = as_iterated(call.run, thing)
    if keys is thing:
        return None
    key = element_of(keys)
    value = as_indexed(call.run, thing, key) if call.name != "keys" else key
    made = ListV("keys" if call.name == "keys" else "list", shape=shape_of(keys))
    made.add(ListV("tuple", [Item(key), Item(value)]) if call.name == "items" else value, many=True)
    return made
