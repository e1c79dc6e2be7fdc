"""Walking trees: what Python's own walk gives, without what only says how a name is used."""

import ast
from pathlib import Path

from sglc.compiler.lint.python import walking
from sglc.compiler.lint.python.walking import walk

MORE = """
match point:
    case {"x": 1, **rest} | [Point(x=0), *others]:
        global seen
        seen = lambda a, /, b=1, *c, d: (yield a if not b and c else d @ b)
async def f(x: int = 1) -> str:
    async with a as b, c: ...
    return [f"{x!r:>{width}}" async for x in y if x is not None]
"""


def test_walk_gives_all_nodes_level_by_level():
    texts = [file.read_text() for file in sorted(Path(walking.__file__).parent.glob("*.py"))]
    for text in (*texts, MORE):
        tree = ast.parse(text)
        every = [node for node in ast.walk(tree) if not isinstance(node, ast.expr_context)]
        assert walk(tree) == every
