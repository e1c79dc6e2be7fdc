"""What a run asks of parts that are made elsewhere: the templates of other files, and what functions may reach."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Protocol

from ..finding import Place
from .values import ModuleInfo, Value


class Library(Protocol):
    """The templates of other files, by name."""

    def knows(self, name: str) -> bool:
        """Whether there is a template of that name."""
        ...

    def rendered(self, name: str, values: Mapping[str, Value], near: str) -> Value | None:
        """A template's text for some values; of several of that name, the one nearest to a file."""
        ...

    def sections(
        self, name: str, values: Mapping[str, Value], near: str
    ) -> list[tuple[str, Value]] | None:
        """The same by role; None where it isn't known."""
        ...

    def inline(self, words: str, values: Mapping[str, Value], place: Place) -> Value | None:
        """The same of a template that stands in a program; None where it can't be parsed."""
        ...


class Reachable(Protocol):
    """What is known of functions before any is followed."""

    def mentions(self, node: ast.AST, names: set[str]) -> bool:
        """Whether a function holds one of some names, as a word of its own or behind a dot."""
        ...

    def may_send(self, node: ast.AST) -> bool:
        """Whether a function may reach a call that sends a prompt."""
        ...

    def sends(self, module: ModuleInfo) -> bool:
        """Whether anything in a module may send a prompt."""
        ...

    def may_be_orderless(self, node: ast.AST) -> bool:
        """Whether a function may give, or keep, things in no fixed order."""
        ...

    def matters(self, node: ast.AST) -> bool:
        """Whether something is lost where a function is not followed."""
        ...
