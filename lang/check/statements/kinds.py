"""The statements of programs and prompts: appending, binding names, turns."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ....ir.diagnostic import Severity
from ....ir.span import Span
from ....ir.types import (
    ANY,
    INT,
    NONE,
    PROMPT,
    ListType,
    OptionalType,
    Type,
    accepts,
)
from ...syntax import nodes as s
from ..facts import GenCall, SymbolCall
from ..scope import Variable
from ..statements.branches import ControlChecker, head_of
from ..suggest import closest
from ..symbols import (
    FragmentSymbol,
    ModuleSymbol,
    ProgramSymbol,
    UnknownSymbol,
    kind_word,
)
from ..types import holds_prompt, joined, widened

if TYPE_CHECKING:
    pass

Check = Callable[[s.Body], None]


class StatementChecker(ControlChecker):
    """Checks the body of one program or prompt."""

    def body(self, statements: s.Body) -> bool:
        """Check statements in order; whether they end in `return` on every path."""
        returned: Span | None = None
        for statement in statements:
            if returned is not None:
                self.report(
                    "SGL0307", head_of(statement), "this never runs", "after the `return`",
                    help="remove it, or move it before the `return`",
                    also=(returned, "the program ends here"), severity=Severity.WARNING,
                )  # fmt: skip
                break
            if self.statement(statement):
                returned = head_of(statement)
        return returned is not None

    def statement(self, node: s.Stmt) -> bool:
        """Check one statement; whether it returns on every path."""
        match node:
            case s.Return():
                return self.check_return(node)
            case s.If():
                return self.check_if(node)
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
                self.check_for(node)
            case s.While():
                self.check_while(node)
            case s.Fork():
                self.check_fork(node)
            case s.Parallel():
                self.check_parallel(node)
            case s.Unordered():
                self.check_unordered(node)
            case s.Arm(head=head):
                self.stray(
                    "SGL0310",
                    head,
                    "`arm` outside `parallel`",
                    "arms stand directly in `parallel:`",
                )
            case s.Section(head=head):
                self.stray("SGL0311", head, "`section` outside `unordered`",
                           "sections stand directly in `unordered:`")  # fmt: skip
            case s.Mock() | s.Expect():
                self.stray(
                    "SGL0312",
                    node.span,
                    "this belongs into a test",
                    'write a block `test "what it shows":`',
                )
            case s.Broken(names, body):
                for name in names:
                    self.bind_anyway(name)
                for inner in body:
                    self.body(inner.body if isinstance(inner, s.Arm | s.Section) else (inner,))
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
            self.no_effects_here(node.span, "a call")
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
        self.no_effects_here(call.span, "a model call")
        return self.model_call(call, declared)

    def no_effects_here(self, span: Span, what: str) -> None:
        """Report something that a section can't hold."""
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
            known = [
                n
                for n, x in self.file.names.items()
                if isinstance(x, FragmentSymbol | ModuleSymbol)
            ]
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
            self.report(
                "SGL0112", node.span, f"`{shown}` is {kind_word(symbol)}, not a prompt", help=help
            )
        return None

    # --- names ------------------------------------------------------------------------------------

    def _assign(self, node: s.Assign) -> None:
        declared = self.types.read(node.annotation) if node.annotation is not None else None
        self.no_effects_here(node.span, "an assignment")
        if self.is_model_call(node.value):
            assert isinstance(node.value, s.Call)
            bound = self.scope.lookup_declared(node.target.text)
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
        bound = self.scope.lookup_declared(node.target.text)
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
        bound = self.scope.lookup_declared(name)
        given = kind
        if bound is not None:
            kind = self._rebound(target, kind, declared, bound)
        fixed = declared is not None or (bound is not None and bound.fixed)
        self.facts.bindings[target] = (bound.span if bound else target.span, kind)
        is_param = bound is not None and bound.is_param
        self.scope.bind(Variable(name, kind, target.span, fixed, self.turn, is_param))
        if isinstance(kind, OptionalType) and given not in (NONE, ANY, kind):
            if not isinstance(given, OptionalType):
                self.scope.narrowed[name] = Variable(name, kind.item, target.span, fixed)

    def _rebound(self, target: s.Ident, kind: Type, declared: Type | None, bound: Variable) -> Type:
        """The type of a name that is bound again."""
        if bound.fixed or bound.is_param:
            if declared is None and accepts(bound.type, kind):
                return bound.type
            if declared == bound.type:
                return bound.type
        else:
            merged = joined(bound.type, kind)
            if merged is not None and accepts(widened(bound.type), widened(merged)):
                return merged if accepts(bound.type, merged) else widened(merged)
        help = f"declare its type where it is first bound, or use another name than `{target.text}`"
        if kind == NONE:
            help = (
                f"declare it optional where it is first bound: `{target.text}: {bound.type}? = ...`"
            )
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
        self.no_effects_here(node.span, "`resume`")
        if kind not in (PROMPT, ANY):
            help = "prompts are named by `fork ... as arms` and `gen(n=...) as samples`"
            if holds_prompt(kind):
                help = f"take one of them: `resume {node.prompt.span.text[:30]}[0]`"
            self.report(
                "SGL0305", node.prompt.span, f"`resume` takes a prompt, not `{kind}`", help=help
            )
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
