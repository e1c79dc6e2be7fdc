"""The tree of a Python file with parents and character offsets, for whoever edits it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..finding import Edit, Place


@dataclass(slots=True)
class Tree:
    """A parsed file."""

    file: str
    text: str
    root: ast.Module
    parents: dict[ast.AST, ast.AST] = field(default_factory=dict)
    starts: list[int] = field(default_factory=list)

    def offset(self, line: int, column: int) -> int:
        """The character offset of a line and a byte column of the parser, which count from 1 and 0."""
        start = self.starts[line - 1]
        end = self.starts[line] if line < len(self.starts) else len(self.text)
        return start + len(self.text[start:end].encode()[:column].decode(errors="ignore"))

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Where a node stands."""
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
        return self.offset(node.lineno, node.col_offset), self.offset(end_line, end_column)

    def source(self, node: ast.expr) -> str:
        """A node as it is written."""
        start, end = self.span(node)
        return self.text[start:end]

    def replaced(self, node: ast.expr, text: str) -> Edit:
        """An edit that writes something else for a node."""
        start, end = self.span(node)
        return Edit(self.file, start, end, text)

    def at(self, place: Place) -> Iterator[ast.expr]:
        """Expressions that begin exactly at a place, the outermost first."""
        for node in ast.walk(self.root):
            if isinstance(node, ast.expr) and node.lineno == place.line:
                if node.col_offset + 1 == place.column:
                    yield node


def tree_of(file: str, text: str) -> Tree | None:
    """A file as a tree; None where it can't be parsed."""
    try:
        root = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return None
    made = Tree(file, text, root)
    for node in ast.walk(root):
        for child in ast.iter_child_nodes(node):
            made.parents[child] = node
    made.starts = [0]
    for line in text.split("\n")[:-1]:
        made.starts.append(made.starts[-1] + len(line) + 1)
    return made
