"""Functions that give one value: text, numbers, attributes, files and templates."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from ...finding import Cause
from ...layout import SESSION
from ..attributes import set_attribute
from ..contents import contents_among, put_into
from ..files import file_value
from ..frames import Frame
from ..holding import taints_in, union
from ..machine import Run
from ..names import attribute
from ..paths import file_named, path_of
from ..places import place_of, shown
from ..rendering import context_of
from ..replacing import by_pattern
from ..sources.standard import HERE, HOST_VARIABLES
from ..standing import as_written, fields_of
from ..taints import Taint
from ..texts import literal, parts_of, text, transformed
from ..values import Const, Contents, DictV, Ext, Item, ListV, Opaque, PartialV, Value
from .reflected import External

HERE_PATH = "path here"


def str_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`str`, `repr`, `format`."""
    if not args:
        return Const("")
    return text(parts_of(as_written(run, args[0]), place_of(frame.module, node)))


def same(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """A function that gives its argument."""
    return args[0] if args else Opaque()


def fields_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`dataclasses.asdict`, `vars`: an object's fields as a table."""
    held = fields_of(args[0]) if args else None
    return held if held is not None else Opaque(union(taints_in(a) for a in args))


def setattr_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`setattr` with a known name."""
    name = literal(args[1]) if len(args) == 3 else None
    if name is not None:
        set_attribute(run, frame, args[0], name, args[2], node)
    return Const(None)


def number_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`int`, `float`."""
    return (
        Opaque(taints_in(args[0]))
        if args and not isinstance(args[0], Const)
        else (args[0] if args else Const(0))
    )


def getattr_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`getattr` with a known name."""
    name = literal(args[1]) if len(args) > 1 else None
    if name is None or not name.isidentifier():
        return Opaque(taints_in(args[0])) if args else Opaque()
    fake = ast.copy_location(ast.Attribute(node.args[0], name, ast.Load()), node)
    return attribute(run, frame, args[0], fake)


def weak_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`weakref.ref`: called, it gives what it refers to."""
    return PartialV(Ext("weakref.proxy"), list(args[:1]), {})


def partial_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`functools.partial`."""
    return PartialV(args[0], list(args[1:]), dict(kwargs)) if args else Opaque()


def environment(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """A variable of the environment: the same for a release, unless it names the machine or who works there."""
    name = literal(args[0]) if args else None
    return (
        host_value(run, frame, node)
        if name in HOST_VARIABLES
        else Opaque(label="environment", is_fixed=True)
    )


def host_value(run: Run, frame: Frame, node: ast.AST) -> Opaque:
    """Something that is told of the machine."""
    place = place_of(frame.module, node, f"{frame.name}:host")
    taint = Taint(Cause.HOST, SESSION, place, shown(node), loops=run.loop_numbers())
    return Opaque(frozenset({taint}), label="host")


def open_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`open`."""
    return file_value(
        run, frame, node.args[0] if node.args else node, args[0] if args else Opaque()
    )


def path_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """A path: of its parts."""
    is_here = not args or all(literal(a) in HERE for a in args)
    own = next((a.label for a in args if isinstance(a, Opaque) and "__file__" in a.label), "path")
    return path_of(args, HERE_PATH if is_here else own)


def placed_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`os.path.abspath` and its kin: of a path that names no folder, the one in which the program runs."""
    found = path_call(run, frame, args, kwargs, node)
    is_here = isinstance(found, Opaque) and found.label == HERE_PATH
    is_curdir = any(isinstance(a, Ext) and a.name == "os.curdir" for a in args)
    return host_value(run, frame, node) if is_here or is_curdir else found


def buffer(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`io.StringIO`: a text that is written piece by piece."""
    made = Contents(is_text=True)
    put_into(run, frame, made, args[:1], place_of(frame.module, node))
    return Opaque(label="buffer", contents=made)


def queue(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """A queue: what others put into it, in the order in which they do."""
    return ListV("queue", loops=run.loop_numbers())


def slice_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`slice`, whose bounds are known."""
    bounds = [a.value for a in args if isinstance(a, Const)]
    if not bounds or len(bounds) < len(args):
        return Opaque(label="slice")
    return Const(slice(*bounds[:3]))


def cell(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`contextvars.ContextVar`: what was put into it last."""
    default = kwargs.get("default")
    return ListV("cell", [Item(default)] if default is not None else [])


def printed(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`print`: into a buffer it writes its arguments and a line end."""
    file = kwargs.get("file")
    into = contents_among([file]) if file is not None else next(iter(run.printed[-1:]), None)
    if into is not None:
        separator = kwargs.get("sep", Const(" "))
        written = [piece for each in args for piece in (separator, as_written(run, each))][1:]
        end = kwargs.get("end", Const("\n"))
        put_into(run, frame, into, [*written, end], place_of(frame.module, node))
    return Const(None)


def template_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """A template that is its text."""
    return args[0] if args else Opaque()


def rendered_file(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """A template of another file, named and rendered at once."""
    name = literal(args[0]) if args else None
    values = context_of(run, frame, args[1:], kwargs, node)
    held = (
        run.templates.rendered(name, values, frame.module.file) if name and run.templates else None
    )
    return held or Opaque(label="rendered")


def rendered_messages(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`poml.poml(file, context=...)`: the messages that a template makes, alone or as keywords of a call."""
    given = kwargs.get("context", args[1] if len(args) > 1 else DictV())
    values = context_of(run, frame, [given], {}, node)
    name = file_named(args[0]) if args else ""
    held = run.templates.rendered(name, values, frame.module.file) if run.templates else None
    message = DictV({"role": Const("system"), "content": held or Opaque(label="rendered")})
    messages = ListV("list", [Item(message)])
    is_table = (literal(kwargs.get("format", Const(""))) or "").startswith("openai")
    return DictV({"messages": messages}) if is_table else messages


def pattern_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`re.sub(pattern, by, text)`: what comes instead stands somewhere in the text."""
    if len(args) < 3:
        return Opaque(union(taints_in(a) for a in args))
    return by_pattern(run, frame, literal(args[0]), args[1], args[2], node)


def dedent_call(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """`textwrap.dedent` and its kin: literals stay what they are."""
    return transformed(args[0], lambda s: s, place_of(frame.module, node)) if args else Opaque()


def generator(module: str) -> External:
    """What makes a generator of a module's functions; one with a seed gives the same each time."""

    def made(
        run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
    ) -> Value:
        if args or "seed" in kwargs or "x" in kwargs:
            held = args[0] if args else next(iter(kwargs.values()))
            return Opaque(taints_in(held), label="seeded")
        return Ext(module)

    return made


def from_timestamp(
    run: Run, frame: Frame, args: Sequence[Value], kwargs: Mapping[str, Value], node: ast.Call
) -> Value:
    """A time that was computed from a number."""
    return Opaque(union(taints_in(a) for a in args), label="time")
