"""Where the names of a function stand: an index of its tree, made once, so that no question walks the tree again.

Called by whoever asks how a name is used in a whole function.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import lru_cache

Binding = ast.Assign | ast.AnnAssign | ast.AugAssign


class Occurrences:
    """The names of a tree: where each is stored, how often it is read, what is assigned to it, and how it is read."""

    def __init__(self, tree: ast.AST) -> None:
        self.stores: dict[str, list[ast.Name]] = defaultdict(list)
        self.reads: dict[str, list[ast.Name]] = defaultdict(list)
        self.bindings: dict[str, list[Binding]] = defaultdict(list)
        self.texts: set[str] = set()
        self._looked_at: set[ast.AST] = set()
        self._unpacked: set[ast.AST] = set()
        for node in ast.walk(tree):
            self._note(node)

    def _note(self, node: ast.AST) -> None:
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                self.reads[name].append(node)
            case ast.Name(id=name):
                self.stores[name].append(node)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                self.bindings[name].append(node)
            case ast.AugAssign(target=ast.Name(id=name)):
                self.bindings[name].append(node)
            case ast.Constant(value=str() as text):
                self.texts.add(text)
            case ast.keyword(arg=None, value=value):
                self._unpacked.add(value)
            case _:
                self._looked_at.update(_looked_at(node))

    def loads(self, name: str) -> int:
        """How often a name is read, or what it means matters: by `+=` and `del`, too."""
        grown = sum(isinstance(each, ast.AugAssign) for each in self.bindings.get(name, ()))
        gone = sum(isinstance(each.ctx, ast.Del) for each in self.stores.get(name, ()))
        return len(self.reads.get(name, ())) + gone + grown

    def is_only_read(self, name: str) -> bool:
        """Whether a list under a name is only gone through, joined, measured and indexed."""
        return self._are_all(name, self._looked_at)

    def is_only_unpacked(self, name: str) -> bool:
        """Whether a dictionary under a name is only ever given as `**name`."""
        return self._are_all(name, self._unpacked)

    def _are_all(self, name: str, allowed: set[ast.AST]) -> bool:
        is_deleted = any(isinstance(each.ctx, ast.Del) for each in self.stores.get(name, ()))
        return not is_deleted and all(each in allowed for each in self.reads.get(name, ()))

    def only_value(self, name: str) -> ast.expr | None:
        """The expression that a name is bound to, if there is only one and it is bound nowhere else."""
        match self.stores.get(name, []), self.bindings.get(name, []):
            case [store], [ast.Assign(targets=[target], value=value)] if store is target:
                return value
            case _:
                return None


def _looked_at(node: ast.AST) -> list[ast.AST]:
    """What a node goes through, joins, measures or indexes, and does no more with."""
    match node:
        case ast.For(iter=inner) | ast.comprehension(iter=inner):
            return [inner]
        case ast.Subscript(value=inner, ctx=ast.Load()) | ast.FormattedValue(value=inner):
            return [inner]
        case ast.Call(func=ast.Attribute(attr="join"), args=[inner]):
            return [inner]
        case ast.Call(func=ast.Name(id="len" | "str" | "sorted" | "enumerate"), args=[inner]):
            return [inner]
        case ast.Call(func=ast.Name(id="zip"), args=given):
            return list(given)
        case _:
            return []


@lru_cache(maxsize=512)
def occurrences(tree: ast.AST) -> Occurrences:
    """The index of a tree that nothing changes."""
    return Occurrences(tree)
