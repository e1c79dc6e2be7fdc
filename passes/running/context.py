"""What a pass is given besides the module, and where it says what it did and what it declined.

The driver makes one `Context` per build; the runner hands every pass a view of it that carries
the pass's name. `explain --why` prints the remarks.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol

from ...ir.module import Module
from ...ir.span import Span

if TYPE_CHECKING:
    from ...ir.target import Target
    from ...ir.target.turns import Odd

Action = Literal["did", "declined", "suggests", "warns"]


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that a pass did, declined, suggests or warns of, and why.

    `tokens`: prompt tokens per call that it shares, or would share, as far as they are known.
    """

    pass_name: str
    action: Action
    what: str
    why: str = ""
    span: Span | None = None
    tokens: int = 0

    def __str__(self) -> str:
        where = f"{self.span}: " if self.span else ""
        gain = f" ({self.tokens} tokens)" if self.tokens else ""
        why = f": {self.why}" if self.why else ""
        return f"{where}{self.pass_name} {self.action}: {self.what}{gain}{why}"


@dataclass(frozen=True, slots=True)
class PassReport:
    """One step of a pipeline that ran: its time, and the number of ops before and after."""

    pass_name: str
    changed: bool
    seconds: float
    ops_before: int
    ops_after: int

    def __str__(self) -> str:
        state = "changed" if self.changed else "unchanged"
        ops = f"{self.ops_before} -> {self.ops_after} ops"
        return f"after {self.pass_name}  {state}  {self.seconds * 1e3:.1f} ms  {ops}"


@dataclass(frozen=True, slots=True)
class Context:
    """The target of the build, and what passes and runner write into.

    `odd`: contents of turns that the chat template may show in another way than the passes wrote them.
    """

    target: Target
    level: int = 1
    pass_name: str = ""
    remarks: list[Remark] = field(default_factory=list[Remark])
    reports: list[PassReport] = field(default_factory=list[PassReport])
    odd: set[Odd] = field(default_factory=lambda: set["Odd"]())

    def named(self, pass_name: str) -> Context:
        """The same context, for a pass of that name."""
        return replace(self, pass_name=pass_name)

    def did(self, what: str, why: str = "", span: Span | None = None, tokens: int = 0) -> None:
        """Record a change that was made."""
        self.remarks.append(Remark(self.pass_name, "did", what, why, span, tokens))

    def declined(self, what: str, why: str, span: Span | None = None, tokens: int = 0) -> None:
        """Record a change that was not made, and the reason."""
        self.remarks.append(Remark(self.pass_name, "declined", what, why, span, tokens))

    def suggests(self, what: str, why: str, span: Span | None = None, tokens: int = 0) -> None:
        """Record a change that only the author may make, and what speaks for or against it."""
        self.remarks.append(Remark(self.pass_name, "suggests", what, why, span, tokens))

    def warns(self, what: str, why: str, span: Span | None = None, tokens: int = 0) -> None:
        """Record something that the author should look at."""
        self.remarks.append(Remark(self.pass_name, "warns", what, why, span, tokens))


class Pass(Protocol):
    """One rewrite: a frozen dataclass whose fields are its options.

    It works in any order, unless its class says what it `needs` (`needs.py`).
    """

    name: ClassVar[str]

    def run(self, module: Module, context: Context) -> Module:
        """The rewritten module, or the very same object when nothing changed."""
        ...
