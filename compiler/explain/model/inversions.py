"""What stands in the way of sharing: stable text behind a value that changes more often, and what moving it would save.

A text behind a value is computed again with each of its values. Text behind an answer or a loop can't be moved, since
it depends on them, nor can text that only one branch has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ....ir.module import LIFETIMES
from ....runtime.plan import schema as p
from .. import report as r
from .formula import Formula
from .workload import Model

LEAST_TOKENS = 16
"""What is shorter in all is not worth another layout."""

_MARKERS = re.compile(
    r"<\|im_start\|>\w+\n?|<\|start_header_id\|>\w+<\|end_header_id\|>\s*|<\|[^|>]*\|>\n?"
)


def inversions(plan: p.Plan, model: Model) -> list[r.Inversion]:
    """The values that stable text stands behind, those before the most text first."""
    found: dict[int, list[tuple[p.PrefixNode, int]]] = {}
    nodes = {node.id: node for node in plan.nodes}
    for node in plan.nodes:
        tokens = _movable(node)
        if not tokens or not model.is_asked(node.id):
            continue
        first = _first_value(nodes, node, model)
        if first is not None:
            found.setdefault(first.id, []).append((node, tokens))
    made = [_inversion(nodes, model, value, texts) for value, texts in found.items()]
    return sorted((x for x in made if x.tokens >= LEAST_TOKENS), key=lambda x: -x.tokens)


def _inversion(
    nodes: dict[int, p.PrefixNode],
    model: Model,
    value: int,
    texts: list[tuple[p.PrefixNode, int]],
) -> r.Inversion:
    before = nodes[value].parents[0]
    saved = Formula()
    for node, tokens in texts:
        saved += (model.copies(node.id) - model.copies(before)).scaled(tokens)
    longest = max(texts, key=lambda each: each[1])[0]
    ids = [node.id for node, _ in texts]
    total = sum(tokens for _, tokens in texts)
    layout = f'"{_short(_plain(longest.text))}" before {nodes[value].text}'
    return r.Inversion(value, ids, longest.id, total, layout, r.Estimate("saved", saved.json(), 0))


def _first_value(
    nodes: dict[int, p.PrefixNode], node: p.PrefixNode, model: Model
) -> p.PrefixNode | None:
    """The first value on the way to a text that changes more often than it, where all who have the value have the text.

    Before a later one nothing would be gained: the text would still be computed with each value of the first.
    """
    first = None
    for at in _before(nodes, node) if node.kind == "text" else ():
        changes_more = at.kind == "insert" and _rank(at) > _rank(node)
        if changes_more and model.branches(node.id) <= model.branches(at.id):
            first = at
    return first


def _before(nodes: dict[int, p.PrefixNode], node: p.PrefixNode) -> Iterator[p.PrefixNode]:
    """The nodes that a text may be moved before."""
    while node.parents:
        node = nodes[node.parents[0]]
        if node.kind not in ("text", "insert", "root"):
            return
        yield node


def _rank(node: p.PrefixNode) -> int:
    return LIFETIMES.index(node.lifetime)  # pyright: ignore[reportArgumentType]


def _movable(node: p.PrefixNode) -> int:
    """The tokens of a text but for the markers of turns, which stay where they are."""
    if node.kind != "text" or not node.text:
        return 0
    return round(node.tokens * len(_plain(node.text)) / len(node.text))


def _plain(text: str) -> str:
    return _MARKERS.sub(" ", text).strip()


def _short(text: str, width: int = 60) -> str:
    shown = " ".join(text.split()).lstrip(".,;:!? ")
    return shown if len(shown) <= width else shown[: width - 2].rstrip() + ".."
