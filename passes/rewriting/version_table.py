"""The versions of prompts: for each future of a prompt the value that stands for it in the rewritten program."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ...ir.ops import Block, Op, Operand, Value, Yield
from ...ir.structure import operands, substitute, with_results
from ...ir.types import holds_prompt
from ..analysis.turn_futures import TurnFutures
from .not_composing import DoesNotCompose

NOTHING = -1
"""The future of a prompt that nobody asks about any more."""


class VersionTable:
    """The versions that were made so far in one program. The parts that write ops share one."""

    def __init__(self, futures: TurnFutures) -> None:
        self._futures = futures
        self._at: dict[Value, dict[int, Operand]] = {}

    def wanted(self, prompt: Operand) -> list[int]:
        """The futures of a prompt."""
        return sorted(self._futures.of(prompt)) or [NOTHING]

    def get(self, prompt: Operand, future: int) -> Operand:
        """The version of a prompt for a future; on a way that is never taken any of them."""
        if not isinstance(prompt, Value) or prompt not in self._at:
            return prompt
        versions = self._at[prompt]
        return versions[future] if future in versions else next(iter(versions.values()))

    def put(self, name: Value, future: int, version: Operand) -> None:
        """Note the version of a prompt for a future."""
        self._at.setdefault(name, {})[future] = version

    def put_once(self, name: Value) -> None:
        """Note that a prompt has one version, which goes by its name."""
        self._at[name] = dict.fromkeys(self.wanted(name), name)

    def each(self, op: Op, result: Value) -> list[Op]:
        """The op, once for each different tuple of prompts that the futures of its result ask for."""
        held = self._held(op)
        made: dict[tuple[Operand, ...], Value] = {}
        ops: list[Op] = []
        for future in self.wanted(result):
            given = tuple(self.get(o, future) for o in held)
            if given not in made:
                made[given] = Value(result.type, result.hint) if made else result
                now = substitute(op, dict(zip(held, given, strict=True)))
                ops.append(with_results(now, (made[given],)))
            self.put(result, future, made[given])
        return ops

    def any(self, op: Op) -> Op:
        """An op that is about a prompt, whatever follows it."""
        held = self._held(op)
        return substitute(op, {o: self.get(o, NOTHING) for o in held}) if held else op

    def _held(self, op: Op) -> list[Value]:
        return [o for o in operands(op) if isinstance(o, Value) and o in self._at]

    def results(
        self, result: Value, given: Callable[[int], tuple[Operand, ...]]
    ) -> Iterable[tuple[Value, tuple[Operand, ...]]]:
        """The values that stand for a result of a region, each with what is yielded for it."""
        if not holds_prompt(result.type):
            return [(result, given(NOTHING))]
        made: dict[tuple[Operand, ...], Value] = {}
        for future in self.wanted(result):
            key = given(future)
            made.setdefault(key, Value(result.type, result.hint) if made else result)
            self.put(result, future, made[key])
        return [(value, key) for key, value in made.items()]

    def parted(self, prompt: Operand, futures: Sequence[int]) -> list[list[int]]:
        """Futures apart by the version that a prompt has for them."""
        parts: dict[Operand, list[int]] = {}
        for future in futures:
            parts.setdefault(self.get(prompt, future), []).append(future)
        return list(parts.values())

    def bind(self, name: Value, parts: Sequence[Sequence[int]]) -> list[Value]:
        """Values that stand for a name, one for each part of its futures."""
        if not holds_prompt(name.type):
            return [name]
        values = [name, *(Value(name.type, name.hint) for _ in parts[1:])]
        self._at[name] = {f: value for value, part in zip(values, parts, strict=True) for f in part}
        return values

    def put_item(self, item: Value, items: Operand) -> None:
        """Note an item of a list of prompts, where the list has one version. Raises DoesNotCompose."""
        if not self.is_one(items, self.wanted(item)):
            raise DoesNotCompose(
                "a loop goes over prompts that the template writes in several ways"
            )
        self.put_once(item)

    def is_one(self, prompt: Operand, futures: Iterable[int]) -> bool:
        """Whether a prompt has one version for all of these futures."""
        return len({self.get(prompt, future) for future in futures}) <= 1


def yielded(block: Block) -> tuple[Operand, ...]:
    """What a block yields."""
    last = block.ops[-1]
    return last.values if isinstance(last, Yield) else ()
