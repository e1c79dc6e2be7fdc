"""Token ids that grow at the end: every state shares what stands before it, and appending copies nothing."""

from __future__ import annotations


class GrowingIds:
    """An immutable sequence of ids. It is written out as one tuple when it is first asked for, and then kept so."""

    __slots__ = ("_chunk", "count")

    def __init__(self, ids: tuple[int, ...] = (), before: GrowingIds | None = None) -> None:
        """`ids` after those of `before`."""
        # in one, so that no other thread sees half of a change
        self._chunk: tuple[GrowingIds | None, tuple[int, ...]] = (before, ids)
        self.count = len(ids) + (before.count if before else 0)

    def then(self, ids: tuple[int, ...]) -> GrowingIds:
        """These ids with more after them."""
        return GrowingIds(ids, self if self.count else None) if ids else self

    @property
    def whole(self) -> tuple[int, ...]:
        """All of the ids."""
        before, ids = self._chunk
        if before is not None:
            chunks = [ids]
            while before is not None:
                before, ids = before._chunk
                chunks.append(ids)
            ids = tuple(id for chunk in reversed(chunks) for id in chunk)
            self._chunk = (None, ids)
        return ids

    def __eq__(self, other: object) -> bool:
        return isinstance(other, GrowingIds) and self.whole == other.whole

    def __hash__(self) -> int:
        return hash(self.whole)
