"""What a body does without looking at types: does it open turns, append, call, assign?

Asked by the checker for the rules of turns and arms, and by the lowering to know what a loop
carries. Answers are remembered per statement, so that asking at each level costs no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from ..syntax import nodes as s
from .facts import reasoning_of


@dataclass(frozen=True, slots=True)
class Effects:
    """What statements do.

    `turns`: open turns; `bare`: append outside of any turn they open; `prompt`: leave another
    prompt; `returns`: hold a `return`; `assigned`: the names they bind. `breaks`: hold a `break`
    that ends the loop around them; `jumps`: such a `break`, or a `continue`.
    """

    turns: bool = False
    bare: bool = False
    prompt: bool = False
    returns: bool = False
    assigned: frozenset[str] = frozenset()
    breaks: bool = False
    jumps: bool = False

    def __or__(self, other: Effects) -> Effects:
        return Effects(
            self.turns or other.turns,
            self.bare or other.bare,
            self.prompt or other.prompt,
            self.returns or other.returns,
            self.assigned | other.assigned,
            self.breaks or other.breaks,
            self.jumps or other.jumps,
        )


NOTHING = Effects()
FragmentEffects = Callable[[s.Use], Effects]


class EffectReader:
    """Reads the effects of statements; `of_use` knows what a fragment does."""

    def __init__(self, of_use: FragmentEffects, is_append: Callable[[s.Append], bool]) -> None:
        self._of_use = of_use
        self._is_append = is_append
        self._known: dict[s.Node, Effects] = {}

    def body(self, statements: Iterable[s.Stmt]) -> Effects:
        """The effects of statements together."""
        found = [self.statement(statement) for statement in statements]
        names = frozenset[str]().union(*(effects.assigned for effects in found))
        return Effects(
            any(effects.turns for effects in found),
            any(effects.bare for effects in found),
            any(effects.prompt for effects in found),
            any(effects.returns for effects in found),
            names,
            any(effects.breaks for effects in found),
            any(effects.jumps for effects in found),
        )

    def statement(self, node: s.Stmt) -> Effects:
        """The effects of one statement."""
        known = self._known.get(node)
        if known is None:
            known = self._known[node] = self._read(node)
        return known

    def _read(self, node: s.Stmt) -> Effects:
        match node:
            case s.Append():
                appends = self._is_append(node)
                return Effects(bare=appends, prompt=appends)
            case s.Assign(target, value=value, samples=samples):
                names = {target.text, reasoning_of(target.text)}
                names |= {samples.text} if samples else set()
                generates = _is_model_call(value)
                return Effects(bare=generates, prompt=generates, assigned=frozenset(names))
            case s.Use():
                return self._of_use(node) | Effects(prompt=True)
            case s.Return():
                return Effects(returns=True)
            case s.Break() | s.Continue():
                return Effects(breaks=isinstance(node, s.Break), jumps=True)
            case s.Resume():
                return Effects(prompt=True)
            case s.Turn(body=body):
                inner = self.body(body)
                return Effects(turns=True, prompt=True, assigned=inner.assigned)
            case s.If(clauses, orelse):
                total = self.body(orelse or ())
                for _, body in clauses:
                    total = total | self.body(body)
                return total
            case s.For(body=body) | s.While(body=body):
                return replace(self.body(body), breaks=False, jumps=False)
            case s.Section(body=body) | s.Unordered(body=body) | s.Broken(body=body):
                return self.body(body)
            case s.Fork(body=body, arms=arms) | s.Parallel(body=body, arms=arms):
                inner = self.body(body)
                names = inner.assigned | ({arms.text} if arms else frozenset[str]())
                return Effects(inner.turns, inner.bare, assigned=names)
            case s.Arm(body=body):
                return self.body(body)
            case _:
                return NOTHING


def _is_model_call(value: s.Expr) -> bool:
    return (
        isinstance(value, s.Call)
        and isinstance(value.callee, s.Name)
        and value.callee.text in ("gen", "select")
    )
