"""Sibling ops that append to one prompt, and what they begin with; used by `hoist-prefix`.

    text %p, "Judge this. Is it true?"            head   text %p, "Judge this. Is it"   -> %h
    text %p, "Judge this. Is it new?"      =>     rest   text %h, " true?"
                                                  rest   text %h, " new?"

Heads are found as in a radix tree: the whole group first, then groups within what is left.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ...ir.failure import cannot_fail
from ...ir.ops import Block, Effect, Op, Operand, Text, Turn, Unordered, Value
from ...ir.structure import effects, operands, regions, results
from ...ir.target import Tokenizer
from ...ir.types import PROMPT
from .congruence import op_key
from .dependence import reads
from .texts import common_head, common_length, cut_text, token_count

Wanted = Callable[[Sequence[Op]], bool]


def is_append(op: Op) -> bool:
    """Whether the op makes a prompt from a prompt and does nothing else.

    The edge of a turn does more: it belongs to the block that it stands in. Sections that are laid out are
    one append, whatever order a batch gives them.
    """
    if isinstance(op, Unordered):
        return op.batch is not None
    return effects(op) == Effect.APPENDS and not regions(op) and not isinstance(op, Turn)


def prompt_of(op: Op) -> Value | None:
    """The prompt that an append extends."""
    if not is_append(op):
        return None
    return next((o for o in operands(op) if isinstance(o, Value) and o.type == PROMPT), None)


def heads(block: Block) -> Iterable[tuple[Value, Op]]:
    """The appends of a block that extend a prompt of an enclosing block, with nothing of its own.

    One that can fail is none when something before it can: what fails first would not.
    """
    own = set(block.args)
    is_guarded = False
    for op in block.ops:
        prompt = prompt_of(op)
        is_sure = cannot_fail(op)
        if prompt is not None and not reads(op, own) and (is_sure or not is_guarded):
            yield prompt, op
        is_guarded |= not is_sure
        own.update(results(op))


@dataclass(slots=True)
class Factored:
    """What becomes of sibling appends.

    `before`: what to put before the first op of each group. `rest`: what is left of a member
    (None: nothing). `values`: what stands for the result of a member that is gone.
    """

    before: dict[Op, list[Op]] = field(default_factory=dict["Op", "list[Op]"])
    rest: dict[Op, Op | None] = field(default_factory=dict["Op", "Op | None"])
    values: dict[Value, Operand] = field(default_factory=dict["Value", "Operand"])

    @property
    def lifted(self) -> list[Op]:
        """All new heads, each after those that it is built on."""
        return [op for ops in self.before.values() for op in ops]

    def drop(self, member: Op, instead: Value) -> None:
        """The member is gone, and `instead` stands for its result."""
        self.rest[member] = None
        (result,) = results(member)
        if result is not instead:
            self.values[result] = instead


@dataclass(frozen=True, slots=True)
class HeadFinder:
    """Looks for heads worth sharing: of at least `min_tokens`, among members that are `is_wanted`."""

    tokenizer: Tokenizer
    is_wanted: Wanted
    min_tokens: int = 1

    def factor(self, siblings: Mapping[Value, Sequence[Op]]) -> Factored:
        """Share what appends to one prompt begin with; `siblings` are listed by that prompt."""
        found = Factored()
        for members in siblings.values():
            texts = [(op, op) for op in members if isinstance(op, Text)]
            self._share_texts(texts, found)
            self._share_equal([op for op in members if not isinstance(op, Text)], found)
        return found

    def groups(self, members: Sequence[tuple[Op, Text]]) -> Iterable[tuple[list[int], int]]:
        """The largest groups that share a head: positions in `members`, and the head's length."""
        return self._groups(members, list(range(len(members))))

    def _groups(
        self, members: Sequence[tuple[Op, Text]], chosen: list[int]
    ) -> Iterable[tuple[list[int], int]]:
        if not self.is_wanted([members[i][0] for i in chosen]):
            return
        texts = [members[i][1] for i in chosen]
        length = common_head(texts, self.tokenizer)
        if length and self._tokens(texts[0], length) >= self.min_tokens:
            yield chosen, length
            return
        for bucket in _split(members, chosen):
            yield from self._groups(members, bucket)

    def _tokens(self, text: Text, length: int) -> int:
        return token_count(self.tokenizer, text.text[:length], plain=text.plain)

    def _share_texts(self, members: Sequence[tuple[Op, Text]], found: Factored) -> None:
        """`members`: original ops, and what is left of each to share."""
        for chosen, length in self.groups(members):
            first = members[chosen[0]]
            result = Value(PROMPT, first[1].result.hint)
            head, _ = cut_text(first[1], length, result)
            found.before.setdefault(first[0], []).append(head)
            left: list[tuple[Op, Text]] = []
            for member, text in (members[i] for i in chosen):
                _, rest = cut_text(text, length, result)
                if rest is None:
                    found.drop(member, result)
                else:
                    found.rest[member] = rest
                    left.append((member, rest))
            self._share_texts(left, found)

    def _share_equal(self, members: Sequence[Op], found: Factored) -> None:
        equal: dict[Hashable, list[Op]] = {}
        for op in members:
            equal.setdefault(op_key(op), []).append(op)
        for group in equal.values():
            if self.is_wanted(group):
                (result,) = results(group[0])
                found.before.setdefault(group[0], []).append(group[0])
                for member in group:
                    found.drop(member, result)


def _split(members: Sequence[tuple[Op, Text]], chosen: list[int]) -> list[list[int]]:
    """Members apart by what follows the characters that all of them share; none if all are equal."""
    at = common_length([members[i][1].text for i in chosen])
    buckets: dict[tuple[bool, str], list[int]] = {}
    for i in chosen:
        text = members[i][1]
        buckets.setdefault((text.plain, text.text[at : at + 1]), []).append(i)
    return list(buckets.values()) if len(buckets) > 1 else []
