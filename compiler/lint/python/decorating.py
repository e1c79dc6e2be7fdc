"""Methods as their decorators leave them, and whether one is computed once."""

from __future__ import annotations

import ast
from dataclasses import replace

from .frames import Frame
from .machine import Run
from .method_values import method_of
from .values import ClassInfo, FnV


def as_decorated(run: Run, info: ClassInfo, name: str) -> FnV:
    """A method as the decorators of the project leave it."""
    fn = method_of(info, name)
    frame = Frame(info.module, dict(info.module.env), info.name)
    for each in reversed(info.methods[name].decorator_list):
        maker = each.func if isinstance(each, ast.Call) else each
        if not isinstance(maker, ast.Name) or not isinstance(info.module.env.get(maker.id), FnV):
            continue
        decorator = run.evaluate(run, frame, each)
        made = run.calls.function(run, decorator, [fn], {}) if isinstance(decorator, FnV) else None
        if isinstance(made, FnV):
            fn = replace(made, owner=info, marks=fn.marks)
    return fn


_CACHES = frozenset(
    {"cache", "lru_cache", "cached", "cachedmethod", "memoize", "ttl_cache", "alru_cache"}
)


def is_cached(marks: frozenset[str]) -> bool:
    """Whether a function is computed once and remembered."""
    return bool(marks & _CACHES)
