"""A template as text in parts, for values of which little is known: what loops and filters do to their order."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from jinja2 import nodes

from ..finding import Cause, Place
from ..layout import REQUEST, SESSION, TENANT
from ..python.clocks import COARSE_PARTS, at_rank, coarse
from ..python.elements import element_of
from ..python.holding import join, shape_of, taints_in, text_taints_of, union
from ..python.taints import NONE, Hole, Lit, Part, Taint, Taints
from ..python.texts import joined, label_taints, parts_of, text
from ..python.values import Choice, Const, DictV, Item, ListV, Obj, Opaque, Value
from .filters import filtered
from .lookup import find
from .parse import Parsed, Section
from .variables import named

_CHOSEN = re.compile(
    r"^(channel|mode|tone|style|language|lang|locale|audience|plan|tier|variant|experiment|intent|category|phase"
    r"|stage|segment|market|region|brand)$"
)
"""Variables that are set by each call for its own purpose."""

MAX_DEPTH = 60


class Renderer:
    """Renders one template abstractly."""

    def __init__(
        self,
        parsed: Parsed,
        values: Mapping[str, Value],
        others: Mapping[str, Parsed] | None = None,
        inline: Place | None = None,
    ) -> None:
        self.file, self.parsed = parsed.file, parsed
        self.scope: dict[str, Value] = dict(values)
        self.others = others or {}
        self.macros: dict[str, nodes.Macro] = {}
        self.inline = inline
        self.offset = 0
        self.depth = 0

    def sections(self) -> Iterator[tuple[Section, list[Part]]]:
        """The parts of every section."""
        for section, tree in self.parsed.sections:
            self.offset = section.offset
            yield section, self.body(tree.body)

    def parts(self) -> list[Part]:
        """The parts of the whole."""
        return [part for _, parts in self.sections() for part in parts]

    def place(self, node: nodes.Node) -> Place:
        """Where a node stands."""
        return self.inline or Place(self.file, self.offset + node.lineno)

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
            case nodes.Assign(target=nodes.Name(name=name)):
                self.scope[name] = self.value(node.node)
                return []
            case nodes.Assign(target=nodes.NSRef(name=name, attr=attr)):
                held = self.scope.get(name)
                if isinstance(held, DictV):
                    held.fields[attr] = join([held.fields.get(attr), self.value(node.node)])
                return []
            case nodes.AssignBlock(target=nodes.Name(name=name)):
                self.scope[name] = text(self.body(node.body))
                return []
            case nodes.Macro(name=name):
                self.macros[name] = node
                return []
            case nodes.Include(template=nodes.Const(value=str(name))):
                return self._include(name)
            case (
                nodes.Block()
                | nodes.Scope()
                | nodes.With()
                | nodes.FilterBlock()
                | nodes.ScopedEvalContextModifier()
            ):
                if isinstance(node, nodes.With):
                    for target, value in zip(node.targets, node.values, strict=False):
                        if isinstance(target, nodes.Name):
                            self.scope[target.name] = self.value(value)
                return self.body(node.body)
            case _:
                return []

    def _output(self, node: nodes.Node) -> list[Part]:
        if isinstance(node, nodes.TemplateData):
            return [Lit(node.data)]
        assert isinstance(node, nodes.Expr)
        place = self.place(node)
        return [self._placed(part, place) for part in parts_of(self.value(node), place)]

    def _placed(self, part: Part, place: Place) -> Part:
        """What the template does to an order is told at its line; where a value came from is part of the way."""
        if not isinstance(part, Hole) or not part.taints:
            return part
        return replace(part, taints=frozenset(self._moved(t, place) for t in part.taints))

    def _moved(self, taint: Taint, place: Place) -> Taint:
        if taint.place.file == self.file:
            return taint
        return replace(taint, place=place, path=(taint.place, *taint.path))

    def _include(self, name: str) -> list[Part]:
        other = find(self.others, name, self.file)
        if other is None or self.depth > 8:
            return [Hole(NONE, f"include {name}")]
        inner = Renderer(other, self.scope, self.others)
        inner.depth = self.depth + 1
        return inner.parts()

    def _for(self, node: nodes.For) -> list[Part]:
        source = self.value(node.iter)
        place = self.place(node)
        saved = dict(self.scope)
        self._bind(node.target, element_of(source))
        inner = self.body(node.body)
        self.scope = saved
        shape = frozenset(self._moved(t, place) for t in shape_of(source) | text_taints_of(source))
        retrieved = label_taints(source, place) if isinstance(source, Opaque) else NONE
        held = shape | frozenset(t for t in retrieved if t.cause is Cause.VARYING)
        return [*([Hole(held)] if held else []), *inner]

    def _bind(self, target: nodes.Node, value: Value) -> None:
        if isinstance(target, nodes.Name):
            self.scope[target.name] = value
        elif isinstance(target, nodes.Tuple):
            items = value.items if isinstance(value, ListV) else []
            for number, each in enumerate(target.items):
                held = items[number].value if number < len(items) else Opaque(taints_in(value))
                self._bind(each, held)

    def _if(self, node: nodes.If) -> list[Part]:
        taints = taints_in(self.value(node.test), 2)
        sides = [self.body(node.body), self.body(node.else_)]
        sides += [self.body(each.body) for each in node.elif_]
        longest = max(
            sides,
            key=lambda parts: sum(
                len(p.text) if isinstance(p, Lit) else 20 * len(p.taints) for p in parts
            ),
        )
        live = frozenset(t for t in taints if t.cause is not Cause.UNORDERED)
        live = live or self._chosen(node, sides) or self._variants(node, sides)
        return [*([Hole(live)] if live else []), *longest]

    def _chosen(self, node: nodes.If, sides: list[list[Part]]) -> Taints:
        """A condition on whom or what a call is for makes another prefix for each of them."""
        texts = {"".join(p.text for p in side if isinstance(p, Lit)) for side in sides}
        if len(texts) < 2:
            return NONE
        for each in (node.test, *node.test.find_all((nodes.Name, nodes.Getattr))):
            held = self.value(each) if isinstance(each, nodes.Name | nodes.Getattr) else None
            label = held.label if isinstance(held, Opaque) else ""
            told = label_taints(held, self.place(node)) if isinstance(held, Opaque) else NONE
            if _CHOSEN.match(label) or any(t.cause is Cause.USER for t in told):
                what = f"`{label}`, which decides between {len(texts)} texts,"
                return frozenset({Taint(Cause.VARYING, REQUEST, self.place(node), what)})
        return NONE

    def _variants(self, node: nodes.If, sides: list[list[Part]]) -> Taints:
        """A condition of which nothing is known makes as many prefixes as it has sides that differ."""
        names = [
            n.name
            for n in (node.test, *node.test.find_all(nodes.Name))
            if isinstance(n, nodes.Name)
        ]
        texts = {"".join(p.text for p in side if isinstance(p, Lit)) for side in sides}
        if len(texts) < 2 or not names or any(name in ("loop", *self.scope) for name in names):
            return NONE
        what = f"`{names[0]}`, which makes {len(texts)} variants,"
        return frozenset({Taint(Cause.BRANCH, TENANT, self.place(node), what)})

    # --- expressions ------------------------------------------------------------------------------------

    def value(self, node: nodes.Node | None) -> Value:
        """The value of an expression."""
        match node:
            case nodes.Const(value=held):
                return Const(held)
            case nodes.TemplateData(data=data):
                return Const(data)
            case nodes.Name(name=name):
                return self.scope[name] if name in self.scope else named(name, self.place(node))
            case (
                nodes.Getattr(node=inner, attr=attr)
                | nodes.Getitem(node=inner, arg=nodes.Const(value=str(attr)))
            ):
                owner = self.value(inner)
                if isinstance(owner, Obj):
                    return _of_object(owner, attr, getattr(inner, "name", ""))
                return self._attribute(owner, attr)
            case nodes.Getitem(node=inner, arg=nodes.Slice()):
                return self.value(inner)
            case nodes.Getitem(node=inner, arg=index):
                by = frozenset(t for t in taints_in(self.value(index), 2) if t.rank > SESSION)
                return join([element_of(self.value(inner)), *([Opaque(by)] if by else [])])
            case nodes.Call():
                return self._call(node)
            case nodes.Filter():
                return self._filter(node)
            case nodes.CondExpr():
                sides = [
                    self.value(node.expr1),
                    self.value(node.expr2) if node.expr2 else Const(""),
                ]
                return join(sides, taints_in(self.value(node.test), 2))
            case nodes.Concat():
                return text(
                    [p for each in node.nodes for p in parts_of(self.value(each), self.place(node))]
                )
            case nodes.Add(left=left, right=right):
                return self._added(left, right, node)
            case nodes.List(items=items) | nodes.Tuple(items=items):
                return ListV("list", [Item(self.value(each)) for each in items])
            case nodes.Dict(items=items):
                return DictV({getattr(p.key, "value", ""): self.value(p.value) for p in items})
            case nodes.BinExpr(left=left, right=right):
                return Opaque(taints_in(self.value(left)) | taints_in(self.value(right)))
            case nodes.Expr():
                return Opaque(
                    union(
                        taints_in(self.value(each), 2)
                        for each in node.iter_child_nodes()
                        if isinstance(each, nodes.Expr)
                    )
                )
            case _:
                return Opaque()

    def _added(self, left: nodes.Node, right: nodes.Node, node: nodes.Node) -> Value:

        one, other = self.value(left), self.value(right)
        return text((*parts_of(one, self.place(node)), *parts_of(other, self.place(node))))

    def _attribute(self, value: Value, attr: str) -> Value:
        match value:
            case DictV(fields=fields, rest=rest):
                return fields.get(attr, rest) or Opaque(label=attr)
            case Opaque(label=label, taints=taints):
                if attr in COARSE_PARTS and taints:
                    return at_rank(value, COARSE_PARTS[attr])
                return Opaque(taints, label=f"{label}.{attr}" if label else attr)
            case Choice(options=options, taints=taints):
                return join([self._attribute(o, attr) for o in options], taints)
            case ListV() if attr in ("items", "values", "keys"):
                return value
            case _:
                return Opaque(taints_in(value), label=attr)

    def _call(self, node: nodes.Call) -> Value:
        target = node.node
        args = [self.value(each) for each in node.args]
        if isinstance(target, nodes.Getattr):
            owner = self.value(target.node)
            if target.attr == "strftime" and args and isinstance(args[0], Const):
                return coarse(owner, str(args[0].value))
            if target.attr in ("items", "values", "keys") and isinstance(
                owner, DictV | ListV | Opaque
            ):
                return owner
            if target.attr in COARSE_PARTS:
                return at_rank(owner, COARSE_PARTS[target.attr])
            if target.attr == "join" and args:
                return joined(owner, args[0], self.place(node))
            return Opaque(
                taints_in(owner) | union(taints_in(a) for a in args),
                label=f"{getattr(owner, 'label', '')}.{target.attr}".strip("."),
            )
        name = target.name if isinstance(target, nodes.Name) else ""
        if name in self.macros and self.depth <= 8:
            return self._macro(self.macros[name], node, args)
        if name == "strftime_now":
            held = Opaque(
                frozenset({Taint(Cause.CLOCK, REQUEST, self.place(node), "`strftime_now`")})
            )
            return coarse(held, str(args[0].value)) if args and isinstance(args[0], Const) else held
        if name in ("dict", "namespace"):
            return DictV({each.key: self.value(each.value) for each in node.kwargs})
        if name in ("range", "lipsum", "cycler", "joiner"):
            return Opaque(label=name)
        found = self.value(target)
        if taints_in(found, 2) or not isinstance(found, Opaque):
            return found
        return Opaque(union(taints_in(a) for a in args), label=name)

    def _macro(self, macro: nodes.Macro, node: nodes.Call, args: list[Value]) -> Value:
        """What a macro writes for its arguments."""

        saved = dict(self.scope)
        names = [each.name for each in macro.args]
        late = names[len(names) - len(macro.defaults) :]
        for name, default in zip(late, macro.defaults, strict=True):
            self.scope[name] = self.value(default)
        self.scope |= dict(zip(names, args, strict=False))
        self.scope |= {each.key: self.value(each.value) for each in node.kwargs}
        found = text(self.body(macro.body))
        self.scope = saved
        return found

    def _filter(self, node: nodes.Filter) -> Value:
        args = [self.value(each) for each in node.args]
        own = self.scope.get(f"|{node.name}")
        return filtered(node.name, self.value(node.node), args, self.place(node), own)


def _of_object(owner: Obj, attr: str, said: str) -> Value:
    """An attribute of an object of the project, known by the name that the template has for the object."""
    held = owner.attrs.get(attr)
    if held is None or (isinstance(held, Opaque) and not held.taints):
        base = held if isinstance(held, Opaque) else Opaque()
        return replace(base, label=f"{said}.{attr}" if said else attr)
    return held
