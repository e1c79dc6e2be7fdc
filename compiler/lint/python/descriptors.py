"""Attributes that a class computes: descriptors, properties made by a call, functions as attributes, metaclasses."""

from __future__ import annotations

from dataclasses import replace

from .dunders import called_by_python
from .machine import Run
from .places import bound_method
from .values import ClassInfo, FnV, Obj, PartialV, Value

PROPERTIES = frozenset({"property", "cached_property", "computed_field", "hybrid_property"})


def computed(run: Run, held: Value, owner: Value, info: ClassInfo) -> Value:
    """What an attribute of a class gives where it is read from an instance (or from the class)."""
    from .values import ClassV, Const

    match held:
        case Obj():
            found = called_by_python(run, held, "__get__", [owner, ClassV(info)])
            return held if found is None else found
        case FnV(marks=marks) if marks & PROPERTIES and isinstance(owner, Obj):
            return run.calls.function(run, bound_method(held, owner), [], {})
        case FnV(owner=inner, bound=None, marks=marks) if inner is not None:
            is_free = "staticmethod" in marks or not isinstance(owner, Obj)
            return held if is_free else replace(held, bound=owner)
        case PartialV(func=FnV(bound=None) as func, is_method=True) if isinstance(owner, Obj):
            return replace(held, func=bound_method(func, owner))
        case Const() | _:
            return held


def of_metaclass(run: Run, info: ClassInfo, name: str, value: Value) -> Value | None:
    """An attribute that the class of a class has."""
    from .method_values import method_of

    for each in info.line():
        for meta in each.meta.line() if each.meta else ():
            if name in meta.methods:
                fn = bound_method(method_of(meta, name), value)
                is_property = bool(fn.marks & PROPERTIES)
                return run.calls.function(run, fn, [], {}) if is_property else fn
    return None
