"""Control flow: what is bound after an `if`, what a loop carries, what arms may do."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ....ir.diagnostic import Severity
from ....ir.span import Span
from ....ir.types import (
    ANY,
    IMAGE,
    INT,
    NONE,
    PROMPT,
    ListType,
    OptionalType,
    Type,
    UnionType,
    accepts,
)
from ...syntax import nodes as s
from ..effects import EffectReader
from ..expressions.options import CallChecker
from ..facts import Facts
from ..report import Reporter
from ..scope import Lost, Scope, Variable
from ..symbols import (
    FileScope,
)
from ..types import TypeReader, holds_prompt, joined, widened

if TYPE_CHECKING:
    from collections.abc import Generator

Check = Callable[[s.Body], None]


class ControlChecker(CallChecker):
    """Checks control flow. `turn` is the turn that we are in, if any."""

    def __init__(
        self, file: FileScope, reporter: Reporter, facts: Facts, effects: EffectReader
    ) -> None:
        super().__init__(file, reporter, facts)
        self.effects = effects
        self.types = TypeReader(file, reporter)
        self.turn: s.Turn | None = None
        self.has_turns = False
        self.result: Type | None = None
        self.result_span: Span | None = None
        self.place: tuple[str, Span] | None = None
        self.section: Span | None = None

    @contextmanager
    def inside(self, place: str, span: Span) -> Generator[None]:
        """Check something that `return` can't leave."""
        outer, self.place = self.place, self.place or (place, span)
        yield
        self.place = outer

    def body(self, statements: s.Body) -> bool:
        """Check statements in order; whether they end in `return` on every path."""
        raise NotImplementedError

    def statement(self, node: s.Stmt) -> bool:
        """Check one statement; whether it returns on every path."""
        raise NotImplementedError

    def bind(self, target: s.Ident, kind: Type, declared: Type | None) -> None:
        """Bind a name, and check that it may be bound and keeps its type."""
        raise NotImplementedError

    def no_effects_here(self, span: Span, what: str) -> None:
        """Report something that a section can't hold."""
        raise NotImplementedError

    # --- if ---------------------------------------------------------------------------------------

    def check_if(self, node: s.If) -> bool:
        """Check an `if`; whether all its arms return."""
        branches: list[tuple[Scope, bool]] = []
        outer = Scope(self.scope, "branch")
        for condition, body in node.clauses:
            with self.inner_scope(outer):
                self.condition(condition)
            with self.inner_scope(Scope(outer, "branch")) as scope:
                self.narrow(condition, True)
                branches.append((scope, self.body(body)))
            with self.inner_scope(outer):
                self.narrow(condition, False)
        with self.inner_scope(Scope(outer, "branch")) as scope:
            branches.append((scope, self.body(node.orelse or ())))
        self._merge(node, branches)
        returns = [returns for _, returns in branches]
        if node.orelse is None and all(returns[:-1]):
            self.scope.narrowed.update(outer.narrowed)
        self._return_order(node, returns)
        return all(returns)

    def _merge(self, node: s.If, branches: list[tuple[Scope, bool]]) -> None:
        """Bind after an `if` what every branch that goes on has bound."""
        going_on = [
            (index, scope) for index, (scope, returns) in enumerate(branches) if not returns
        ]
        names = dict.fromkeys(name for _, scope in going_on for name in scope.variables)
        for name in names:
            before = self.scope.lookup_declared(name)
            found = [scope.variables.get(name, before) for _, scope in going_on]
            bound = [variable for variable in found if variable is not None]
            first = bound[0]
            if len(bound) == len(found):
                self._bind_merged(node, name, bound)
                continue
            index = next(i for (i, _), v in zip(going_on, found, strict=True) if v is None)
            self.scope.lost[name] = Lost(first.span, "branch", _branch_words(node, index))

    def _bind_merged(self, node: s.If, name: str, bound: list[Variable]) -> None:
        kind: Type | None = bound[0].type
        for variable in bound[1:]:
            merged = joined(kind, variable.type) if kind is not None else None
            if merged is None:
                self.report(
                    "SGL0202", variable.span, f"`{name}` has another type in each arm",
                    f"`{variable.type}` here", help="bind one type in every arm, or use two names",
                    also=(bound[0].span, f"`{bound[0].type}` here"),
                )  # fmt: skip
                merged = ANY
            kind = merged
        fixed = any(variable.fixed for variable in bound)
        turn = bound[0].turn
        self.scope.bind(Variable(name, kind or ANY, bound[0].span, fixed, turn, bound[0].is_param))

    def _return_order(self, node: s.If, returns: list[bool]) -> None:
        """Arms that return stand before those that go on: what follows is the rest of one path."""
        bodies = [*(body for _, body in node.clauses), node.orelse or ()]
        partly = [self.effects.body(body).returns for body in bodies]
        if not any(partly) or all(returns) or self.place is not None:
            return
        first = returns.index(False)
        if any(partly[first:]):
            self.report(
                "SGL0308", node.head, "an arm that may return stands after one that goes on",
                help="put the arms that always return first, or bind the result and return it at the end",
            )  # fmt: skip

    def check_return(self, node: s.Return) -> bool:
        """Check a `return`: where it stands, and its value."""
        kind = NONE
        if node.value is not None:
            kind = self.value(node.value, self.result)
        if self.place is not None:
            self.report(
                "SGL0304", node.span, f"`return` inside {self.place[0]}",
                help="bind the result to a name, and return it after the block",
                also=(self.place[1], "opened here"),
            )  # fmt: skip
        elif self.result is not None and not accepts(self.result, kind):
            if node.value is None:
                self.report("SGL0201", node.span, f"`return` without a value of type `{self.result}`",
                            help="name the value: `return answer`")  # fmt: skip
            elif self.result_span is not None:
                self.mismatch(
                    node.value, self.result, kind, f"declared as `{self.result}`", self.result_span
                )
            else:
                self.report(
                    "SGL0201", node.span, f"a value of type `{kind}` is returned, none is declared",
                    help=f"declare it after the parameters: `-> {kind}`",
                )  # fmt: skip
        return True

    # --- loops ------------------------------------------------------------------------------------

    def check_for(self, node: s.For) -> None:
        """Check a `for`."""
        item = self.item_type(node.items)
        if holds_prompt(item):
            self.report("SGL0305", node.items.span, "a loop over prompts",
                        help="loop over indices: `for i in range(...)`")  # fmt: skip
        if node.unordered and node.key is None:
            self.report("SGL0316", node.head, "`unordered` without `by`",
                        help="say what orders the items: `for d in unordered documents by d.id:`")  # fmt: skip
        if node.key is not None and not node.unordered:
            self.report("SGL0316", node.key.span, "`by` without `unordered`",
                        help="say that the order is free: `for d in unordered documents by d.id:`")  # fmt: skip
        with self.inner_scope(Scope(self.scope, "loop")) as scope, self.inside("a loop", node.head):
            self._widen_carried(node)
            loop_names = {target.text for target in node.targets}
            self._check_targets(node.targets)
            self.bind_targets(node.targets, item)
            if node.key is not None:
                with self.purely("the key of `by`"):
                    self._order_key(node.key)
            self.body(node.body)
        self._after_loop(node, scope, loop_names)

    def _check_targets(self, targets: tuple[s.Ident, ...]) -> None:
        for target in targets:
            bound = self.scope.lookup(target.text)
            if bound is not None:
                self.report(
                    "SGL0101", target.span, f"`{target.text}` is bound already",
                    help="choose another name for the loop", also=(bound.span, "bound here"),
                )  # fmt: skip

    def _order_key(self, key: s.Expr) -> None:
        kind = self.value(key)
        if isinstance(widened(kind), ListType) or kind == NONE or kind == IMAGE:
            self.report("SGL0201", key.span, f"`by` takes a text or a number, not `{kind}`",
                        help="name a field that orders the items: `by d.id`")  # fmt: skip

    def _widen_carried(self, node: s.For | s.While) -> None:
        """Forget of the names that a loop assigns what may not hold in the next iteration.

        A condition said that a value is there; a text is one of some literals.
        """
        for name in self.effects.body(node.body).assigned:
            bound = self.scope.lookup_declared(name)
            if bound is None:
                continue
            if isinstance(bound.type, OptionalType):
                self.scope.narrowed[name] = bound
            elif isinstance(bound.type, UnionType) and not bound.fixed:
                if not _assigns_literals_of(node.body, name, bound.type):
                    kind = widened(bound.type)
                    wide = Variable(name, kind, bound.span, False, bound.turn, bound.is_param)
                    self.scope.bind(wide)

    def _after_loop(self, node: s.For | s.While, scope: Scope, loop_names: set[str]) -> None:
        """Carry what was bound before the loop; what was bound first in it ends."""
        carried = self.facts.carried.setdefault(node, {})
        for name, variable in scope.variables.items():
            before = self.scope.lookup_declared(name)
            if before is not None and name not in loop_names:
                kind = joined(before.type, variable.type) or before.type
                carried[name] = kind
                span = before.span
                self.scope.bind(
                    Variable(name, kind, span, before.fixed, before.turn, before.is_param)
                )
            elif before is None:
                self.scope.lost[name] = Lost(variable.span, "loop", "")

    def check_while(self, node: s.While) -> None:
        """Check a `while`."""
        if node.limit is None:
            self.report("SGL0315", node.head, "a `while` without `max`",
                        help="bound it: `while not done max 8:`")  # fmt: skip
        else:
            self.expect(node.limit, INT, "`max` takes an `int`")
        with self.inner_scope(Scope(self.scope, "loop")) as scope, self.inside("a loop", node.head):
            self._widen_carried(node)
            with self.purely("a condition of `while`"):
                self.condition(node.condition)
            self.narrow(node.condition, True)
            self.body(node.body)
        self._after_loop(node, scope, set())

    # --- arms -------------------------------------------------------------------------------------

    def check_fork(self, node: s.Fork) -> None:
        """Check a `fork`; the names of its arms become lists."""
        self.no_effects_here(node.head, "a fork")
        if node.targets:
            item = self.item_type(node.items)
        else:
            item = INT
            if self.value(node.items) not in (INT, ANY):
                kind = self.facts.types[node.items]
                help = f"name the item: `fork x in {node.items.span.text[:30]}:`"
                self.report(
                    "SGL0201",
                    node.items.span,
                    f"a number of arms is an `int`, not `{kind}`",
                    help=help,
                )
            self._identical_arms(node)
        with self.inner_scope(Scope(self.scope, "arm")) as scope, self.inside("an arm", node.head):
            self._check_targets(node.targets)
            if node.targets:
                self.bind_targets(node.targets, item)
            self.body(node.body)
        targets = {target.text for target in node.targets}
        for name, variable in scope.variables.items():
            if name not in targets:
                self._bind_after_arms(variable, ListType(variable.type))
        self._bind_arms(node.arms)

    def _bind_after_arms(self, variable: Variable, kind: Type) -> None:
        self.scope.bind(Variable(variable.name, kind, variable.span, False, self.turn))

    def _bind_arms(self, arms: s.Ident | None) -> None:
        if arms is not None:
            self.bind(arms, ListType(PROMPT), None)

    def _identical_arms(self, node: s.Fork) -> None:
        """Warn of arms that all ask the same and get the same answer."""
        count = self.constant(node.items)
        if count == 1:
            return
        calls = [n for n in s.walk(node.body) if isinstance(n, s.Call)]
        model = [call for call in calls if self.is_model_call(call)]
        if model and len(model) == len([c for c in calls if not self._is_builtin(c)]):
            if not any(_is_sampled(call) for call in model):
                self.report(
                    "SGL0317", node.head, "all arms ask the same and get the same answer",
                    help="sample: `gen(temperature=0.8)`, or give each arm a text of its own: `fork x in xs:`",
                    severity=Severity.WARNING,
                )  # fmt: skip

    def _is_builtin(self, call: s.Call) -> bool:
        return isinstance(call.callee, s.Name) and not self.is_model_call(call) and (
            call.callee.text not in self.file.names)  # fmt: skip

    def check_parallel(self, node: s.Parallel) -> None:
        """Check a `parallel`; the names of its arms are distinct."""
        self.no_effects_here(node.head, "`parallel`")
        found: list[Variable] = []
        self._only(
            node.body, s.Arm, "SGL0310", "`parallel` holds arms alone", "put it under `arm:`"
        )
        for statement in node.body:
            if isinstance(statement, s.Arm):
                found += self._arm(statement)
            else:
                self.statement(statement)
        seen: dict[str, Variable] = {}
        for variable in found:
            other = seen.setdefault(variable.name, variable)
            if other is not variable:
                self.report(
                    "SGL0318", variable.span, f"two arms bind `{variable.name}`",
                    help="the names of different arms are distinct", also=(other.span, "bound here, too"),
                )  # fmt: skip
        for variable in seen.values():
            self._bind_after_arms(variable, variable.type)
        self._bind_arms(node.arms)

    def _only(self, body: s.Body, kind: type[s.Stmt], code: str, headline: str, help: str) -> None:
        """Report the first statement of a block that holds one kind alone."""
        strangers = [x for x in body if not isinstance(x, kind | s.Broken)]
        if strangers:
            self.report(code, head_of(strangers[0]), headline, help=help)

    def _arm(self, node: s.Arm) -> list[Variable]:
        with self.inner_scope(Scope(self.scope, "arm")) as scope, self.inside("an arm", node.head):
            self.body(node.body)
        return list(scope.variables.values())

    def check_unordered(self, node: s.Unordered) -> None:
        """Check an `unordered` and its sections."""
        self._only(
            node.body,
            s.Section,
            "SGL0311",
            "`unordered` holds sections alone",
            "put it under `section:`",
        )
        for statement in node.body:
            if isinstance(statement, s.Section):
                self._section(node, statement)
            else:
                self.statement(statement)

    def _section(self, node: s.Unordered, section: s.Section) -> None:
        outer, self.section = self.section, node.head
        with self.inside("a section", section.head), self.purely("a section of `unordered`"):
            with self.inner_scope(Scope(self.scope, "inner")):
                self.body(section.body)
        self.section = outer


def head_of(node: s.Stmt) -> Span:
    """What to underline when a statement as a whole is meant."""
    return getattr(node, "head", node.span)


def _branch_words(node: s.If, index: int) -> str:
    if index < len(node.clauses):
        return f"`{node.clauses[index][0].span.text[:60]}` holds"
    shown = node.clauses[-1][0].span.text[:60]
    return f"`{shown}` does not hold"


def _is_sampled(call: s.Call) -> bool:
    """Whether a model call draws: its temperature is not 0 and it has no seed."""
    options = {arg.name.text: arg.value for arg in call.args if arg.name is not None}
    temperature = options.get("temperature")
    if temperature is None or "seed" in options:
        return False
    return not (isinstance(temperature, s.Literal) and temperature.value == 0)


def _assigns_literals_of(body: s.Body, name: str, union: UnionType) -> bool:
    """Whether everything that a body binds to a name is one of the literals that it may have."""
    values = [
        node.value
        for node in s.walk(body)
        if isinstance(node, s.Assign) and node.target.text == name
    ]
    literals = [value.value for value in values if isinstance(value, s.Literal)]
    return len(literals) == len(values) and set(literals) <= set(union.literals)
