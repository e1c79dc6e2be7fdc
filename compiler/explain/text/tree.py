"""The prefix tree as text: branches, loops and arms as they stand, and what is sent ahead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from .. import report as r
from .columns import paragraph

TEXT_WIDTH = 52
_OPENS = re.compile(r"<\|im_start\|>(\w+)\n|<\|start_header_id\|>(\w+)<\|end_header_id\|>\n*")
_CLOSES = re.compile(r"<\|(?:im_end|eot_id)\|>\n?")


def tree(report: r.Report, width: int) -> Iterator[str]:
    free = "; * is in sections that a batch may order" * any(node.free for node in report.nodes)
    yield from paragraph(
        f"Prefix tree: tokens, lifetime, text; `~` is an estimate, |x| the tokens of a value{free}",
        width, 0,
    )  # fmt: skip
    calls = {call.family: call for call in report.calls}
    nodes = {node.id: node for node in report.nodes}
    for node in report.nodes:
        if node.kind == "root" and not node.tokens.number:
            continue
        indent = _branch(node, nodes) + _rails(node) + "* " * node.free
        about = _arms(node, _before(node, nodes)) + _askers(node, calls)
        size = quoted(_size(node), 18)[1:-1]
        head = f"{size:>18}  {node.lifetime:8}{indent}"
        room = max(12, min(TEXT_WIDTH, width - len(head) - len(about) - 2))
        yield f"{head}{shown(node, room)}{about}".rstrip()


def _branch(node: r.Node, nodes: Mapping[int, r.Node]) -> str:
    """Where a node stands: behind the last one, or the first of a branch."""
    if not node.depth:
        return ""
    parent = nodes.get(node.parent)
    is_first = node.depth > (parent.depth if parent else 0)
    return "   " * (node.depth - 1) + ("+- " if is_first else "|  ")


def _rails(node: r.Node) -> str:
    """One mark for each loop that a node stands in: what is beside the marks happens again in every round."""
    return ": " * sum(factor.kind == "loop" for factor in node.factors)


def _before(node: r.Node, nodes: Mapping[int, r.Node]) -> r.Node | None:
    """The node before that is an append."""
    found = nodes.get(node.parent)
    while found is not None and found.kind == "join":
        found = nodes.get(found.parent)
    return None if found is None or found.kind == "root" else found


def _arms(node: r.Node, before: r.Node | None) -> str:
    """How many arms begin with a node."""
    if node.kind == "root":
        return ""
    own = [f for f in node.factors if f.kind == "arms"]
    known = [f for f in before.factors if f.kind == "arms"] if before else []
    return f"   x {own[-1].count} arms" if len(own) > len(known) else ""


def _size(node: r.Node) -> str:
    if node.kind == "join":
        return ""
    return node.tokens.text if node.exact or node.tokens.number is None else f"~{node.tokens.text}"


def shown(node: r.Node, width: int) -> str:
    match node.kind:
        case "join" if node.text:
            where = f" at line {node.place.line}" if node.place else ""
            place = "" if "at line" in node.text else where
            return f"loop, {node.text}{'' if 'turns' in node.text else ' times'}{place}"
        case "join":
            return "paths meet"
        case "gen" | "select":
            return f"<- {node.text or node.kind}"
        case "insert" | "image":
            return node.text
        case _:
            return quoted(readable(node.text), width)


def readable(text: str) -> str:
    """A text with the markers of turns as a person reads them: `[user] ... [end]`."""
    return _CLOSES.sub("[end] ", _OPENS.sub(lambda found: f"[{found[1] or found[2]}] ", text))


def quoted(text: str, width: int = TEXT_WIDTH) -> str:
    """A text on one line, shortened in the middle."""
    shown = text.replace("\n", "\\n")
    if len(shown) > width:
        shown = shown[: width // 2 - 1] + " .. " + shown[-(width // 2 - 3) :]
    return f'"{shown}"'


def _askers(node: r.Node, calls: dict[int, r.Call]) -> str:
    names = [calls[family].name for family in node.families]
    return f"   => {', '.join(names)}" if names else ""


def ahead(report: r.Report, width: int) -> Iterator[str]:
    warmed = [node for node in report.nodes if node.warmed]
    if not warmed:
        return
    guesses = any(node.warmed == "speculative" for node in warmed)
    about = "; `speculative`: on idle slots, and nobody may need it" if guesses else ""
    yield from paragraph(f"Sent ahead: computed before a call asks about it{about}", width, 0)
    for node in warmed:
        fresh = f"{node.ahead.fresh.text} tokens" if node.ahead else "?"
        where = f"line {node.place.line}" if node.place else ""
        text = f"{node.warmed:11}  {fresh}, up to {shown(node, TEXT_WIDTH)}  {where}".rstrip()
        yield from paragraph(text, width)
