"""Statements to ops: what binds, what appends, and control flow as regions.

A branch yields the names that it binds and the prompt that it leaves; a loop carries those that were
there before it. That is all there is to know about the prompt after a construct.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...ir.ops import (
    Block,
    Builtin,
    Const,
    For,
    Fork,
    If,
    Image,
    Insert,
    MakeList,
    Operand,
    Text,
    Turn,
    Unordered,
    Use,
    Value,
    While,
)
from ...ir.span import Span
from ...ir.types import ANY, IMAGE, INT, NONE, PROMPT, ListType
from ...ir.values.operations import text_form
from ..check.effects import Effects
from ..check.facts import GenCall, SelectCall, SymbolCall
from ..check.types import joined
from ..syntax import nodes as s
from .calls import CallLowering
from .values import Frame

NOTHING = Const(None, NONE)
_Carried = list[tuple[str, Operand]]
"""Names (the prompt is an empty one) and their values before a loop."""


class StatementLowering(CallLowering):
    """Lowers the statements of one body."""

    def statements(self, body: Sequence[s.Stmt]) -> Operand | None:
        """Lower statements in order; the returned value, if they end in `return`."""
        for position, node in enumerate(body):
            match node:
                case s.Return(value=value):
                    return NOTHING if value is None else self.value(value)
                case s.If() if self._effects(node).returns:
                    return self._returning_if(node, 0, body[position + 1 :])
                case _:
                    self._statement(node)
        return None

    def _effects(self, node: s.Stmt) -> Effects:
        return self.checked.effects.statement(node)

    def _statement(self, node: s.Stmt) -> None:
        match node:
            case s.Append(value):
                self._append(value)
            case s.Assign():
                self._assign(node)
            case s.Use():
                self._use(node)
            case s.Resume(prompt):
                self.frame.prompt = self.value(prompt)
            case s.Turn():
                self._turn(node)
            case s.If():
                self._if(node, 0)
            case s.For():
                self._for(node)
            case s.While():
                self._while(node)
            case s.Fork():
                self._fork(node)
            case s.Parallel():
                self._parallel(node)
            case s.Unordered():
                self._unordered(node)
            case _:
                pass

    # --- appending --------------------------------------------------------------------------------

    def _append(self, value: s.Expr) -> None:
        fact = self.facts.calls.get(value)
        if isinstance(value, s.Call) and isinstance(fact, GenCall | SelectCall):
            self.ask(value, "")
        elif isinstance(value, s.Text):
            for piece in self.pieces(value.parts):
                self._append_operand(piece, value.span)
        else:
            self._append_operand(self.value(value), value.span)

    def _append_operand(self, operand: Operand, span: Span) -> None:
        """Append literal text, an image, or the text form of a value."""
        result = Value(PROMPT)
        if isinstance(operand, Const):
            text = text_form(operand.value) if operand.value is not None else ""
            if text:
                self.frame.prompt = self.emit(Text(result, self.prompt(), text, span=span)).result
        elif operand.type == IMAGE:
            self.frame.prompt = self.emit(Image(result, self.prompt(), operand, span=span)).result
        elif operand.type != NONE:
            self.frame.prompt = self.emit(Insert(result, self.prompt(), operand, span=span)).result

    def _use(self, node: s.Use) -> None:
        fact = self.facts.calls[node]
        assert isinstance(fact, SymbolCall)
        args = self.arguments(fact.args, fact.symbol.params)
        self.needed(fact.symbol)
        site, name = self.sites.next(), getattr(fact.symbol, "unique", fact.symbol.name)
        op = Use(Value(PROMPT), self.prompt(), name, args, site, self.frame.indices, span=node.span)
        self.frame.prompt = self.emit(op).result

    def _turn(self, node: s.Turn) -> None:
        tools = self.value(node.args[0].value) if node.args else None
        for edge in ("begin", "end"):
            if edge == "end":
                self.statements(node.body)
            turn = Turn(
                Value(PROMPT), self.prompt(), node.role, edge,
                tools if edge == "begin" else None, span=node.head,
            )  # fmt: skip
            self.frame.prompt = self.emit(turn).result

    # --- names ------------------------------------------------------------------------------------

    def _assign(self, node: s.Assign) -> None:
        name = node.target.text
        fact = self.facts.calls.get(node.value)
        if isinstance(node.value, s.Call) and isinstance(fact, GenCall | SelectCall):
            samples = node.samples.text if node.samples is not None else ""
            value, prompts = self.ask(node.value, name, samples)
            if prompts is not None:
                self.frame.names[samples] = prompts
        else:
            value = self._typed(self.value(node.value), node.target)
        self.frame.names[name] = value

    def _typed(self, operand: Operand, target: s.Ident) -> Operand:
        """A constant with the type of the name that it is bound to."""
        kind = self.facts.bindings.get(target, (None, ANY))[1]
        if isinstance(operand, Const) and kind != ANY:
            return Const(operand.value, kind)
        return operand

    # --- if ---------------------------------------------------------------------------------------

    def _if(self, node: s.If, at: int) -> None:
        """Lower the clauses from `at` on."""
        condition, body = node.clauses[at]
        cond = self.value(condition)
        with self.region(node.head) as first:
            self.statements(body)
        with self.region(node.head) as second:
            if at + 1 < len(node.clauses):
                self._if(node, at + 1)
            else:
                self.statements(node.orelse or ())
        self._merge(cond, first, second, node.head)

    def _merge(self, cond: Operand, first: Frame, second: Frame, span: Span) -> None:
        """Bind what both branches know after them, and the prompt of the one that ran."""
        pairs: list[tuple[str, Operand, Operand]] = []
        for name in dict.fromkeys((*first.names, *second.names)):
            one, other = first.lookup(name), second.lookup(name)
            if one is not None and other is not None:
                pairs.append((name, one, other))
        if first.prompt is not second.prompt and first.prompt and second.prompt:
            pairs.append(("", first.prompt, second.prompt))
        kinds = [joined(one.type, other.type) or ANY for _, one, other in pairs]
        found = tuple(Value(kind, name) for kind, (name, _, _) in zip(kinds, pairs, strict=True))
        yes = self.seal(first, (), [one for _, one, _ in pairs])
        no = self.seal(second, (), [other for _, _, other in pairs])
        self.emit(If(found, cond, yes, no, span=span))
        for value, (name, _, _) in zip(found, pairs, strict=True):
            self._rebind(name, value)

    def _rebind(self, name: str, value: Operand) -> None:
        """Bind a name, or (without one) the prompt."""
        if name:
            self.frame.names[name] = value
        else:
            self.frame.prompt = value

    def _returning_if(self, node: s.If, at: int, rest: Sequence[s.Stmt]) -> Operand:
        """An `if` whose first arms return: what follows it belongs to the path that goes on."""
        condition, body = node.clauses[at]
        cond = self.value(condition)
        with self.region(node.head) as first:
            one = self.statements(body) or NOTHING
            yes = self.seal(first, (), (one,))
        with self.region(node.head) as second:
            other = self._remaining(node, at + 1, rest)
            no = self.seal(second, (), (other,))
        result = Value(joined(one.type, other.type) or ANY, "result")
        return self.emit(If((result,), cond, yes, no, span=node.head)).results[0]

    def _remaining(self, node: s.If, at: int, rest: Sequence[s.Stmt]) -> Operand:
        """The value of a path on which the clauses before `at` did not hold."""
        if at == len(node.clauses):
            return self.statements([*(node.orelse or ()), *rest]) or NOTHING
        if self.checked.effects.body(node.clauses[at][1]).returns:
            return self._returning_if(node, at, rest)
        later = s.If(node.clauses[at:], node.orelse, node.head, span=node.span)
        return self.statements([later, *rest]) or NOTHING

    # --- loops ------------------------------------------------------------------------------------

    def _carried(self, body: s.Body, without: Iterable[str] = ()) -> _Carried:
        """The names (and, as an empty one, the prompt) that a loop carries, with their values."""
        effects = self.checked.effects.body(body)
        names = sorted(effects.assigned - set(without))
        bound = [(name, self.frame.lookup(name)) for name in names]
        carried = [(name, value) for name, value in bound if value is not None]
        return [("", self.prompt()), *carried] if effects.prompt else carried

    def _carried_values(self, node: s.For | s.While, carried: _Carried) -> tuple[Value, ...]:
        """New values for what is carried: it may get other values than it began with."""
        known = self.facts.carried.get(node, {})
        return tuple(Value(known.get(name, value.type), name) for name, value in carried)

    def _arguments_of(self, node: s.For | s.While, carried: _Carried) -> tuple[Value, ...]:
        """Block arguments for what is carried, bound in the current frame."""
        args = self._carried_values(node, carried)
        for arg, (name, _) in zip(args, carried, strict=True):
            self._rebind(name, arg)
        return args

    def _leaving(self, frame: Frame, carried: _Carried) -> list[Operand]:
        """What an iteration leaves of what is carried."""
        left = [frame.lookup(name) if name else frame.prompt for name, _ in carried]
        return [value for value in left if value is not None]

    def _finish_loop(self, carried: _Carried, results: Sequence[Value]) -> None:
        for value, (name, _) in zip(results, carried, strict=True):
            self._rebind(name, value)

    def _for(self, node: s.For) -> None:
        items = self.value(node.items)
        targets = {target.text for target in node.targets}
        carried = self._carried(node.body, targets)
        index, item = Value(INT, "index"), _item_value(items, node.targets)
        with self.region(node.head, index) as frame:
            args = self._arguments_of(node, carried)
            self.bind_targets(node.targets, item, node.head)
            self.statements(node.body)
            body = self.seal(frame, (index, item, *args), self._leaving(frame, carried))
        key = self._key(node, items) if node.key is not None else None
        inits = tuple(value for _, value in carried)
        results = self._carried_values(node, carried)
        self.emit(For(results, items, inits, body, key, span=node.head))
        self._finish_loop(carried, results)

    def _key(self, node: s.For, items: Operand) -> Block:
        """The pure block that gives what an unordered loop is sorted by."""
        assert node.key is not None
        item = _item_value(items, node.targets)
        with self.region(node.head) as frame:
            self.bind_targets(node.targets, item, node.head)
            return self.seal(frame, (item,), (self.value(node.key),))

    def _while(self, node: s.While) -> None:
        assert node.limit is not None
        limit = self.value(node.limit)
        carried = self._carried(node.body)
        with self.region(node.head) as frame:
            args = self._arguments_of(node, carried)
            cond = self.seal(frame, args, (self.value(node.condition),))
        index = Value(INT, "index")
        with self.region(node.head, index) as frame:
            args = self._arguments_of(node, carried)
            self.statements(node.body)
            body = self.seal(frame, (index, *args), self._leaving(frame, carried))
        inits = tuple(value for _, value in carried)
        results = self._carried_values(node, carried)
        self.emit(While(results, inits, cond, body, limit, span=node.head))
        self._finish_loop(carried, results)

    # --- arms -------------------------------------------------------------------------------------

    def _fork(self, node: s.Fork) -> None:
        items = self.value(node.items)
        if not node.targets:
            numbers = Builtin(Value(ListType(INT)), "range", (items,), span=node.items.span)
            items = self.emit(numbers).result
        index, item = Value(INT, "index"), _item_value(items, node.targets)
        with self.region(node.head, index) as frame:
            self.bind_targets(node.targets, item, node.head)
            targets = {target.text for target in node.targets}
            self.statements(node.body)
            names = [name for name in frame.names if name not in targets]
            values = self._arm_yields(frame, names, node.arms)
            body = self.seal(frame, (index, item), values)
        hints = [*names, *([node.arms.text] if node.arms else [])]
        results = tuple(
            Value(ListType(value.type), hint) for value, hint in zip(values, hints, strict=True)
        )
        self.emit(Fork(results, items, (body,), span=node.head))
        self.frame.names.update(zip(hints, results, strict=True))

    def _arm_yields(self, frame: Frame, names: list[str], arms: s.Ident | None) -> list[Operand]:
        values = [frame.names[name] for name in names]
        if arms is not None and frame.prompt is not None:
            values.append(frame.prompt)
        return values

    def _parallel(self, node: s.Parallel) -> None:
        bodies: list[Block] = []
        hints: list[str] = []
        results: list[Value] = []
        prompts: list[Value] = []
        for arm in node.body:
            assert isinstance(arm, s.Arm)
            with self.region(arm.head) as frame:
                self.statements(arm.body)
                values = self._arm_yields(frame, list(frame.names), node.arms)
                bodies.append(self.seal(frame, (), values))
            names = [*frame.names, *([node.arms.text] if node.arms else [])]
            found = [Value(v.type, name) for v, name in zip(values, names, strict=True)]
            if node.arms is not None:
                prompts.append(found[-1])
            results += found
            hints += names
        self.emit(Fork(tuple(results), None, tuple(bodies), span=node.head))
        self.frame.names.update(zip(hints, results, strict=True))
        if node.arms is not None:
            listed = MakeList(
                Value(ListType(PROMPT), node.arms.text), tuple(prompts), span=node.head
            )
            self.frame.names[node.arms.text] = self.emit(listed).result

    def _unordered(self, node: s.Unordered) -> None:
        sections: list[Block] = []
        for section in node.body:
            assert isinstance(section, s.Section)
            with self.region(section.head) as frame:
                prompt = frame.prompt = Value(PROMPT)
                self.statements(section.body)
                sections.append(self.seal(frame, (prompt,), (frame.prompt,)))
        op = Unordered(Value(PROMPT), self.prompt(), tuple(sections), span=node.head)
        self.frame.prompt = self.emit(op).result


def _item_value(items: Operand, targets: tuple[s.Ident, ...]) -> Value:
    """The block argument that is an item of a list."""
    kind = items.type.item if isinstance(items.type, ListType) else ANY
    return Value(kind, targets[0].text if len(targets) == 1 else "item" if targets else "")
