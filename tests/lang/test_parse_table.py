"""The parse table: it builds the trees that Lark's own parser builds, to the last position."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lark import Token, Tree

from sglc.ir.span import Source
from sglc.lang.syntax import parser
from sglc.lang.syntax.layout import Layout
from sglc.lang.syntax.scanner import scan
from sglc.lang.syntax.table import feed

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.sgl"))
EXPRESSIONS = """program p(q: str, n: int) -> {a: list[int], b: str?}:
    x = -(n + 1) * 2 ** 3 // (n % 5 or 1) - len(q)
    y = not (n < 3 and q != "a") or q in ["b", q[1:2]]
    z = [i * 2 for i in range(n) if i % 2 == 0]
    "{x:.2f} {q} {n if y else z[0]}"
    b: str? = gen(max_tokens=n + 3, stop=["a", "b"])
    return {a: z, b: b}
"""


def tokens_of(text: str) -> list[Token]:
    source = Source("p.sgl", text)
    return Layout(source, scan(source).tokens).run()


def shape(node: Any) -> object:
    """A tree as plain data, positions included."""
    if isinstance(node, Tree):
        meta = None if node.meta.empty else (node.meta.start_pos, node.meta.end_pos)
        return node.data, meta, [shape(child) for child in node.children]
    return (node.type, str(node), node.start_pos, node.end_pos) if node is not None else None


def tree_by(text: str, *, through_table: bool) -> object:
    state = parser._grammar().parse_interactive("")
    for token in tokens_of(text):
        if through_table:
            assert feed(parser._table(), state.parser_state, token)
        else:
            state.feed_token(token)
    return shape(state.feed_token(Token("$END", "")))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_are_read_as_lark_reads_them(path: Path) -> None:
    text = path.read_text("utf-8")
    assert tree_by(text, through_table=True) == tree_by(text, through_table=False)


def test_expressions_are_read_as_lark_reads_them() -> None:
    assert tree_by(EXPRESSIONS, through_table=True) == tree_by(EXPRESSIONS, through_table=False)


def test_a_token_without_a_place_changes_nothing_but_what_it_ended() -> None:
    state = parser._grammar().parse_interactive("").parser_state
    first, second, *_ = tokens_of("program p():\n    pass\n")
    assert feed(parser._table(), state, first)
    before = list(state.state_stack)
    assert not feed(parser._table(), state, Token("_COLON", ":"))
    assert state.state_stack == before
    assert feed(parser._table(), state, second)
