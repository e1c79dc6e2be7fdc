"""The statements of programs, prompts and tests: bindings, control flow, turns, arms."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ..ir.diagnostic import Severity
from ..ir.span import Span
from ..ir.types import (
    ANY,
    IMAGE,
    INT,
    NONE,
    PROMPT,
    ListType,
    Type,
    UnionType,
    accepts,
)
from . import syntax as s
from .check_calls import CallChecker
from .check_types import TypeReader, holds_prompt, joined, widened
from .effects import EffectReader
from .facts import Facts, GenCall, SymbolCall
from .report import Reporter
from .scope import Lost, Scope, Variable
from .suggest import closest
from .symbols import FileScope, FragmentSymbol, ModuleSymbol, ProgramSymbol, UnknownSymbol, kind_word

if TYPE_CHECKING:
    from collections.abc import Generator

Check = Callable[[s.Body], None]


class StatementChecker(CallChecker):
    """Checks the body of one program or prompt. `turn` is the turn that we are in, if any."""

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
        returned: Span | None = None
        for statement in statements:
            if returned is not None:
                self.report(
                    "SGL0307", _head(statement), "this never runs", "after the `return`",
                    help="remove it, or move it before the `return`",
                    also=(returned, "the program ends here"), severity=Severity.WARNING,
                )  # fmt: skip
                break
            if self.statement(statement):
                returned = _head(statement)
        return returned is not None

    def statement(self, node: s.Stmt) -> bool:
        """Check one statement; whether it returns on every path."""
        match node:
            case s.Return():
                return self._return(node)
            case s.If():
                return self._if(node)
            case s.Turn():
                self._turn(node)
            case s.Append():
                self._append(node)
            case s.Assign():
                self._assign(node)
            case s.Use():
                self._use(node)
            case s.Resume():
                self._resume(node)
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
            case s.Arm(head=head):
                self.stray("SGL0310", head, "`arm` outside `parallel`", "arms stand directly in `parallel:`")
            case s.Section(head=head):
                self.stray("SGL0311", head, "`section` outside `unordered`",
                           "sections stand directly in `unordered:`")  # fmt: skip
            case s.Mock() | s.Expect():
                self.stray("SGL0312", node.span, "this belongs into a test", 'write a block `test "what it shows":`')
            case s.Broken(names, body):
                for name in names:
                    self.bind_anyway(name)
                self.body(body)
            case s.Pass():
                pass
        return False

    def stray(self, code: str, span: Span, headline: str, help: str) -> None:
        """Report a statement in a place where it can't stand."""
        self.report(code, span, headline, help=help)

    def bind_anyway(self, name: s.Ident) -> None:
        """Bind a name of a line that could not be read, so that its users are not reported."""
        if self.scope.lookup(name.text) is None and name.text not in self.file.names:
            self.scope.bind(Variable(name.text, ANY, name.span))

    # --- appending --------------------------------------------------------------------------------

    def _append(self, node: s.Append) -> None:
        if self.is_model_call(node.value):
            assert isinstance(node.value, s.Call)
            self._ask(node.value, None)
            self.appends(node.span)
            return
        kind = self.infer(node.value)
        if kind == NONE and isinstance(node.value, s.Call):
            self._no_effects_here(node.span, "a call")
            return  # a host function without a result, called for its effect
        self.appendable(node.value, kind, "appended")
        self.appends(node.span)

    def appends(self, span: Span) -> None:
        """Check that the prompt may be appended to here."""
        if self.has_turns and self.turn is None:
            self.report(
                "SGL0302", span, "this is appended outside of a turn",
                help="put it under `system:`, `user:`, `assistant:` or `tool:`",
                note="in a program with turns, every append is in a turn",
            )  # fmt: skip

    def _ask(self, call: s.Call, declared: Type | None) -> Type:
        """Check a model call as a statement."""
        self._no_effects_here(call.span, "a model call")
        return self.model_call(call, declared)

    def _no_effects_here(self, span: Span, what: str) -> None:
        if self.section is not None:
            self.report(
                "SGL0309", span, f"{what} in a section of `unordered`",
                help="ask before `unordered:`, sections hold text alone",
                also=(self.section, "the order of sections is free"),
            )  # fmt: skip

    def _use(self, node: s.Use) -> None:
        symbol = self._fragment(node)
        if symbol is None:
            self.arguments_anyway(node.args)
            return
        args = self.match_arguments(node.span, node.path[-1].text, node.args, symbol.params)
        if args is not None:
            self.facts.calls[node] = SymbolCall(symbol, args)
        effects = self.effects.statement(node)
        if effects.turns and self.turn is not None:
            self._nested_turn(node.span, f"`{symbol.name}` opens turns")
        if effects.bare:
            self.appends(node.span)

    def _fragment(self, node: s.Use) -> FragmentSymbol | None:
        """The fragment that a `use` names."""
        first, *rest = node.path
        symbol = self.file.names.get(first.text)
        if isinstance(symbol, ModuleSymbol) and len(rest) == 1:
            symbol = self.member(rest[0], symbol)
            if symbol is None:
                return None
        if symbol is None:
            known = [n for n, x in self.file.names.items() if isinstance(x, FragmentSymbol | ModuleSymbol)]
            near = closest(first.text, known)
            self.report(
                "SGL0112", first.span, f"unknown prompt `{first.text}`",
                help=f"there is `{near}`" if near else f"declare it: `prompt {first.text}():`",
            )  # fmt: skip
            return None
        if isinstance(symbol, FragmentSymbol):
            self.facts.symbols[node] = symbol
            return symbol
        if not isinstance(symbol, UnknownSymbol):
            shown = ".".join(part.text for part in node.path)
            help = f"call it: `x = {shown}(...)`" if isinstance(symbol, ProgramSymbol) else (
                f"append it as it is: `{shown}`")  # fmt: skip
            self.report("SGL0112", node.span, f"`{shown}` is {kind_word(symbol)}, not a prompt", help=help)
        return None

    # --- names ------------------------------------------------------------------------------------

    def _assign(self, node: s.Assign) -> None:
        declared = self.types.read(node.annotation) if node.annotation is not None else None
        self._no_effects_here(node.span, "an assignment")
        if self.is_model_call(node.value):
            assert isinstance(node.value, s.Call)
            bound = self.scope.lookup(node.target.text)
            wanted = declared
            if wanted is None and bound is not None and bound.fixed:
                wanted = bound.type
            kind = self._ask(node.value, wanted)
            if not self._has_n(node.value):
                self.appends(node.value.span)
            self._samples(node)
        else:
            kind = self._plain_value(node, declared)
        self.bind(node.target, kind, declared)

    def _plain_value(self, node: s.Assign, declared: Type | None) -> Type:
        """Check an assigned expression."""
        if node.samples is not None:
            self.report(
                "SGL0313", node.samples.span, "`as` without samples",
                help="`gen(n=...) as prompts` names the final prompts of samples",
            )  # fmt: skip
        if declared is not None and node.annotation is not None:
            self.expect(node.value, declared, f"declared as `{declared}`", node.annotation.span)
            return declared
        bound = self.scope.lookup(node.target.text)
        return self.infer(node.value, bound.type if bound is not None else None)

    def _has_n(self, call: s.Call) -> bool:
        fact = self.facts.calls.get(call)
        return isinstance(fact, GenCall) and "n" in fact.options

    def _samples(self, node: s.Assign) -> None:
        if node.samples is None:
            return
        assert isinstance(node.value, s.Call)
        if not self._has_n(node.value):
            self.report(
                "SGL0313", node.samples.span, "`as` without samples",
                help="give `n`: `answers = gen(n=4) as prompts`",
            )  # fmt: skip
        self.bind(node.samples, ListType(PROMPT), None)

    def bind(self, target: s.Ident, kind: Type, declared: Type | None) -> None:
        """Bind a name, and check that it may be bound and keeps its type."""
        name = target.text
        outer = self.scope.crosses_arm(name)
        if outer is not None:
            self.report(
                "SGL0303", target.span, f"an arm assigns `{name}` of the program around it",
                "arms don't see each other", help="bind another name; after the fork it is a list, one entry per arm",
                also=(outer.span, "bound here"),
            )  # fmt: skip
            return
        bound = self.scope.lookup(name)
        if bound is not None:
            kind = self._rebound(target, kind, declared, bound)
        fixed = declared is not None or (bound is not None and bound.fixed)
        self.facts.bindings[target] = (bound.span if bound else target.span, kind)
        is_param = bound is not None and bound.is_param
        self.scope.bind(Variable(name, kind, target.span, fixed, self.turn, is_param))

    def _rebound(
        self, target: s.Ident, kind: Type, declared: Type | None, bound: Variable
    ) -> Type:
        """The type of a name that is bound again."""
        if bound.fixed or bound.is_param:
            if declared is None and accepts(bound.type, kind):
                return bound.type
            if declared == bound.type:
                return declared
        else:
            merged = joined(bound.type, kind)
            if merged is not None and accepts(widened(bound.type), widened(merged)):
                return widened(merged) if isinstance(bound.type, UnionType) else merged
        help = f"declare its type where it is first bound, or use another name than `{target.text}`"
        if kind == NONE:
            help = f"declare it optional where it is first bound: `{target.text}: {bound.type}? = ...`"
        elif bound.type == NONE:
            help = f"declare it optional where it is first bound: `{target.text}: {kind}? = none`"
        elif bound.type == INT:
            help = f"begin with a `float`: `{target.text} = 0.0`"
        self.report(
            "SGL0202", target.span, f"`{target.text}` is `{bound.type}` and can't become `{declared or kind}`",
            help=help, also=(bound.span, f"bound here as `{bound.type}`"),
        )  # fmt: skip
        return bound.type

    # --- turns ------------------------------------------------------------------------------------

    def _turn(self, node: s.Turn) -> None:
        if self.turn is not None:
            self._nested_turn(node.head, "")
        for arg in node.args:
            self._turn_argument(node, arg)
        outer = self.turn
        self.turn = outer or node
        with self.inside(f"the `{node.role}` turn", node.head):
            self.body(node.body)
        self.turn = outer

    def _nested_turn(self, span: Span, label: str) -> None:
        assert self.turn is not None
        self.report(
            "SGL0301", span, "a turn inside a turn", label, help="end the first turn before the next one opens",
            also=(self.turn.head, "this turn is open"),
        )  # fmt: skip

    def _turn_argument(self, node: s.Turn, arg: s.Argument) -> None:
        kind = self.value(arg.value)
        name = arg.name.text if arg.name is not None else ""
        if node.role != "system" or name != "tools":
            self.report(
                "SGL0108", arg.span, f"`{node.role}` takes no such argument",
                help="`system(tools=T):` hands tools to the chat template",
            )  # fmt: skip
        elif not isinstance(kind, ListType) and kind != ANY:
            self.report("SGL0201", arg.value.span, f"`tools` takes a list, not `{kind}`",
                        help="a list of records, one per tool")  # fmt: skip

    def _resume(self, node: s.Resume) -> None:
        kind = self.infer(node.prompt)
        self._no_effects_here(node.span, "`resume`")
        if kind not in (PROMPT, ANY):
            help = "prompts are named by `fork ... as arms` and `gen(n=...) as samples`"
            if holds_prompt(kind):
                help = f"take one of them: `resume {node.prompt.span.text[:30]}[0]`"
            self.report("SGL0305", node.prompt.span, f"`resume` takes a prompt, not `{kind}`", help=help)
        base = node.prompt
        while isinstance(base, s.Subscript):
            base = base.items
        variable = self.scope.lookup(base.text) if isinstance(base, s.Name) else None
        if variable is not None and holds_prompt(variable.type) and variable.turn is not self.turn:
            self.report(
                "SGL0314", node.span, "this prompt was made in another turn",
                help="resume it in the turn in which the arms were opened",
                also=(variable.span, "made here"),
            )  # fmt: skip

    # --- if ---------------------------------------------------------------------------------------

    def _if(self, node: s.If) -> bool:
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
        going_on = [(index, scope) for index, (scope, returns) in enumerate(branches) if not returns]
        names = dict.fromkeys(name for _, scope in going_on for name in scope.variables)
        for name in names:
            before = self.scope.lookup(name)
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

    def _return(self, node: s.Return) -> bool:
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
                self.mismatch(node.value, self.result, kind, f"declared as `{self.result}`", self.result_span)
            else:
                self.report(
                    "SGL0201", node.span, f"a value of type `{kind}` is returned, none is declared",
                    help=f"declare it after the parameters: `-> {kind}`",
                )  # fmt: skip
        return True

    # --- loops ------------------------------------------------------------------------------------

    def _for(self, node: s.For) -> None:
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
        """A name that a loop assigns may get any text, if it began as one of some literals."""
        for name in self.effects.body(node.body).assigned:
            bound = self.scope.lookup(name)
            if bound is not None and not bound.fixed and isinstance(bound.type, UnionType):
                kind = widened(bound.type)
                self.scope.bind(Variable(name, kind, bound.span, False, bound.turn, bound.is_param))

    def _after_loop(self, node: s.For | s.While, scope: Scope, loop_names: set[str]) -> None:
        """Carry what was bound before the loop; what was bound first in it ends."""
        carried = self.facts.carried.setdefault(node, {})
        for name, variable in scope.variables.items():
            before = self.scope.lookup(name)
            if before is not None and name not in loop_names:
                kind = joined(before.type, variable.type) or before.type
                carried[name] = kind
                span = before.span
                self.scope.bind(Variable(name, kind, span, before.fixed, before.turn, before.is_param))
            elif before is None:
                self.scope.lost[name] = Lost(variable.span, "loop", "")

    def _while(self, node: s.While) -> None:
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

    def _fork(self, node: s.Fork) -> None:
        self._no_effects_here(node.head, "a fork")
        if node.targets:
            item = self.item_type(node.items)
        else:
            item = INT
            if self.value(node.items) not in (INT, ANY):
                kind = self.facts.types[node.items]
                help = f"name the item: `fork x in {node.items.span.text[:30]}:`"
                self.report("SGL0201", node.items.span, f"a number of arms is an `int`, not `{kind}`", help=help)
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

    def _parallel(self, node: s.Parallel) -> None:
        self._no_effects_here(node.head, "`parallel`")
        found: list[Variable] = []
        self._only(node.body, s.Arm, "SGL0310", "`parallel` holds arms alone", "put it under `arm:`")
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

    def _only(
        self, body: s.Body, kind: type[s.Stmt], code: str, headline: str, help: str
    ) -> None:
        """Report the first statement of a block that holds one kind alone."""
        strangers = [x for x in body if not isinstance(x, kind | s.Broken)]
        if strangers:
            self.report(code, _head(strangers[0]), headline, help=help)

    def _arm(self, node: s.Arm) -> list[Variable]:
        with self.inner_scope(Scope(self.scope, "arm")) as scope, self.inside("an arm", node.head):
            self.body(node.body)
        return list(scope.variables.values())

    def _unordered(self, node: s.Unordered) -> None:
        self._only(
            node.body, s.Section, "SGL0311", "`unordered` holds sections alone", "put it under `section:`"
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


def _head(node: s.Stmt) -> Span:
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
