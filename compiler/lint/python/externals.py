"""Functions of other packages and builtins: what they give, by name."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..finding import Cause
from ..layout import REQUEST
from .building import merge, order_taint, splice
from .clocks import coarse
from .elements import element_of, is_historical, length_taint
from .files import file_value
from .json_text import dumped, loaded
from .machine import Frame, Run, place_of, shown
from .names import attribute
from .sources import COMPLETION_CALLS, UNORDERED_CALLS, source_of
from .texts import label_taints, literal, parts_of, text, transformed
from .values import (
    NONE,
    Choice,
    Const,
    DictV,
    Ext,
    Item,
    ListV,
    Opaque,
    PartialV,
    Taint,
    Taints,
    Value,
    join,
    shape_of,
    taints_in,
    text_taints_of,
    union,
)

_LOOKUPS = re.compile(
    r"(^|[._])(get|load|fetch|find|lookup|read|query|select|save|store|put|log|open|connect|send|post|delete|debug|info"
    r"|warning|error|exception|print|record|track|emit|trace|span|sleep|wait|run|exists|isfile|isdir|makedirs|register)"
    r"(_\w+)?$"
)
_QUIET = frozenset(
    "min max sum any all isinstance hasattr callable bool abs round print type issubclass".split()
)


def call_external(
    run: Run,
    frame: Frame,
    name: str,
    args: Sequence[Value],
    kwargs: Mapping[str, Value],
    node: ast.Call,
) -> Value:
    """What a function gives that isn't of the project."""
    own = source_of(name, run.own_sources)
    if own is not None:
        return _sourced(run, frame, name, own.cause, own.rank, args, kwargs, node)
    if name in UNORDERED_CALLS:
        return _listing(run, frame, UNORDERED_CALLS[name], args, node)
    if name in COMPLETION_CALLS:
        return _as_completed(run, frame, name, args, node)
    builtin = _BUILTINS.get(name)
    if builtin is not None:
        return builtin(run, frame, args, kwargs, node)
    last = name.rpartition(".")[2]
    if last in _FRAMEWORK:
        return _FRAMEWORK[last](run, frame, args, kwargs, node)
    if name in _QUIET:
        return Opaque(
            frozenset(t for a in args for t in taints_in(a, 2) if t.cause is not Cause.UNORDERED)
        )
    held = [*args, *kwargs.values()]
    return Opaque(_through(name, held), label=f"{last}()")


def _through(name: str, held: Sequence[Value]) -> Taints:
    """What an unknown function lets through: its arguments' taints, unless it looks something up by them."""
    if _LOOKUPS.search(name):
        return NONE
    return frozenset(
        t
        for t in union(taints_in(a, 3) for a in held)
        if t.cause not in (Cause.WINDOW, Cause.REWRITTEN)
    )


def _sourced(
    run: Run,
    frame: Frame,
    name: str,
    cause: Cause,
    rank: int,
    args: Sequence[Value],
    kwargs: Mapping[str, Value],
    node: ast.Call,
) -> Value:
    if name.startswith(("random.", "numpy.random.")) and _is_seeded(frame):
        return (
            element_of(args[0])
            if args and name.endswith("choice")
            else args[0]
            if args
            else Opaque()
        )
    symbol = f"{frame.name}:{name}"
    taint = Taint(
        cause, rank, place_of(frame.module, node, symbol), shown(node), loops=run.loop_numbers()
    )
    found = Opaque(frozenset({taint}), label=name)
    if (
        name == "hash"
        and args
        and isinstance(args[0], Const)
        and not isinstance(args[0].value, str)
    ):
        return Opaque()
    if cause is Cause.SAMPLED and args:
        return _sampled(name, args[0], taint)
    if name == "random.choice" and args:
        held = element_of(args[0])
        return join(
            [held, Const("")] if not isinstance(held, Choice) else [held], frozenset({taint})
        )
    if name == "time.strftime" and args and (pattern := literal(args[0])):
        return coarse(found, pattern)
    if name == "subprocess.run" and not _is_git(args):
        return Opaque(label="subprocess")
    if name.startswith("humanize") or name.startswith("timeago"):
        return found
    if name in ("time.localtime", "time.gmtime", "time.ctime") and args:
        return Opaque(taints_in(args[0]))
    return found


def _is_git(args: Sequence[Value]) -> bool:
    """Whether a command line asks for the state of the machine or the checkout."""
    words = _words(args[0]) if args else ""
    return bool(re.search(r"\b(git|uname|hostname|pwd|whoami|date|df|uptime|ls|env)\b", words))


