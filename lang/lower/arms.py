"""Forks, `parallel` and `unordered` as regions: each arm or section is a block of its own."""

from __future__ import annotations

from ...ir.ops import Block, Builtin, Fork, MakeList, Operand, Unordered, Value
from ...ir.types import INT, PROMPT, ListType
from ..syntax import nodes as s
from .frame import Frame, hint_of
from .items import bind_targets, item_value
from .writer import Writer, seal


def fork(w: Writer, node: s.Fork) -> None:
    """Write a fork over items or a number; what an arm binds is a list after it."""
    items = w.value(node.items)
    if not node.targets:
        numbers = Builtin(Value(ListType(INT)), "range", (items,), span=node.items.span)
        items = w.emit(numbers).result
    index, item = Value(INT, "index"), item_value(items, node.targets)
    with w.region(node.head, index) as frame:
        bind_targets(w, node.targets, item, node.head)
        targets = {target.text for target in node.targets}
        w.statements(node.body)
        names = [name for name in frame.names if name not in targets]
        values = _yields(frame, names, node.arms)
        body = seal(frame, (index, item), values)
    bound = [*names, *([node.arms.text] if node.arms else [])]
    results = tuple(
        Value(ListType(value.type), hint_of(name))
        for value, name in zip(values, bound, strict=True)
    )
    w.emit(Fork(results, items, (body,), span=node.head))
    w.frame.names.update(zip(bound, results, strict=True))


def _yields(frame: Frame, names: list[str], arms: s.Ident | None) -> list[Operand]:
    """What an arm gives: its names, and its prompt where the prompts have a name."""
    values = [frame.names[name] for name in names]
    if arms is not None and frame.prompt is not None:
        values.append(frame.prompt)
    return values


def parallel(w: Writer, node: s.Parallel) -> None:
    """Write arms that are written out; what they bind stands after them as it is."""
    bodies: list[Block] = []
    results: list[Value] = []
    prompts: list[Value] = []
    bound: list[str] = []
    for arm in node.body:
        assert isinstance(arm, s.Arm)
        body, names, found = _arm(w, arm, node.arms)
        bodies.append(body)
        bound += names
        results += found
        prompts += found[-1:] if node.arms is not None else []
    w.emit(Fork(tuple(results), None, tuple(bodies), span=node.head))
    w.frame.names.update(zip(bound, results, strict=True))
    if node.arms is not None:
        kind = Value(ListType(PROMPT), node.arms.text)
        listed = MakeList(kind, tuple(prompts), span=node.head)
        w.frame.names[node.arms.text] = w.emit(listed).result


def _arm(w: Writer, arm: s.Arm, arms: s.Ident | None) -> tuple[Block, list[str], list[Value]]:
    """The block of one arm, and the values that it gives to what follows, with their names."""
    with w.region(arm.head) as frame:
        w.statements(arm.body)
        values = _yields(frame, list(frame.names), arms)
        body = seal(frame, (), values)
    names = [*frame.names, *([arms.text] if arms else [])]
    pairs = zip(values, names, strict=True)
    return body, names, [Value(value.type, hint_of(name)) for value, name in pairs]


def unordered(w: Writer, node: s.Unordered) -> None:
    """Write sections whose order is free: each is a block from its own prompt to another."""
    sections: list[Block] = []
    for section in node.body:
        assert isinstance(section, s.Section)
        with w.region(section.head) as frame:
            prompt = frame.prompt = Value(PROMPT)
            w.statements(section.body)
            sections.append(seal(frame, (prompt,), (frame.prompt,)))
    op = Unordered(Value(PROMPT), w.prompt, tuple(sections), span=node.head)
    w.frame.prompt = w.emit(op).result
