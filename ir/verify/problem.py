"""How the verifier says what is wrong: one diagnostic at an op, which names the program."""

from __future__ import annotations

from ..diagnostic import Diagnostic, Label
from ..module import Fragment, Program
from ..ops import Op
from ..span import Span

Owner = Program | Fragment


def problem(code: str, owner: Owner, headline: str, op: Op | None = None) -> Diagnostic:
    """A diagnostic about an op of a program or fragment, or about the whole of it."""
    span: Span | None = op.span if op is not None else owner.span
    kind = "program" if isinstance(owner, Program) else "fragment"
    what = f"`{type(op).__name__.lower()}` in " if op is not None else ""
    labels = (Label(span),) if span is not None else ()
    return Diagnostic(f"SGL{code}", f"{what}{kind} `{owner.name}`: {headline}", labels)