def _words(value: Value) -> str:
    if isinstance(value, ListV):
        return " ".join(_words(i.value) for i in value.items)
    return literal(value) or ""


def _is_seeded(frame: Frame) -> bool:
    return bool(re.search(r"random\.seed\(\s*\w", frame.module.text))


def _sampled(name: str, pool: Value, taint: Taint) -> Value:
    if name.endswith("shuffle"):
        if isinstance(pool, ListV | Opaque):
            pool.shape |= {taint}
        return Const(None)
    made = ListV("list", shape=shape_of(pool) | {taint})
    made.add(element_of(pool), many=True)
    return made


def _listing(run: Run, frame: Frame, what: str, args: Sequence[Value], node: ast.Call) -> Value:
    taint = order_taint(run, frame, node, f"{what} gives")
    taint = replace(taint, what=f"the listing {shown(node)}")
    made = ListV("list", shape=frozenset({taint}), loops=run.loop_numbers())
    made.add(Opaque(label="entry"), many=True)
    if "walk" in what:
        made = ListV("list", shape=frozenset({taint}))
        inner = ListV("list", shape=frozenset({taint}))
        inner.add(Opaque(label="entry"), many=True)
        made.add(
            ListV("tuple", [Item(Opaque(label="folder")), Item(inner), Item(inner)]), many=True
        )
    return made


def _as_completed(
    run: Run, frame: Frame, name: str, args: Sequence[Value], node: ast.Call
) -> Value:
    taint = order_taint(
        run, frame, node, f"{shown(node)}, in the order of completion", Cause.COMPLETION
    )
    made = ListV("list", shape=frozenset({taint}), loops=run.loop_numbers())
    made.add(element_of(args[0]) if args else Opaque(), many=True)
    if name.endswith(".wait"):
        return ListV("tuple", [Item(made), Item(ListV("set"))])
    return made


# --- builtins ---------------------------------------------------------------------------------------


