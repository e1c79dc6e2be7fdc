"""Functions that give one value: text, numbers, attributes, files and templates."""

from __future__ import annotations

import ast

from ...finding import Cause
from ...layout import SESSION
from ..attributes import set_attribute
from ..calling import Calling, External
from ..clocks import whole
from ..contents import contents_among, put_into
from ..files import file_value
from ..holding import taints_in, union
from ..names import attribute
from ..paths import file_named, path_of
from ..rendering import context_of
from ..replacing import by_pattern
from ..sources.standard import HERE, HOST_VARIABLES
from ..standing import as_written, fields_of
from ..taints import Taint
from ..texts import literal, parts_of, text, transformed
from ..values import Const, Contents, DictV, Ext, Item, ListV, Opaque, PartialV, Value

HERE_PATH = "path here"


def str_call(call: Calling) -> Value:
    """`str`, `repr`, `format`."""
    if not call.args:
        return Const("")
    return text(parts_of(as_written(call.run, call.args[0], call.here), call.here))


def same(call: Calling) -> Value:
    """A function that gives its argument."""
    return call.first


def fields_call(call: Calling) -> Value:
    """`dataclasses.asdict`, `vars`: an object's fields as a table."""
    held = fields_of(call.args[0]) if call.args else None
    return held if held is not None else Opaque(union(taints_in(a) for a in call.args))


def setattr_call(call: Calling) -> Value:
    """`setattr` with a known name."""
    name = literal(call.args[1]) if len(call.args) == 3 else None
    if name is not None:
        set_attribute(call.run, call.frame, call.args[0], name, call.args[2], call.node)
    return Const(None)


def number_call(call: Calling) -> Value:
    """`int`, `float`, `math.floor`."""
    return (
        Opaque(whole(taints_in(call.args[0])) if call.name != "float" else taints_in(call.args[0]))
        if call.args and not isinstance(call.args[0], Const)
        else (call.args[0] if call.args else Const(0))
    )


def getattr_call(call: Calling) -> Value:
    """`getattr` with a known name."""
    name = literal(call.args[1]) if len(call.args) > 1 else None
    if name is None or not name.isidentifier():
        return Opaque(taints_in(call.args[0])) if call.args else Opaque()
    fake = ast.copy_location(ast.Attribute(call.node.args[0], name, ast.Load()), call.node)
    return attribute(call.run, call.frame, call.args[0], fake)


def weak_call(call: Calling) -> Value:
    """`weakref.ref`: called, it gives what it refers to."""
    return PartialV(Ext("weakref.proxy"), list(call.args[:1]), {})


def partial_call(call: Calling) -> Value:
    """`functools.partial`."""
    return PartialV(call.args[0], list(call.args[1:]), dict(call.kwargs)) if call.args else Opaque()


def environment(call: Calling) -> Value:
    """A variable of the environment: the same for a release, unless it names the machine or who works there."""
    name = call.key
    return (
        host_value(call) if name in HOST_VARIABLES else Opaque(label="environment", is_fixed=True)
    )


def host_value(call: Calling) -> Opaque:
    """Something that is told of the machine."""
    taint = Taint(Cause.HOST, SESSION, call.origin("host"), call.shown, loops=call.loops)
    return Opaque(frozenset({taint}), label="host")


def open_call(call: Calling) -> Value:
    """`open`."""
    return file_value(
        call.run, call.frame, call.node.args[0] if call.node.args else call.node, call.first
    )


def path_call(call: Calling) -> Value:
    """A path: of its parts."""
    is_here = not call.args or all(literal(a) in HERE for a in call.args)
    own = next(
        (a.label for a in call.args if isinstance(a, Opaque) and "__file__" in a.label), "path"
    )
    return path_of(call.args, HERE_PATH if is_here else own)


