"""A few warm child processes that render the templates of models, shared by the whole process.

Every template that comes with a model goes through here: it is a program that a stranger wrote.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from .child import Case, ChildError, Outcome, TemplateChild
from .template_error import TemplateError

SIZE = 2
"""How many templates are rendered at a time; who comes later waits."""
STRIKES = 2
"""How often a template may end its child before it is not tried any more."""
_REMEMBERED = 64


class TemplatePool:
    """Children that are started when they are first needed, or by `warm`. May be used from any thread."""

    def __init__(self, size: int = SIZE) -> None:
        self._idle = [TemplateChild() for _ in range(size)]
        self._turn = threading.Condition()
        self._all = tuple(self._idle)
        self._strikes: dict[str, int] = {}

    def warm(self) -> None:
        """Start one child, so that it is there when it is needed."""
        with self._turn:
            child = self._idle[-1] if self._idle else None
            if child is not None:
                child.start()

    def render(self, source: str, day: str, variables: dict[str, Any]) -> str:
        """The text of a template. Raises TemplateError; one that keeps ending its child is not tried any more."""
        (outcome,) = self.render_all(source, day, [variables])
        if outcome.text is None:
            raise TemplateError(outcome.error)
        return outcome.text

    def render_all(self, source: str, day: str, many: Sequence[Mapping[str, Any]]) -> list[Outcome]:
        """What becomes of several renderings of a template. Raises TemplateError when the child does not live on."""
        if self._strikes.get(source, 0) >= STRIKES:
            raise TemplateError("the template has not come to an end before")
        child = self._take()
        try:
            return child.render(source, [Case(variables, day) for variables in many])
        except ChildError as error:
            self._strike(source)
            raise TemplateError(str(error)) from error
        except BaseException:
            child.close()  # interrupted: its answer would be taken for that of the next job
            raise
        finally:
            self._give(child)

    def _take(self) -> TemplateChild:
        with self._turn:
            self._turn.wait_for(lambda: bool(self._idle))
            return self._idle.pop()

    def _give(self, child: TemplateChild) -> None:
        with self._turn:
            self._idle.append(child)
            self._turn.notify()

    def _strike(self, source: str) -> None:
        strikes = self._strikes.pop(source, 0) + 1
        while len(self._strikes) >= _REMEMBERED:
            del self._strikes[next(iter(self._strikes))]
        self._strikes[source] = strikes

    def close(self) -> None:
        """End all children."""
        for child in self._all:
            child.close()

    def after_fork(self) -> None:
        """In a forked process: the children are the parent's, and no thread of it is here."""
        for child in self._all:
            child.forget()
        self._idle, self._turn = list(self._all), threading.Condition()


POOL = TemplatePool()
atexit.register(POOL.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=POOL.after_fork)