def _len(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    if not args:
        return Opaque()
    held = args[0]
    if isinstance(held, Const) and isinstance(held.value, str | tuple | list):
        return Const(len(held.value))
    if (
        isinstance(held, ListV)
        and not held.persists
        and not any(i.many for i in held.items)
        and not held.shape
    ):
        return Const(len(held.items))
    return Opaque(length_taint(run, frame, held, node), label="len()")


_CLEANSED = (Cause.UNORDERED, Cause.COMPLETION, Cause.TOOL_ORDER, Cause.SAMPLED)


def _sorted(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    if not args:
        return Opaque()
    found = in_order(args[0])
    ranked = _ranking(run, frame, node)
    if ranked and isinstance(found, ListV | Opaque):
        found.shape |= ranked
    return found


def _ranking(run: Run, frame: Frame, node: ast.Call) -> Taints:
    """An order by how well something fits a question is another one for another question."""
    key = next((k.value for k in node.keywords if k.arg == "key"), None)
    if not isinstance(key, ast.Lambda):
        return NONE
    found: set[Taint] = set()
    for each in ast.walk(key.body):
        held = frame.env.get(each.id) if isinstance(each, ast.Name) else None
        if isinstance(held, Opaque):
            found |= {
                t
                for t in label_taints(held, place_of(frame.module, node))
                if t.cause is Cause.VARYING
            }
    return frozenset(replace(t, flag="filter") for t in found)


def in_order(value: Value) -> Value:
    """A container whose order is fixed now."""
    kept = frozenset(t for t in shape_of(value) if t.cause not in _CLEANSED)
    match value:
        case ListV():
            return replace(value, kind="list", items=list(value.items), shape=kept, persists=False)
        case Opaque():
            return replace(value, shape=kept)
        case DictV():
            made = ListV("list", shape=kept, as_text=value.as_text)
            made.add(element_of(value), many=True)
            return made
        case Choice(options=options, taints=taints):
            return join([in_order(option) for option in options], taints)
        case _:
            return value


def _list(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    made = ListV("list", loops=run.loop_numbers())
    if args:
        if isinstance(args[0], Opaque) and args[0].label.startswith("<"):
            return args[0]
        splice(made, args[0])
    return made


def _set(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    made = ListV("set", loops=run.loop_numbers())
    if args:
        splice(made, args[0])
        made.shape = frozenset(t for t in made.shape if t.cause is not Cause.UNORDERED)
    made.shape |= {order_taint(run, frame, node)}
    return made


def _dict(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    if args and isinstance(args[0], Opaque) and args[0].label.startswith("<"):
        return args[0]
    made = DictV(loops=run.loop_numbers())
    if args:
        if isinstance(args[0], ListV):
            made.rest = element_of(args[0])
            made.shape |= args[0].shape
        else:
            merge(made, args[0])
    made.fields.update(kwargs)
    return made


def _str(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    return text(parts_of(args[0], place_of(frame.module, node))) if args else Const("")


def _same(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    return args[0] if args else Opaque()


def _number(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    return (
        Opaque(taints_in(args[0]))
        if args and not isinstance(args[0], Const)
        else (args[0] if args else Const(0))
    )


def _enumerate(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    made = ListV(
        "list",
        shape=shape_of(args[0]) if args else NONE,
        as_text=text_taints_of(args[0]) if args else NONE,
    )
    made.add(
        ListV(
            "tuple", [Item(Opaque(label="number")), Item(element_of(args[0]) if args else Opaque())]
        ),
        many=True,
    )
    return made


def _zip(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    made = ListV("list", shape=union(shape_of(a) for a in args))
    made.add(ListV("tuple", [Item(element_of(a)) for a in args]), many=True)
    return made


def _map(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    if len(args) < 2:
        return Opaque()
    made = ListV("generator", shape=shape_of(args[1]), as_text=text_taints_of(args[1]))
    made.add(
        run.call(run, "value", frame, args[0], [element_of(a) for a in args[1:]], {}, node),
        many=True,
    )
    return made


def _filter(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    if len(args) < 2:
        return Opaque()
    test = run.call(run, "value", frame, args[0], [element_of(args[1])], {}, node)
    taints = frozenset(
        replace(t, flag="filter") for t in taints_in(test, 2) if t.cause is not Cause.UNORDERED
    )
    made = ListV("generator", shape=shape_of(args[1]) | taints, as_text=text_taints_of(args[1]))
    made.add(element_of(args[1]), many=True)
    return made


def _next(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """One of an unordered many is any of them."""
    if not args:
        return Opaque()
    found = element_of(args[0])
    if isinstance(args[0], Opaque) and args[0].label.endswith("count()"):
        place = place_of(frame.module, node)
        return Opaque(
            frozenset({Taint(Cause.COUNTER, REQUEST, place, shown(node), loops=run.loop_numbers())})
        )
    order = shape_of(args[0])
    return join([found, Const("")], order) if order else found


def _getattr(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    name = literal(args[1]) if len(args) > 1 else None
    if name is None or not name.isidentifier():
        return Opaque(taints_in(args[0])) if args else Opaque()
    fake = ast.copy_location(ast.Attribute(node.args[0], name, ast.Load()), node)
    return attribute(run, frame, args[0], fake)


def _partial(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    return PartialV(args[0], list(args[1:]), dict(kwargs)) if args else Opaque()


def _copy(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """A deep copy of a history: what is changed in it is not stored."""
    if not args:
        return Opaque()
    held = args[0]
    if isinstance(held, ListV):
        made = replace(held, items=list(held.items), persists=False)
        made.is_copy = is_historical(held)
        return made
    if isinstance(held, Opaque):
        return replace(held, is_copy=is_historical(held))
    if isinstance(held, DictV):
        return replace(held, fields=dict(held.fields))
    return held


def _shallow(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    if args and isinstance(args[0], ListV):
        return replace(args[0], items=list(args[0].items), persists=False)
    return args[0] if args else Opaque()


def _deque(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    made = ListV("list", loops=run.loop_numbers())
    if args:
        splice(made, args[0])
    limit = kwargs.get("maxlen", args[1] if len(args) > 1 else None)
    if limit is not None and not (isinstance(limit, Const) and limit.value is None):
        place = place_of(frame.module, node)
        made.shape |= {
            Taint(
                Cause.WINDOW, REQUEST, place, f"the window {shown(node)}", loops=run.loop_numbers()
            )
        }
    return made


def _window(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """Helpers of frameworks that trim a history to a length."""
    place = place_of(frame.module, node)
    taint = Taint(
        Cause.WINDOW, REQUEST, place, f"the window {shown(node)}", loops=run.loop_numbers()
    )
    return Opaque(shape=frozenset({taint}), label="messages")


def _environment(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    return Opaque(label="environment")


def _open(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    return file_value(
        run, frame, node.args[0] if node.args else node, args[0] if args else Opaque()
    )


def _path(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    return Opaque(union(taints_in(a) for a in args), label="path")


def _template(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    return args[0] if args else Opaque()


def _render_template(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """A template of another file, named and rendered at once."""
    name = literal(args[0]) if args else None
    values = dict(kwargs)
    for each in args[1:]:
        if isinstance(each, DictV):
            values |= {k: v for k, v in each.fields.items() if isinstance(k, str)}
    held = run.templates.rendered(name, values) if name and run.templates else None
    return held or Opaque(label="rendered")


def _dedent(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    return transformed(args[0], lambda s: s, place_of(frame.module, node)) if args else Opaque()


def _random(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """A generator with a seed gives the same each time."""
    if args or "seed" in kwargs or "x" in kwargs:
        held = args[0] if args else next(iter(kwargs.values()))
        return Opaque(taints_in(held), label="seeded")
    return Ext("random")


def _gather(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    made = ListV("list", loops=run.loop_numbers())
    for each in args:
        made.add(each, many=True)
    return made


def _to_thread(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    if not args:
        return Opaque()
    return run.call(run, "value", frame, args[0], list(args[1:]), dict(kwargs), node)


def _chain(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    made = ListV("list", loops=run.loop_numbers())
    for each in args:
        splice(made, each)
    return made


def _fromkeys(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`dict.fromkeys` keeps the order that it is given."""
    return _list(run, frame, args[:1], {}, node)


def _counter(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    return Opaque(label="count()")


def _from_timestamp(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    return Opaque(union(taints_in(a) for a in args), label="time")


_BUILTINS = {
    "len": _len,
    "sorted": _sorted,
    "natsort.natsorted": _sorted,
    "list": _list,
    "tuple": _list,
    "iter": _same,
    "reversed": _same,
    "set": _set,
    "frozenset": _set,
    "dict": _dict,
    "collections.OrderedDict": _dict,
    "collections.defaultdict": lambda run, frame, args, kwargs, node: DictV(
        loops=run.loop_numbers()
    ),
    "collections.Counter": _dict,
    "collections.deque": _deque,
    "dict.fromkeys": _fromkeys,
    "str": _str,
    "repr": _str,
    "format": _str,
    "textwrap.dedent": _dedent,
    "inspect.cleandoc": _dedent,
    "textwrap.indent": _dedent,
    "int": _number,
    "float": _number,
    "enumerate": _enumerate,
    "zip": _zip,
    "map": _map,
    "filter": _filter,
    "next": _next,
    "getattr": _getattr,
    "functools.partial": _partial,
    "copy.deepcopy": _copy,
    "copy.copy": _shallow,
    "itertools.islice": _same,
    "itertools.chain": _chain,
    "itertools.chain.from_iterable": lambda run, frame, args, kwargs, node: (
        element_of(args[0]) if args else Opaque()
    ),
    "itertools.count": _counter,
    "json.dumps": dumped,
    "orjson.dumps": dumped,
    "ujson.dumps": dumped,
    "simplejson.dumps": dumped,
    "json.loads": loaded,
    "orjson.loads": loaded,
    "ujson.loads": loaded,
    "simplejson.loads": loaded,
    "json_repair.loads": loaded,
    "ast.literal_eval": loaded,
    "os.getenv": _environment,
    "os.environ.get": _environment,
    "open": _open,
    "io.open": _open,
    "pathlib.Path": _path,
    "os.path.join": _path,
    "os.path.abspath": _path,
    "os.path.basename": _path,
    "string.Template": _template,
    "jinja2.Template": _template,
    "sqlalchemy.text": _template,
    "sqlalchemy.sql.text": _template,
    "psycopg.sql.SQL": _template,
    "render_template": _render_template,
    "flask.render_template": _render_template,
    "django.template.loader.render_to_string": _render_template,
    "random.Random": _random,
    "numpy.random.default_rng": _random,
    "asyncio.gather": _gather,
    "asyncio.to_thread": _to_thread,
    "asyncio.run": _same,
    "asyncio.create_task": _same,
    "asyncio.ensure_future": _same,
    "asyncio.wait_for": _same,
    "asyncio.shield": _same,
    "datetime.datetime.fromtimestamp": _from_timestamp,
    "datetime.datetime.utcfromtimestamp": _from_timestamp,
    "datetime.date.fromtimestamp": _from_timestamp,
    "typing.cast": lambda run, frame, args, kwargs, node: args[1] if len(args) > 1 else Opaque(),
    "tuple.__new__": _list,
}
_FRAMEWORK = {
    "trim_messages": _window,
    "ConversationBufferWindowMemory": _window,
    "ConversationSummaryBufferMemory": _window,
    "deepcopy": _copy,
}