def placed_call(call: Calling) -> Value:
    """`os.path.abspath` and its kin: of a path that names no folder, the one in which the program runs."""
    found = path_call(call)
    is_here = isinstance(found, Opaque) and found.label == HERE_PATH
    is_curdir = any(isinstance(a, Ext) and a.name == "os.curdir" for a in call.args)
    return host_value(call) if is_here or is_curdir else found


def buffer(call: Calling) -> Value:
    """`io.StringIO`: a text that is written piece by piece."""
    made = Contents(is_text=True)
    put_into(call.run, call.frame, made, call.args[:1], call.here)
    return Opaque(label="buffer", contents=made)


def queue(call: Calling) -> Value:
    """A queue: what others put into it, in the order in which they do."""
    return ListV("queue", loops=call.loops)


def slice_call(call: Calling) -> Value:
    """`slice`, whose bounds are known."""
    bounds = [a.value for a in call.args if isinstance(a, Const)]
    if not bounds or len(bounds) < len(call.args):
        return Opaque(label="slice")
    return Const(slice(*bounds[:3]))


def cell(call: Calling) -> Value:
    """`contextvars.ContextVar`: what was put into it last."""
    default = call.kwargs.get("default")
    return ListV("cell", [Item(default)] if default is not None else [])


def printed(call: Calling) -> Value:
    """`print`: into a buffer it writes its arguments and a line end."""
    file = call.kwargs.get("file")
    into = contents_among([file]) if file is not None else next(iter(call.run.printed[-1:]), None)
    if into is not None:
        separator = call.kwargs.get("sep", Const(" "))
        written = [
            piece
            for each in call.args
            for piece in (separator, as_written(call.run, each, call.here))
        ][1:]
        end = call.kwargs.get("end", Const("\n"))
        put_into(call.run, call.frame, into, [*written, end], call.here)
    return Const(None)


def template_call(call: Calling) -> Value:
    """A template that is its text."""
    return call.first


def rendered_file(call: Calling) -> Value:
    """A template of another file, named and rendered at once."""
    name = call.key
    values = context_of(call, call.args[1:])
    held = (
        call.run.templates.rendered(name, values, call.frame.module.file)
        if name and call.run.templates
        else None
    )
    return held or Opaque(label="rendered")


def rendered_messages(call: Calling) -> Value:
    """`poml.poml(file, context=...)`: the messages that a template makes, alone or as keywords of a call."""
    given = call.kwargs.get("context", call.args[1] if len(call.args) > 1 else DictV())
    values = context_of(call.with_args(), [given])
    name = file_named(call.args[0]) if call.args else ""
    held = (
        call.run.templates.rendered(name, values, call.frame.module.file)
        if call.run.templates
        else None
    )
    message = DictV({"role": Const("system"), "content": held or Opaque(label="rendered")})
    messages = ListV("list", [Item(message)])
    is_table = (literal(call.kwargs.get("format", Const(""))) or "").startswith("openai")
    return DictV({"messages": messages}) if is_table else messages


def pattern_call(call: Calling) -> Value:
    """`re.sub(pattern, by, text)`: what comes instead stands somewhere in the text."""
    if len(call.args) < 3:
        return Opaque(union(taints_in(a) for a in call.args))
    return by_pattern(
        call.run, call.frame, literal(call.args[0]), call.args[1], call.args[2], call.node
    )


def dedent_call(call: Calling) -> Value:
    """`textwrap.dedent` and its kin: literals stay what they are."""
    return transformed(call.args[0], lambda s: s, call.here) if call.args else Opaque()


def generator(module: str) -> External:
    """What makes a generator of a module's functions; one with a seed gives the same each time."""

    def made(call: Calling) -> Value:
        if call.args or "seed" in call.kwargs or "x" in call.kwargs:
            held = call.args[0] if call.args else next(iter(call.kwargs.values()))
            return Opaque(taints_in(held), label="seeded")
        return Ext(module)

    return made


def from_timestamp(call: Calling) -> Value:
    """A time that was computed from a number."""
    return Opaque(union(taints_in(a) for a in call.args), label="time")
