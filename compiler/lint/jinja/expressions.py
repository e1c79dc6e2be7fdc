"""The values of a template's expressions, for variables of which little is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from jinja2 import nodes

from ..finding import Place
from ..layout import SESSION
from ..python.clocks import COARSE_PARTS, at_rank, coarse
from ..python.elements import element_of
from ..python.holding import join, taints_in, union
from ..python.taints import Taints
from ..python.texts import joined, parts_of, text
from ..python.values import Choice, Const, DictV, Item, ListV, Obj, Opaque, Value
from .conditions import decided_by
from .filters import filtered
from .loops import windowed
from .scope import Scope
from .sources import called, drawn_of
from .variables import CONTAINERS, named


class Expressions:
    """Values of the expressions of one template."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def value(self, node: nodes.Node | None) -> Value:
        """The value of an expression."""
        match node:
            case nodes.Const(value=held):
                return Const(held)
            case nodes.TemplateData(data=data):
                return Const(data)
            case nodes.Name(name=name):
                return self._named(name, self.scope.place(node))
            case nodes.Getattr(node=inner, attr=attr):
                return self._member(inner, attr)
            case nodes.Getitem(node=inner, arg=nodes.Const(value=str(attr))):
                return self._member(inner, attr)
            case nodes.Getitem():
                return self._item(node)
            case nodes.Call():
                return self._call(node)
            case nodes.Filter():
                return self._filter(node)
            case nodes.CondExpr(expr1=one, expr2=other, test=test):
                sides = [self.value(one), self.value(other) if other else Const("")]
                return join(sides, self._deciding(test, sides))
            case nodes.Concat(nodes=many):
                return self._joined(many, self.scope.place(node))
            case nodes.Add(left=left, right=right):
                return self._joined((left, right), self.scope.place(node))
            case nodes.List(items=items) | nodes.Tuple(items=items):
                return ListV("list", [Item(self.value(each)) for each in items])
            case nodes.Dict(items=items):
                return DictV({getattr(p.key, "value", ""): self.value(p.value) for p in items})
            case nodes.BinExpr(left=left, right=right):
                return Opaque(taints_in(self.value(left)) | taints_in(self.value(right)))
            case nodes.Expr():
                return self._opaque(node)
            case _:
                return Opaque()

    def _deciding(self, test: nodes.Node, sides: Sequence[Value]) -> Taints:
        """What decides which of two values it is."""
        place = self.scope.place(test)
        texts = [list(parts_of(side, place)) for side in sides]
        known = list(self.scope.values)
        return decided_by(test, texts, self.value, known, place)

    def _opaque(self, node: nodes.Expr) -> Value:
        inner = (each for each in node.iter_child_nodes() if isinstance(each, nodes.Expr))
        return Opaque(union(taints_in(self.value(each), 2) for each in inner))

    def _named(self, name: str, place: Place) -> Value:
        held = self.scope.values.get(name)
        return named(name, place) if held is None else held

    def _joined(self, many: Sequence[nodes.Node], place: Place) -> Value:
        return text([part for each in many for part in parts_of(self.value(each), place)])

    def _item(self, node: nodes.Getitem) -> Value:
        owner = self.value(node.node)
        if isinstance(node.arg, nodes.Slice):
            return windowed(owner, node.arg, self.scope.place(node))
        by = frozenset(t for t in taints_in(self.value(node.arg), 2) if t.rank > SESSION)
        return join([element_of(owner), *([Opaque(by)] if by else [])])

    # --- attributes -------------------------------------------------------------------------------------

    def _member(self, inner: nodes.Node, attr: str) -> Value:
        module = self.scope.modules.get(inner.name) if isinstance(inner, nodes.Name) else None
        if module is not None and attr in module.values:
            return module.values[attr]
        owner = self.value(inner)
        name = inner.name if isinstance(inner, nodes.Name) else ""
        if isinstance(owner, Obj):
            return _of_object(owner, attr, name)
        if name in CONTAINERS and name not in self.scope.values:
            return Opaque(label=f"{name}.{attr}")
        return self._attribute(owner, attr)

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

    # --- calls ------------------------------------------------------------------------------------------

    def _call(self, node: nodes.Call) -> Value:
        args = [self.value(each) for each in node.args]
        named_args = {each.key: self.value(each.value) for each in node.kwargs}
        target = node.node
        if isinstance(target, nodes.Getattr):
            return self._method(target, args, named_args, node)
        name = target.name if isinstance(target, nodes.Name) else ""
        if name in self.scope.macros:
            return self.scope.macros[name](args, named_args)
        if name in ("dict", "namespace"):
            return DictV({key: held for key, held in named_args.items()})
        if name in ("range", "lipsum", "cycler", "joiner"):
            return Opaque(label=name)
        known = self.scope.values.get(name)
        source = None if known is not None else called(name, args, self.scope.place(node))
        if source is not None:
            return source
        found = self.value(target)
        if taints_in(found, 2) or not isinstance(found, Opaque):
            return found
        return Opaque(union(taints_in(a) for a in args), label=name)

    def _method(
        self,
        target: nodes.Getattr,
        args: Sequence[Value],
        named_args: Mapping[str, Value],
        node: nodes.Call,
    ) -> Value:
        owner_name = target.node.name if isinstance(target.node, nodes.Name) else ""
        module = self.scope.modules.get(owner_name)
        if module is not None and target.attr in module.macros:
            return module.macros[target.attr](args, named_args)
        path = _path_of(target)
        is_known = path.partition(".")[0] in self.scope.values
        source = None if is_known else called(path, args, self.scope.place(node))
        if source is not None:
            return source
        return self._of_owner(self.value(target.node), target.attr, args, self.scope.place(node))

    def _of_owner(self, owner: Value, attr: str, args: Sequence[Value], place: Place) -> Value:
        if attr == "strftime" and args and isinstance(args[0], Const):
            return coarse(owner, str(args[0].value))
        if attr in ("items", "values", "keys") and isinstance(owner, DictV | ListV | Opaque):
            return owner
        if attr in COARSE_PARTS:
            return at_rank(owner, COARSE_PARTS[attr])
        if attr == "join" and args:
            return joined(owner, args[0], place)
        held = taints_in(owner) | union(taints_in(a) for a in args)
        return Opaque(held, label=f"{getattr(owner, 'label', '')}.{attr}".strip("."))

    def _filter(self, node: nodes.Filter) -> Value:
        args = [self.value(each) for each in node.args]
        own = self.scope.values.get(f"|{node.name}")
        place = self.scope.place(node)
        value = self.value(node.node)
        drawn = drawn_of(node.name, value, place) if own is None else None
        return drawn or filtered(node.name, value, args, place, own)


def _path_of(node: nodes.Node) -> str:
    """`datetime.datetime.now` as it is written; empty where something else stands in front."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        owner = _path_of(node.node)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


def _of_object(owner: Obj, attr: str, said: str) -> Value:
    """An attribute of an object of the project, known by the name that the template has for the object."""
    held = owner.attrs.get(attr)
    if held is None or (isinstance(held, Opaque) and not held.taints):
        base = held if isinstance(held, Opaque) else Opaque()
        return replace(base, label=f"{said}.{attr}" if said else attr)
    return held
