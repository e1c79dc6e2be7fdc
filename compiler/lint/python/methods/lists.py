"""Methods of lists, by name: of any list, of sets, queues, context variables, generators, and rows of a query."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace

from ...finding import Cause
from ...layout import REQUEST
from ..building import splice
from ..calling import Calling
from ..copies import items_of
from ..elements import NAMED, element_of
from ..elsewhere import set_elsewhere
from ..externals.containers import in_order, ranking
from ..frames import Frame
from ..holding import join, shape_of, taints_in, union
from ..machine import Run
from ..places import place_of, shown
from ..queries import FETCHES, ROWS, SINGLE, built_rows, single
from ..taints import NONE, Taint
from ..texts import parts_of, text
from ..values import Const, Item, ListV, Opaque, Value
from ..variants import chosen_line
from .growth import extend, grow, put_in, shortened, taken_back
from .searched import found_in


def list_method(call: Calling, receiver: ListV) -> Value:
    """What a method of a list gives, and what it does to the list."""
    for form in (_OF_KIND.get((receiver.kind, call.name)), _FORMS.get(call.name)):
        found = form(call, receiver) if form is not None else None
        if found is not None:
            return found
    return found_in(call) or _asked(call, receiver)


def _asked(call: Calling, receiver: ListV) -> Value:
    """What any other method gives: rows or one of them, or what the elements vary with."""
    is_rows = receiver.kind == "rows"
    if is_rows and call.name in ROWS:
        return receiver
    if call.name in SINGLE:
        return single(receiver)
    if call.name in FETCHES:
        return receiver
    return Opaque(NONE if is_rows else union(taints_in(i.value, 2) for i in receiver.items[:20]))


def _appended(call: Calling, receiver: ListV) -> Value:
    if call.args:
        added = chosen_line(call.run, call.frame, call.args[0], call.node)
        grow(call.run, call.frame, receiver, added, call.node)
    return Const(None)


def _extended(call: Calling, receiver: ListV) -> Value:
    for each in call.args:
        extend(call.run, call.frame, receiver, each, call.node)
    return Const(None)


def _inserted(call: Calling, receiver: ListV) -> Value | None:
    if len(call.args) < 2:
        return None
    put_in(call.run, call.frame, receiver, call.args[0], call.args[1], call.node)
    return Const(None)


def _sorted(call: Calling, receiver: ListV) -> Value:
    ranked = ranking(call, receiver)
    receiver.shape = shape_of(in_order(receiver)) | ranked
    return Const(None)


def _rotated(call: Calling, receiver: ListV) -> Value:
    """Another element comes first after each call, where the list is there for longer than one."""
    if not any(each is receiver for each in call.frame.env.values()):
        receiver.shape |= {replace(call.taint(Cause.COUNTER, call.shown), flag="rotated")}
    return Const(None)


def _taken(call: Calling, receiver: ListV) -> Value:
    shortened(call.run, call.frame, receiver, call.name, call.args, call.node)
    if call.name == "pop" and not call.args:
        taken_back(call.run, call.frame, receiver, call.node)
    return element_of(receiver)


def _copied(call: Calling, receiver: ListV) -> Value:
    return replace(receiver, items=items_of(receiver), persists=False)


def _united(call: Calling, receiver: ListV) -> Value:
    """What a set operation gives, in no order."""
    made = ListV("set", shape=receiver.shape | {order_of(call.run, call.frame, call.node)})
    for each in (receiver, *call.args):
        splice(made, each)
    return made


def order_of(run: Run, frame: Frame, node: ast.AST) -> Taint:
    """The order of what a set operation gives."""
    place, what = place_of(frame.module, node), f"the set {shown(node)}"
    return Taint(Cause.UNORDERED, REQUEST, place, what, loops=run.loop_numbers())


def _itself(call: Calling, receiver: ListV) -> Value:
    return receiver


def _of_group(call: Calling, receiver: ListV) -> Value:
    """Entry points of one group, which has one of each name."""
    return replace(receiver, kind=NAMED)


def _nothing_known(call: Calling, receiver: ListV) -> Value:
    return Opaque()


# --- generators, context variables, queues, rows --------------------------------------------------------


def _sent_in(call: Calling, receiver: ListV) -> Value | None:
    """`generator.send(x)`: all that was sent so far, and what the generator gives."""
    if not call.args:
        return None
    receiver.items.append(Item(call.args[0]))
    return text([p for item in receiver.items for p in parts_of(item.value, call.here)])


def _set_cell(call: Calling, receiver: ListV) -> Value:
    kept = receiver.items if call.frame.conds else []
    receiver.items = [*kept, *map(Item, call.args[:1])]
    return Opaque(label="token")


def _read_cell(call: Calling, receiver: ListV) -> Value:
    held = join([*(item.value for item in receiver.items), *call.args[:1]])
    name = call.said.rpartition(".")[2]
    others = set_elsewhere(call.run, name, receiver) if len(receiver.items) <= 1 else NONE
    return join([held, Const("")], others) if others else held


def _from_queue(call: Calling, receiver: ListV) -> Value:
    for loop in call.run.loops[-1:]:
        loop.shape |= receiver.shape
    return element_of(receiver)


def _rows_in_order(call: Calling, receiver: ListV) -> Value:
    return replace(in_order(receiver), kind="rows")  # type: ignore[arg-type]


def _newest_rows(call: Calling, receiver: ListV) -> Value | None:
    """The rows of a query that is built by calls, where it asks for the newest ones."""
    rows = built_rows(call.run, ast.unparse(call.node), call.here)
    is_window = any(t.cause is Cause.WINDOW for t in shape_of(rows))
    return rows if is_window and isinstance(rows, ListV) else None


Form = Callable[[Calling, ListV], Value | None]

_FORMS: dict[str, Form] = {
    **dict.fromkeys(("append", "add", "appendleft", "put", "put_nowait"), _appended),
    **dict.fromkeys(("extend", "update", "extendleft", "writelines"), _extended),
    "insert": _inserted,
    "sort": _sorted,
    "rotate": _rotated,
    **dict.fromkeys(("pop", "popleft", "remove", "clear"), _taken),
    "copy": _copied,
    "select": _of_group,
    **dict.fromkeys(("union", "intersection", "difference", "symmetric_difference"), _united),
    **dict.fromkeys("items values keys most_common reverse result tolist".split(), _itself),
    **dict.fromkeys(("count", "index", "issubset", "issuperset"), _nothing_known),
}

_OF_KIND: dict[tuple[str, str], Form] = {
    ("generator", "send"): _sent_in,
    ("generator", "asend"): _sent_in,
    ("cell", "set"): _set_cell,
    ("cell", "get"): _read_cell,
    ("queue", "get"): _from_queue,
    ("queue", "get_nowait"): _from_queue,
    **{("rows", name): _rows_in_order for name in ("sort", "order_by", "sort_by")},
    **{("rows", name): _newest_rows for name in ("limit", "to_list")},
}
