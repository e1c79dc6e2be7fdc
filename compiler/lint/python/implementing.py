"""Methods without a body: what the classes give that fill them in, or whatever a method of that name may give."""

from __future__ import annotations

from collections.abc import Iterator

from .calling import Calling
from .holding import join
from .method_values import has_no_body, method_of
from .methods.call import call_method
from .places import bound_method, dotted
from .values import ClassInfo, ClassV, FnV, Obj, Opaque, Value

_MOST = 4
"""Classes of one base that are looked at."""


def implemented(call: Calling, fn: FnV) -> Value | None:
    """What a method gives that only says what others do; None for one with a body."""
    if not isinstance(fn.bound, Obj) or not has_no_body(fn.node):
        return None
    found = [_given_by(call, info, fn.name) for info in _classes_below(call, fn)]
    if found:
        return join(found)
    label = dotted(call.node.func).rpartition(".")[0]
    return call_method(call.named(fn.name.rpartition(".")[2]).of(Opaque(label=label)))


def _classes_below(call: Calling, fn: FnV) -> Iterator[ClassInfo]:
    """The classes that are known here and fill a method in."""
    name = fn.name.rpartition(".")[2]
    seen: dict[int, ClassInfo] = {}
    for module in (fn.module, call.frame.module):
        for value in list(module.env.values()):
            if isinstance(value, ClassV) and fn.owner and _stands_for(value.info, fn.owner):
                seen.setdefault(id(value.info), value.info)
    filled = [i for i in seen.values() if name in i.methods and not has_no_body(i.methods[name])]
    yield from filled[:_MOST]


def _stands_for(info: ClassInfo, base: ClassInfo) -> bool:
    """Whether a class is one of a base, or has all methods of a protocol."""
    is_protocol = any(name.rpartition(".")[2] == "Protocol" for name in base.external)
    has_all = is_protocol and info is not base and base.methods.keys() <= info.methods.keys()
    return base in info.line()[1:] or has_all


def _given_by(call: Calling, info: ClassInfo, name: str) -> Value:
    instance = call.run.calls.instance(call.run, info)
    fn = bound_method(method_of(info, name.rpartition(".")[2]), instance)
    return call.run.calls.function(call.run, fn, list(call.args), dict(call.kwargs))
