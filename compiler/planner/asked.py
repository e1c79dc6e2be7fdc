"""What has been asked about at a place of a program: the grades of prefix nodes, with undo for branches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

MAY, USUAL, SURE = 0, 1, 2
"""Asked on some path only; when loops and forks run at least once; on every path that leads here."""
NOBODY = -1


class Asked:
    """The grades of the nodes that have been asked about."""

    def __init__(self) -> None:
        self._grades: dict[int, int] = {}
        self._journal: list[tuple[int, int | None]] = []

    def grade(self, node: int) -> int:
        """The grade of a node; `NOBODY` when nobody asked."""
        return self._grades.get(node, NOBODY)

    def add(self, node: int, grade: int) -> None:
        """Note a node; its grade never falls."""
        old = self._grades.get(node)
        if old is None or grade > old:
            self._grades[node] = grade
            self._journal.append((node, old))

    def add_all(self, nodes: Iterable[tuple[int, int]], most: int = SURE) -> None:
        """Note nodes with their grades, none of them above `most`."""
        for node, grade in nodes:
            self.add(node, min(grade, most))

    @contextmanager
    def branch(self) -> Iterator[dict[int, int]]:
        """What is noted inside is forgotten again, and is in the dictionary given, filled at the end."""
        start, noted = len(self._journal), dict[int, int]()
        yield noted
        noted.update((node, self._grades[node]) for node, _ in self._journal[start:])
        for node, old in reversed(self._journal[start:]):
            if old is None:
                del self._grades[node]
            else:
                self._grades[node] = old
        del self._journal[start:]
