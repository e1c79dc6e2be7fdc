"""A template as text in parts, for values of which little is known: what its statements write, in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from jinja2 import nodes

from ..finding import Place
from ..python.elements import element_of
from ..python.holding import join, taints_in
from ..python.taints import NONE, Hole, Lit, Part, Taint
from ..python.texts import parts_of, text
from ..python.values import Const, DictV, ListV, Opaque, Value
from .conditions import longest_side
from .expressions import Expressions
from .lookup import find
from .loops import order_of, round_variable, rounds
from .parse import Parsed, Section
from .scope import Scope

MAX_DEPTH = 60
MAX_FILES = 8
"""Templates inside one another, and macros."""

Body = Callable[[], list[Part]]
Override = Callable[[Body], list[Part]]
"""Writes a block instead of its own body, which it is given as what `super()` means."""


class Renderer:
    """Renders one template abstractly."""

    def __init__(
        self,
        parsed: Parsed,
        values: Mapping[str, Value],
        others: Mapping[str, Parsed] | None = None,
        inline: Place | None = None,
        depth: int = 0,
    ) -> None:
        self.parsed, self.others, self.depth = parsed, others or {}, depth
        self.scope = Scope(parsed.file, dict(values), inline=inline)
        self.expressions = Expressions(self.scope)
        self.blocks: dict[str, Override] = {}

    def sections(self) -> Iterator[tuple[Section, list[Part]]]:
        """The parts of every section."""
        for section, tree in self.parsed.sections:
            self.scope.offset = section.offset
            yield section, self._template(tree)

    def parts(self) -> list[Part]:
        """The parts of the whole."""
        return [part for _, parts in self.sections() for part in parts]

    def _template(self, tree: nodes.Template) -> list[Part]:
        """A template, or the one that it extends with its blocks."""
        extended = next(tree.find_all(nodes.Extends), None)
        name = extended.template if extended else None
        base = self._other(name.value) if isinstance(name, nodes.Const) else None
        if base is None:
            return self.body(tree.body)
        self.body([n for n in tree.body if not isinstance(n, nodes.Block | nodes.Output)])
        base.scope.values |= self.scope.values
        base.blocks = {b.name: self._override(b) for b in tree.find_all(nodes.Block)} | self.blocks
        return base.parts()

    def _override(self, block: nodes.Block) -> Override:
        def written(base: Body) -> list[Part]:
            self.scope.macros["super"] = lambda args, kwargs: text(base())
            return self.body(block.body)

        return written

    def _other(self, name: object) -> Renderer | None:
        """Another template, to be written with what this one knows."""
        other = find(self.others, name, self.scope.file) if isinstance(name, str) else None
        if other is None or self.depth > MAX_FILES:
            return None
        return Renderer(other, self.scope.values, self.others, depth=self.depth + 1)

    # --- statements -------------------------------------------------------------------------------------

    def body(self, body: Sequence[nodes.Node]) -> list[Part]:
        """The text of some nodes."""
        if self.depth > MAX_DEPTH:
            return [Hole()]
        self.depth += 1
        found = [part for node in body for part in self._node(node)]
        self.depth -= 1
        return found

    def _node(self, node: nodes.Node) -> list[Part]:
        match node:
            case nodes.Output():
                return [part for each in node.nodes for part in self._output(each)]
            case nodes.For():
                return self._for(node)
            case nodes.If():
                return self._if(node)
            case nodes.Include():
                return self._include(node)
            case nodes.Block(name=name, body=body):
                own = partial(self.body, body)
                return self.blocks[name](own) if name in self.blocks else own()
            case nodes.CallBlock(call=call, body=body):
                self.scope.macros["caller"] = lambda args, kwargs: text(self.body(body))
                return self._output(call)
            case nodes.With(targets=targets, values=values, body=body):
                for target, value in zip(targets, values, strict=False):
                    self._bind(target, self.expressions.value(value))
                return self.body(body)
            case nodes.Scope(body=body) | nodes.FilterBlock(body=body):
                return self.body(body)
            case nodes.ScopedEvalContextModifier(body=body):
                return self.body(body)
            case _:
                self._define(node)
                return []

    def _define(self, node: nodes.Node) -> None:
        """Statements that write nothing: assignments, macros, imports."""
        values = self.scope.values
        match node:
            case nodes.Assign(target=nodes.NSRef(name=name, attr=attr), node=value):
                held = values.get(name)
                if isinstance(held, DictV):
                    new = self.expressions.value(value)
                    held.fields[attr] = join([held.fields.get(attr), new])
            case nodes.Assign(target=target, node=value):
                self._bind(target, self.expressions.value(value))
            case nodes.AssignBlock(target=nodes.Name(name=name), body=body):
                values[name] = text(self.body(body))
            case nodes.Macro(name=name):
                self.scope.macros[name] = partial(self._macro, node)
            case nodes.Import(template=nodes.Const(value=name), target=target):
                if (other := self._module(name)) is not None:
                    self.scope.modules[target] = other
            case nodes.FromImport(template=nodes.Const(value=name), names=names):
                if (other := self._module(name)) is not None:
                    self._take(other, names)
            case _:
                pass

    def _module(self, name: object) -> Scope | None:
        other = self._other(name)
        if other is None:
            return None
        other.parts()
        return other.scope

    def _take(self, other: Scope, names: Sequence[str | tuple[str, str]]) -> None:
        for each in names:
            theirs, ours = each if isinstance(each, tuple) else (each, each)
            if theirs in other.macros:
                self.scope.macros[ours] = other.macros[theirs]
            elif theirs in other.values:
                self.scope.values[ours] = other.values[theirs]

    def _output(self, node: nodes.Node) -> list[Part]:
        if isinstance(node, nodes.TemplateData):
            return [Lit(node.data)]
        place = self.scope.place(node)
        return [self._placed(p, place) for p in parts_of(self.expressions.value(node), place)]

    def _placed(self, part: Part, place: Place) -> Part:
        """What the template does to an order is told at its line; where a value came from is part of the way."""
        if not isinstance(part, Hole) or not part.taints:
            return part
        return replace(part, taints=frozenset(self._moved(t, place) for t in part.taints))

    def _moved(self, taint: Taint, place: Place) -> Taint:
        if taint.place.file == self.scope.file:
            return taint
        return replace(taint, place=place, path=(taint.place, *taint.path))

    def _include(self, node: nodes.Include) -> list[Part]:
        named = node.template
        each = named.items if isinstance(named, nodes.List | nodes.Tuple) else [named]
        names = [self.expressions.value(one) for one in each]
        found = (self._other(n.value) for n in names if isinstance(n, Const))
        other = next((one for one in found if one is not None), None)
        return [Hole(NONE, "include")] if other is None else other.parts()

    def _for(self, node: nodes.For) -> list[Part]:
        source = self.expressions.value(node.iter)
        place = self.scope.place(node)
        saved = dict(self.scope.values)
        self._bind(node.target, element_of(source))
        self.scope.values["loop"] = round_variable(source, place)
        inner = self.body(node.body)
        self.scope.values.clear()
        self.scope.values.update(saved)
        moved = frozenset(self._moved(t, place) for t in order_of(source))
        return rounds(source, inner, place, moved)

    def _bind(self, target: nodes.Node, value: Value) -> None:
        if isinstance(target, nodes.Name):
            self.scope.values[target.name] = value
        elif isinstance(target, nodes.Tuple):
            items = value.items if isinstance(value, ListV) else []
            for number, each in enumerate(target.items):
                held = items[number].value if number < len(items) else Opaque(taints_in(value))
                self._bind(each, held)

    def _if(self, node: nodes.If) -> list[Part]:
        sides = [self.body(each) for each in (node.body, node.else_, *(e.body for e in node.elif_))]
        known = list(self.scope.values)
        return longest_side(node, sides, self.expressions.value, known, self.scope.place(node))

    def _macro(
        self, macro: nodes.Macro, args: Sequence[Value], kwargs: Mapping[str, Value]
    ) -> Value:
        """What a macro writes for its arguments."""
        if self.depth > MAX_DEPTH // 2:
            return Opaque()
        saved = dict(self.scope.values)
        names = [each.name for each in macro.args]
        late = names[len(names) - len(macro.defaults) :]
        for name, default in zip(late, macro.defaults, strict=True):
            self.scope.values[name] = self.expressions.value(default)
        self.scope.values |= {**dict(zip(names, args, strict=False)), **kwargs}
        found = text(self.body(macro.body))
        self.scope.values.clear()
        self.scope.values.update(saved)
        return found
