"""What a prompt says where the model is asked: the text before a call, as far as the source tells.

Values stand in braces as they are written; a block that is not around the call stands as its first line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...lang.check.symbols import TextSymbol
from ...lang.compile import Analysis
from ...lang.syntax import nodes as s

MOST_CHARACTERS = 600


def prompt_before(analysis: Analysis, call: s.Call) -> str:
    """The end of the prompt that a model call goes on from."""
    items = [i for i in analysis.file.tree.items if isinstance(i, s.ProgramDecl | s.PromptDecl)]
    around = [i for i in items if i.span.start <= call.span.start < i.span.end]
    text = "".join(_Reader(analysis, call).body(around[0].body)) if around else ""
    return text if len(text) <= MOST_CHARACTERS else "…" + text[-MOST_CHARACTERS:]


class _Reader:
    """Reads statements up to one call."""

    def __init__(self, analysis: Analysis, call: s.Call) -> None:
        self.symbols, self.effects = analysis.checked.facts.symbols, analysis.checked.effects
        self.call = call

    def body(self, statements: Sequence[s.Stmt]) -> Iterator[str]:
        """The texts of statements, up to the one that holds the call."""
        for statement in statements:
            if statement.span.start > self.call.span.start:
                return
            yield from self.statement(statement)

    def statement(self, node: s.Stmt) -> Iterator[str]:
        """What a statement adds to the prompt."""
        match node:
            case s.Append(value):
                yield from self.value(value)
            case s.Assign(target, value=s.Call(s.Name("gen" | "select"))) if not self.holds(node):
                yield f"{{{target.text}}}"
            case s.Use(path=path):
                yield f"{{use {'.'.join(ident.text for ident in path)}}}"
            case s.Turn(role=role, body=body):
                yield f"\n[{role}] "
                yield from self.body(body)
            case s.If(clauses, orelse):
                blocks = [*(body for _, body in clauses), orelse or ()]
                yield from self.block(node, node.head.text, blocks)
            case s.For(body=body) | s.While(body=body) | s.Fork(body=body) | s.Arm(body=body):
                yield from self.block(node, node.head.text, [body])
            case s.Parallel(body=body) | s.Unordered(body=body):
                yield from self.block(node, node.head.text, [body])
            case _:
                pass

    def block(self, node: s.Stmt, head: str, blocks: Sequence[s.Body]) -> Iterator[str]:
        """The block that the call is in, or the first line of one that it is not in."""
        if not self.holds(node):
            if self.effects.statement(node).prompt:
                yield f"{{{head}}}"
            return
        for body in blocks:
            if any(self.holds(statement) for statement in body):
                yield from self.body(body)

    def holds(self, node: s.Node) -> bool:
        """Whether the call is in a node."""
        return node.span.start <= self.call.span.start and self.call.span.end <= node.span.end

    def value(self, expr: s.Expr) -> Iterator[str]:
        """The text of an appended value."""
        symbol = self.symbols.get(expr)
        if isinstance(expr, s.Literal):
            yield str(expr.value)
        elif isinstance(expr, s.Text):
            yield from (p if isinstance(p, str) else f"{{{p.span.text}}}" for p in expr.parts)
        elif isinstance(symbol, TextSymbol):
            yield symbol.value
        elif expr is not self.call:
            yield f"{{{expr.span.text}}}"
