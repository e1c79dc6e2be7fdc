"""Expressions of random functions: texts, numbers, lists, conditions, and calls of the model."""

from __future__ import annotations

from .names import Names

GEN = "temperature=0, max_tokens=3"


def text(w: Names) -> str:
    """An expression that is a text."""
    s, i, x = w.pick("str"), w.pick("int"), w.pick("list")
    u, y = w.pick_bound("str"), w.pick_bound("list")
    return w.random.choice([
        s, f"f'{{{u}}}-{{{i}}}'", f"f'{{{i}:>3}}{{{u}!r}}'", f"str({i})", f"{s}.upper()", f"{s} + '.'",
        f"str({x})", f"f'{{{y}}}'", f"'+'.join({x})", f"{s}[:2]", f"str({i} * {i})", f"{s}.strip().lower()",
        f"f'{{{i} + 1}} {{len({y})}}'", f"({s} if {i} > 1 else 'else')", f"note({s})", f"{s}.replace('l', 'L')",
    ])  # fmt: skip


def number(w: Names) -> str:
    """An expression that is an int."""
    s, i, x = w.pick("str"), w.pick("int"), w.pick("list")
    return w.random.choice([
        i, f"{i} + 1", f"{i} * {i}", f"len({s})", f"len({x})", f"{i} - len({x})", f"bump({i})", f"max({i}, 0)",
        f"(2 if {s} else 5)", f"{i} % 3", "2 ** 70", f"sum(len(y) for y in {x})",
    ])  # fmt: skip


def condition(w: Names) -> str:
    """An expression that is tested."""
    s, i, x = w.pick("str"), w.pick("int"), w.pick("list")
    return w.random.choice([
        f"{i} > 1", f"{s} == 'stop'", f"not {s}", f"{s} in {x}", f"'o' in {s}", f"{x}", f"{s}.startswith('b')",
        f"{i} > 1 and {s}", f"{i} < 0 or len({x}) > 1", "bump() % 2", f"{i} != 2 and note({s}) != 'w'",
        f"isinstance({i}, int)", "'g1' in s",
    ])  # fmt: skip


def call(w: Names) -> str:
    """A gen with a name of its own, or a select."""
    w.gens += 1
    if w.random.random() < 0.15:
        w.seen["select"] += 1
        return f"sgl.select('g{w.gens}', choices=['yes', 'no'])"
    w.seen["gen"] += 1
    return f"sgl.gen('g{w.gens}', {GEN})"


def some_list(w: Names) -> str:
    s, i, x = w.pick("str"), w.pick("int"), w.pick("list")
    return w.random.choice([
        f"[{s}, 'k']", f"list({x})", f"{s}.split()", f"[{s}] * 2", f"{x} + [{s}]", f"sorted({x})", "list(t)",
        f"[str(y) for y in range({i})]", "list(lines(2))",
    ])  # fmt: skip
