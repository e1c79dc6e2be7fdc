"""Methods of values that are no objects of the project: text, lists, dictionaries, files, clients."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..finding import Cause, Place
from ..layout import DAY, REQUEST, SESSION
from .building import REASONING, merge, splice
from .clocks import COARSE_PARTS, at_rank, coarse
from .elements import HISTORY, element_of, limits_of
from .externals import in_order
from .files import template_named, written_taints
from .frameworks import call_agent, call_prompt
from .json_text import PARSED, is_arguments, is_parsed
from .machine import Frame, Loop, Run, dotted, place_of, shown
from .queries import FETCHES, SINGLE, built_rows, is_query, rows_of, single
from .sources import (
    COMPLETION_METHODS,
    UNORDERED_METHODS,
    method_source,
)
from .texts import formatted, joined, literal, parts_of, replaced, substituted, text, transformed
from .values import (
    NONE,
    AgentV,
    Choice,
    Const,
    DictV,
    Hole,
    Item,
    ListV,
    Obj,
    Opaque,
    PromptV,
    StateV,
    Taint,
    Taints,
    Text,
    Value,
    frozen,
    join,
    settled,
    shape_of,
    taints_in,
    union,
)

_PLAIN = {
    "upper": str.upper,
    "lower": str.lower,
    "strip": str.strip,
    "lstrip": str.lstrip,
    "rstrip": str.rstrip,
    "title": str.title,
    "capitalize": str.capitalize,
    "casefold": str.casefold,
    "expandtabs": str.expandtabs,
}
_TEMPLATES = {
    "substitute": "dollar",
    "safe_substitute": "dollar",
    "render": "jinja",
    "format_map": "brace",
}


def call_method(
    run: Run,
    frame: Frame,
    receiver: Value,
    name: str,
    args: Sequence[Value],
    kwargs: Mapping[str, Value],
    node: ast.Call,
) -> Value:
    """What a method gives, and what it does to its receiver."""
    match receiver:
        case Choice(options=options):
            return join([call_method(run, frame, o, name, args, kwargs, node) for o in options])
        case PromptV():
            return call_prompt(run, frame, receiver, name, args, kwargs, node)
        case AgentV():
            return call_agent(run, frame, receiver, name, args, kwargs, node)
        case StateV():
            return Opaque(is_reply=True, label="state")
        case ListV():
            return _of_list(run, frame, receiver, name, args, kwargs, node)
        case DictV():
            return _of_dict(run, frame, receiver, name, args, kwargs, node)
        case Const() | Text():
            return _of_text(run, frame, receiver, name, args, kwargs, node)
        case _:
            return _of_unknown(run, frame, receiver, name, args, kwargs, node)


# --- text -------------------------------------------------------------------------------------------


def _of_text(
    run: Run,
    frame: Frame,
    receiver: Const | Text,
    name: str,
    args: Sequence[Value],
    kwargs: Mapping[str, Value],
    node: ast.Call,
) -> Value:
    place = place_of(frame.module, node)
    if name == "format":
        rest = Opaque() if any(k.arg is None for k in node.keywords) else None
        return formatted(receiver, args, kwargs, place, rest)
    if name == "join" and args:
        return joined(receiver, args[0], place)
    if name == "replace" and len(args) >= 2:
        return replaced(receiver, args[0], args[1], place)
    if name in _TEMPLATES:
        values = dict(kwargs)
        if args and isinstance(args[0], DictV):
            values |= {k: v for k, v in args[0].fields.items() if isinstance(k, str)}
        return substituted(receiver, values, _TEMPLATES[name], place)
    if name in _PLAIN and not args:
        return (
            transformed(receiver, lambda s: s, place)
            if name == "strip"
            else transformed(receiver, _PLAIN[name], place)
        )
    if name in (
        "strip",
        "lstrip",
        "rstrip",
        "removeprefix",
        "removesuffix",
        "ljust",
        "rjust",
        "center",
        "zfill",
        "encode",
        "decode",
    ):
        return receiver
    if name in ("split", "splitlines", "partition", "rsplit", "rpartition"):
        return _split(receiver, name, args)
    if name in ("startswith", "endswith", "isdigit", "find", "index", "count"):
        return Opaque(taints_in(receiver))
    return Opaque(taints_in(receiver))


def _split(receiver: Const | Text, name: str, args: Sequence[Value]) -> Value:
    made = ListV("list")
    held = receiver.value if isinstance(receiver, Const) else None
    by = literal(args[0]) if args else None
    if isinstance(held, str) and name in ("split", "splitlines"):
        pieces = held.splitlines() if name == "splitlines" else held.split(by)
        for piece in pieces[:60]:
            made.add(Const(piece))
        return made
    made.add(Opaque(taints_in(receiver), label="piece"), many=True)
    return made


# --- lists ------------------------------------------------------------------------------------------


def _of_list(
    run: Run,
    frame: Frame,
    receiver: ListV,
    name: str,
    args: Sequence[Value],
    kwargs: Mapping[str, Value],
    node: ast.Call,
) -> Value:
    match name:
        case "append" | "add" | "appendleft" | "put" | "put_nowait":
            if args:
                grow(run, frame, receiver, args[0], node)
            return Const(None)
        case "extend" | "update" | "extendleft":
            for each in args:
                _extend(run, frame, receiver, each, node)
            return Const(None)
        case "insert" if len(args) >= 2:
            _insert(run, frame, receiver, args[0], args[1], node)
            return Const(None)
        case "sort":
            receiver.shape = shape_of(in_order(receiver))
            return Const(None)
        case "pop" | "popleft" | "remove" | "clear":
            shortened(run, frame, receiver, name, args, node)
            return element_of(receiver)
        case "copy":
            return replace(receiver, items=list(receiver.items), persists=False)
        case "union" | "intersection" | "difference" | "symmetric_difference":
            made = ListV("set", shape=receiver.shape | {_order(run, frame, node)})
            for each in (receiver, *args):
                splice(made, each)
            return made
        case "items" | "values" | "keys" | "most_common" | "reverse" | "result" | "tolist":
            return receiver
        case "count" | "index" | "issubset" | "issuperset":
            return Opaque()
        case _ if name in SINGLE:
            return single(receiver)
        case _ if name in FETCHES:
            return receiver
        case _:
            return Opaque(
                union(taints_in(i.value, 2) for i in receiver.items[:20])
                if receiver.kind != "rows"
                else NONE
            )


def _order(run: Run, frame: Frame, node: ast.AST) -> Taint:
    return Taint(
        Cause.UNORDERED,
        REQUEST,
        place_of(frame.module, node),
        f"the set {shown(node)}",
        loops=run.loop_numbers(),
    )


def grow(run: Run, frame: Frame, target: ListV, value: Value, node: ast.AST) -> None:
    """Put a value at the end of a list. What enters a list that outlives this round is settled from then on."""
    fresh = tuple(loop.number for loop in run.loops if loop.number not in target.loops)
    held = frozen(value, SESSION) if target.persists else settled(value, fresh) if fresh else value
    in_loop = any(loop.number not in target.loops for loop in run.loops)
    target.add(held, many=in_loop or bool(frame.conds))
    for loop in run.loops:
        if loop.number not in target.loops:
            target.shape |= frozenset(t for t in loop.shape if t.flag != "head")
    if run.concurrent and frame.awaited and _is_foreign(frame, target):
        place = place_of(frame.module, node, f"{frame.name}:append")
        what = "results are appended as calls end"
        target.shape |= {Taint(Cause.COMPLETION, REQUEST, place, what, loops=run.loop_numbers())}


def _is_foreign(frame: Frame, target: ListV) -> bool:
    """Whether a list was made outside the function that appends to it."""
    local = [v for name, v in frame.env.items() if name not in frame.params]
    return all(target is not each for each in local)


def _extend(run: Run, frame: Frame, receiver: ListV, value: Value, node: ast.AST) -> None:
    held = frozen(value, SESSION) if receiver.persists and not isinstance(value, Obj) else value
    before = len(receiver.items)
    splice(receiver, held)
    for loop in run.loops:
        if loop.number not in receiver.loops:
            receiver.shape |= frozenset(t for t in loop.shape if t.flag != "head")
    if frame.conds or run.loop_numbers() != receiver.loops:
        for item in receiver.items[before:]:
            item.many = True


def _insert(
    run: Run, frame: Frame, receiver: ListV, at: Value, value: Value, node: ast.AST
) -> None:
    """At the front of a list; of one that outlives the call, everything behind moves."""
    number = at.value if isinstance(at, Const) else None
    if not isinstance(number, int) or number < 0 or number > len(receiver.items):
        receiver.add(value)
        return
    for loop in run.loops:
        if loop.number not in receiver.loops:
            receiver.shape |= frozenset(t for t in loop.shape if t.flag != "head")
    repeats = receiver.persists and frame.name.partition(".")[2] not in ("__init__", "")
    if repeats and number <= 1 and not frame.guards:
        place = place_of(frame.module, node, f"{frame.name}:insert")
        what = f"{shown(node)} puts a message in front of the history each time"
        receiver.shape |= {Taint(Cause.REWRITTEN, REQUEST, place, what, loops=run.loop_numbers())}
    receiver.items.insert(number, Item(value))


def shortened(
    run: Run, frame: Frame, target: ListV | Opaque, name: str, args: Sequence[Value], node: ast.AST
) -> None:
    """A message is taken from the front of a history: a window, unless two limits make it a rare large cut."""
    at = args[0].value if args and isinstance(args[0], Const) else None
    from_front = name == "popleft" or (name == "pop" and isinstance(at, int) and 0 <= at <= 2)
    if not from_front or not frame.guards or len(limits_of(frame)) >= 2:
        return
    if not limits_of(frame):
        return
    label = target.label if isinstance(target, Opaque) else ""
    if isinstance(target, ListV) and not (target.persists or any(i.many for i in target.items)):
        return
    if label and not HISTORY.search(label.lower()):
        return
    place = place_of(frame.module, node, f"{frame.name}:{name}")
    taint = Taint(
        Cause.WINDOW, REQUEST, place, f"the window {shown(node)}", loops=run.loop_numbers()
    )
    target.shape |= {taint}


# --- dictionaries -----------------------------------------------------------------------------------


def _of_dict(
    run: Run,
    frame: Frame,
    receiver: DictV,
    name: str,
    args: Sequence[Value],
    kwargs: Mapping[str, Value],
    node: ast.Call,
) -> Value:
    key = literal(args[0]) if args else None
    match name:
        case "get" | "pop" | "setdefault":
            found = receiver.fields.get(key) if key is not None else None
            default = args[1] if len(args) > 1 else None
            if name == "pop" and key in REASONING:
                receiver.rewrites = _reasoning(run, frame, node)
            if found is not None:
                return found
            if key is None and receiver.fields:
                return join([*receiver.fields.values(), receiver.rest, default])
            return join([receiver.rest or Opaque(label=key or "value"), default])
        case "items":
            made = _view(receiver)
            for each, held in receiver.fields.items():
                made.add(ListV("tuple", [Item(Const(each)), Item(held)]))
            if receiver.rest is not None or not receiver.fields:
                made.add(
                    ListV(
                        "tuple",
                        [Item(Opaque(label="key")), Item(receiver.rest or Opaque(label="value"))],
                    ),
                    many=True,
                )
            return made
        case "keys":
            made = _view(receiver, "keys")
            for each in receiver.fields:
                made.add(Const(each))
            if receiver.rest is not None or not receiver.fields:
                made.add(Opaque(label="key"), many=True)
            return made
        case "values":
            made = _view(receiver)
            for held in receiver.fields.values():
                made.add(held)
            if receiver.rest is not None or not receiver.fields:
                made.add(receiver.rest or Opaque(label="value"), many=True)
            return made
        case "update":
            for each in (*args, DictV({**kwargs})):
                if frame.conds and isinstance(each, DictV):
                    for k, held in each.fields.items():
                        receiver.fields[k] = join([receiver.fields.get(k), held], frame.under())
                else:
                    merge(receiver, each)
            return Const(None)
        case "copy":
            return replace(receiver, fields=dict(receiver.fields))
        case "move_to_end" | "clear" | "popitem":
            return Const(None)
        case _:
            return Opaque()


def _reasoning(run: Run, frame: Frame, node: ast.AST) -> Taint:
    return Taint(
        Cause.REASONING,
        REQUEST,
        place_of(frame.module, node),
        "reasoning",
        loops=run.loop_numbers(),
    )


def _view(receiver: DictV, kind: str = "list") -> ListV:
    return ListV(kind, shape=receiver.shape, as_text=receiver.as_text)


# --- everything else --------------------------------------------------------------------------------

_READS = frozenset({"read_text", "read", "readlines", "read_bytes", "readline", "load_text"})
_KEEPS = frozenset(
    "strftime isoformat ctime astimezone timestamp total_seconds __str__ format hex decode encode upper "
    "lower strip title lstrip rstrip humanize diff_for_humans for_json to_iso8601_string "
    "to_datetime_string as_posix resolve absolute joinpath with_suffix with_name split splitlines join "
    "replace removeprefix removesuffix capitalize value get_value result bit_length choice sample random "
    "randint shuffle uniform stdout communicate wait __enter__ expanduser name path items keys values get "
    "copy".split()
)
_RUNS_QUERY = frozenset(
    {"all", "scalars", "execute", "fetchall", "limit", "to_list", "fetch_all", "mappings"}
)
_PARSES = frozenset(
    {
        "model_validate_json",
        "parse_raw",
        "from_json",
        "model_validate",
        "validate_json",
        "parse_obj",
    }
)
_REDUMPS = frozenset({"model_dump_json", "json", "to_json"})
_KEEPS_ARGUMENTS = frozenset({"items", "copy", "model_copy", "model_dump", "dict", "get", "values"})


def _of_unknown(
    run: Run,
    frame: Frame,
    receiver: Value,
    name: str,
    args: Sequence[Value],
    kwargs: Mapping[str, Value],
    node: ast.Call,
) -> Value:
    place = place_of(frame.module, node, f"{frame.name}:{name}")
    label = receiver.label if isinstance(receiver, Opaque) else ""
    said = dotted(node.func).rpartition(".")[0]
    query = next((a for a in (*args, *kwargs.values()) if is_query(a)), None)
    if query is not None:
        rows = rows_of(run, query, place)
        frame.queries[said] = rows
        return rows
    if name in _RUNS_QUERY:
        built = built_rows(run, ast.unparse(node), place)
        if built is not None:
            return built
    if name == "lrange" and len(args) == 3 and isinstance(args[1], Const):
        return _newest(run, place, args[1].value)
    if name in FETCHES | SINGLE and said in frame.queries:
        return single(frame.queries[said]) if name in SINGLE else frame.queries[said]
    if name in _PARSES and args and (is_arguments(args[0]) or is_parsed(args[0])):
        return Opaque(label=PARSED, is_reply=True)
    if name in UNORDERED_METHODS and not (name == "glob" and label.startswith("re")):
        taint = replace(_order(run, frame, node), what=f"the listing {shown(node)}")
        made = ListV("list", shape=frozenset({taint}))
        made.add(Opaque(label="entry"), many=True)
        return made
    if name in COMPLETION_METHODS:
        taint = Taint(
            Cause.COMPLETION,
            REQUEST,
            place,
            f"{shown(node)}, in the order of completion",
            loops=run.loop_numbers(),
        )
        made = ListV("list", shape=frozenset({taint}))
        made.add(Opaque(label="result"), many=True)
        return made
    if name in ("list_tools", "alist_tools", "get_tools", "aget_tools"):
        taint = Taint(
            Cause.TOOL_ORDER,
            REQUEST,
            place,
            f"{shown(node)} gives tools as the server lists them",
            loops=run.loop_numbers(),
        )
        return Opaque(shape=frozenset({taint}), label="tools")
    if (
        name
        in (
            "submit",
            "map",
            "start_soon",
            "create_task",
            "run_in_executor",
            "to_thread",
            "add_task",
        )
        and args
    ):
        return _scheduled(run, frame, name, args, kwargs, node)
    source = method_source(said or label, name)
    if source is not None:
        taint = Taint(source.cause, source.rank, place, shown(node), loops=run.loop_numbers())
        return Opaque(frozenset({taint}), label=f"{name}()")
    if isinstance(receiver, Opaque):
        found = _of_opaque(run, frame, receiver, name, args, kwargs, node, said)
        if found is not None:
            return found
    held = taints_in(receiver, 2)
    if name not in _KEEPS:
        held = frozenset(t for t in held if t.cause not in (Cause.VARYING, Cause.COUNTER))
    is_reply = isinstance(receiver, Opaque) and receiver.is_reply
    return Opaque(held, label=f"{label}.{name}()" if label else f"{name}()", is_reply=is_reply)


def _newest(run: Run, place: Place, start: object) -> Value:
    """`lrange(key, -40, -1)`: the newest entries of a list."""
    shape: Taints = NONE
    if isinstance(start, int) and start < -1:
        shape = frozenset(
            {
                Taint(
                    Cause.WINDOW,
                    REQUEST,
                    place,
                    "a query for the newest entries",
                    loops=run.loop_numbers(),
                )
            }
        )
    made = ListV("rows", shape=shape)
    made.add(Opaque(label="record"), many=True)
    return made


def _scheduled(
    run: Run,
    frame: Frame,
    name: str,
    args: Sequence[Value],
    kwargs: Mapping[str, Value],
    node: ast.Call,
) -> Value:
    """A function that an executor or a task group runs."""
    if name in ("create_task", "add_task") or not args:
        return args[0] if args else Opaque()
    func, rest = (
        (args[1], args[2:]) if name == "run_in_executor" and len(args) > 1 else (args[0], args[1:])
    )
    if name != "map":
        named = dict(kwargs) if name == "to_thread" else {}
        return run.call(run, "value", frame, func, list(rest), named, node)
    run.loops.append(Loop(run.next_number(), place_of(frame.module, node), frame=frame))
    value = run.call(run, "value", frame, func, [element_of(a) for a in rest], {}, node)
    run.loops.pop()
    made = ListV("generator", shape=union(shape_of(a) for a in rest))
    made.add(value, many=True)
    return made


def _of_opaque(
    run: Run,
    frame: Frame,
    receiver: Opaque,
    name: str,
    args: Sequence[Value],
    kwargs: Mapping[str, Value],
    node: ast.Call,
    said: str,
) -> Value | None:
    place = place_of(frame.module, node, f"{frame.name}:{name}")
    if name in _READS:
        path = node.func.value if isinstance(node.func, ast.Attribute) else node
        state = receiver.taints or written_taints(run, frame, path)
        name_of = template_named(run, path)
        if name_of:
            return Opaque(label=f"<template>{name_of}")
        return Opaque(state, label="file text")
    if is_parsed(receiver) and name in _REDUMPS:
        taint = Taint(Cause.ARGUMENTS, REQUEST, place, shown(node), loops=run.loop_numbers())
        return text((Hole(frozenset({taint}), PARSED),))
    if is_parsed(receiver) and name in _KEEPS_ARGUMENTS:
        return receiver
    if name == "strftime" and args and (pattern := literal(args[0])) is not None:
        return coarse(receiver, pattern)
    if name == "isoformat" or name == "strftime":
        return receiver
    if name in COARSE_PARTS:
        return at_rank(receiver, COARSE_PARTS[name])
    if name == "replace" and "hour" in kwargs:
        return at_rank(receiver, DAY)
    if name in ("append", "extend", "insert", "pop", "popleft", "clear"):
        return _grown(run, frame, receiver, name, args, node)
    if name == "pop" and args and literal(args[0]) in REASONING and receiver.parent is not None:
        receiver.parent.shape |= {_reasoning(run, frame, node)}
    if name in ("get", "pop") and args and (key := literal(args[0])) is not None:
        found = replace(
            receiver,
            label=f"{receiver.label}.{key}"
            if not receiver.label.startswith("<")
            else receiver.label,
            shape=NONE,
        )
        return join([found, args[1] if len(args) > 1 and not isinstance(args[1], Const) else None])
    if name == "keys":
        keys = ListV("keys", shape=receiver.shape)
        keys.add(Opaque(receiver.taints, label="key"), many=True)
        return keys
    if name in ("items", "values", "copy", "__iter__", "tolist", "to_list"):
        made = replace(receiver, label=receiver.label)
        return made
    if name in ("format", "replace", "join") and receiver.taints | union(
        taints_in(a, 2) for a in (*args, *kwargs.values())
    ):
        parts = (
            *parts_of(receiver, place),
            *(p for a in (*args, *kwargs.values()) for p in parts_of(a, place)),
        )
        return text(parts)
    if name == "join":
        return joined(receiver, args[0], place) if args else receiver
    if name in ("render", "substitute", "safe_substitute", "format_map", "format"):
        return _rendered(run, frame, receiver, args, kwargs, node)
    if name == "get_template" and args and (file := literal(args[0])) is not None:
        return Opaque(label=f"<template>{file}")
    return None


def _rendered(
    run: Run,
    frame: Frame,
    receiver: Opaque,
    args: Sequence[Value],
    kwargs: Mapping[str, Value],
    node: ast.Call,
) -> Value:
    """A template of another file, with what it is given: its text is known where the file was read."""
    values = dict(kwargs)
    for each in args:
        if isinstance(each, DictV):
            values |= {k: v for k, v in each.fields.items() if isinstance(k, str)}
    place = place_of(frame.module, node)
    if receiver.label.startswith("<template>") and run.templates is not None:
        held = run.templates.rendered(receiver.label.removeprefix("<template>"), values)
        if held is not None:
            return held
    parts = [p for v in values.values() for p in parts_of(v, place)]
    return text((Hole(NONE, receiver.label), *[p for p in parts if isinstance(p, Hole)]))


def _grown(
    run: Run, frame: Frame, receiver: Opaque, name: str, args: Sequence[Value], node: ast.AST
) -> Value | None:
    """An unknown list that is changed becomes a list that outlives the call, with what was put into it."""
    if name in ("pop", "popleft"):
        shortened(run, frame, receiver, name, args, node)
        return None
    made = ListV(persists=True, shape=receiver.shape)
    made.add(
        Opaque(receiver.taints, label=f"{receiver.label}[]", parent=made, index="all"), many=True
    )
    for names in (frame.env, frame.outer):
        for key, held in list(names.items()):
            if held is receiver:
                names[key] = made
    if name == "append" and args:
        grow(run, frame, made, args[0], node)
    elif name == "extend" and args:
        _extend(run, frame, made, args[0], node)
    elif name == "insert" and len(args) >= 2:
        _insert(run, frame, made, args[0], args[1], node)
    return Const(None)
