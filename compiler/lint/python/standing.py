"""Objects of the project that stand for something else: for a text, for a list, for a table, for their fields."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ..finding import Place
from .addresses import with_addresses
from .dunders import called_by_python
from .holding import join
from .instances import CONTENT
from .machine import Run
from .method_values import method_of
from .places import bound_method
from .values import Choice, Const, DictV, Item, ListV, Obj, Opaque, Value


def as_written(run: Run, value: Value, place: Place) -> Value:
    """A value where it becomes text: an object of the project writes itself, or is shown with its address."""
    return with_addresses(_standing(run, value, ("__format__", "__str__", "__repr__")), place)


def each_written(run: Run, value: Value, place: Place) -> Value:
    """The values of a tuple or a table where each of them becomes text."""
    match value:
        case ListV(kind="tuple"):
            items = [replace(i, value=as_written(run, i.value, place)) for i in value.items]
            return replace(value, items=items)
        case DictV():
            fields = {key: as_written(run, held, place) for key, held in value.fields.items()}
            return replace(value, fields=fields)
        case _:
            return as_written(run, value, place)


def as_iterated(run: Run, value: Value) -> Value:
    """A value where its elements are taken one by one."""
    found = _standing(run, value, ("__iter__", "__aiter__"))
    for name in ("__next__", "__anext__"):
        item = called_by_python(run, found, name, [])
        if item is not None:
            return ListV("generator", [Item(item, many=True)])
    return _by_numbers(run, found)


def _by_numbers(run: Run, value: Value) -> Value:
    """An object that is gone through by its items, from the first on."""
    if not isinstance(value, Obj) or is_container(value):
        return value
    item = called_by_python(run, value, "__getitem__", [Opaque(label="number")])
    return value if item is None else ListV("generator", [Item(item, many=True)])


def as_indexed(run: Run, value: Value, index: Value) -> Value:
    """A value where one of its elements is taken: the element, if an object of the project gives it itself."""
    found = _standing(run, value, ("__getitem__",), [index])
    key = index.value if isinstance(index, Const) else None
    return table_of(run, value, [key]) if isinstance(value, Obj) and is_container(value) else found


def table_of(run: Run, value: Value, keys: Iterable[object] = ()) -> Value:
    """What an object contains, with what it gives for those keys that it doesn't hold (`__missing__`)."""
    held = content_of(value)
    if not isinstance(held, DictV) or held is value:
        return held
    fields = dict(held.fields)
    for key in set(keys) - fields.keys():
        asked = Const(key) if isinstance(key, str) else Opaque(label="key")
        made = called_by_python(run, value, "__missing__", [asked])
        if made is not None:
            fields[key] = join([held.rest, made])
    return replace(held, fields=fields)


def _standing(run: Run, value: Value, names: Sequence[str], args: Sequence[Value] = ()) -> Value:
    if isinstance(value, Choice) and any(isinstance(o, Obj) for o in value.options):
        found = [_standing(run, option, names, args) for option in value.options]
        return join(found, value.taints)
    if not isinstance(value, Obj):
        return value
    for info in value.cls.line():
        for name in names:
            if name in info.methods:
                fn = bound_method(method_of(info, name), value)
                return run.calls.function(run, fn, list(args), {})
    return value.attrs.get(CONTENT, value) if is_container(value) else value


def is_container(value: Obj) -> bool:
    """Whether an object is a list, a table or a text by its class."""
    return CONTENT in value.attrs and any(each.external for each in value.cls.line())


def content_of(value: Value) -> Value:
    """What an object contains that is a list, a table or a text by its class; anything else as it is."""
    return value.attrs[CONTENT] if isinstance(value, Obj) and is_container(value) else value


FIELDS = frozenset({"model_dump", "dict", "to_dict", "as_dict", "asdict", "_asdict", "__dict__"})
"""Methods that give an object's fields as a table."""


def fields_of(value: Value) -> DictV | None:
    """The fields of an object of the project as a table."""
    options = value.options if isinstance(value, Choice) else [value]
    for each in options:
        if isinstance(each, Obj) and not each.is_symbolic:
            return DictV({name: held for name, held in each.attrs.items() if not _is_hidden(held)})
    return None


def _is_hidden(value: Value) -> bool:
    return isinstance(value, Const) and value.value is None
