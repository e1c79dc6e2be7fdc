"""A report as a Mermaid flowchart: the prefix tree, calls as rounded boxes, groups as thick edges."""

from __future__ import annotations

from collections.abc import Iterator

from . import report as r
from .text.tree import quoted

COLORS = {
    "const": "#dbe9f6", "release": "#cfe8cf", "day": "#e3efc6", "tenant": "#f3efc0",
    "user": "#f8e3b4", "session": "#f8d3ae", "turn": "#f5c1b0", "request": "#f2b3b3",
}  # fmt: skip


def render(report: r.Report) -> str:
    """The whole chart."""
    return "\n".join(["flowchart TD", *_nodes(report), *_calls(report), *_classes(report)]) + "\n"


def _nodes(report: r.Report) -> Iterator[str]:
    for node in report.nodes:
        yield f'  n{node.id}["{_label(node)}"]:::{node.lifetime}'
        if node.parent >= 0:
            yield f"  n{node.parent} --> n{node.id}"
        for join in node.joins:
            yield f"  n{join} -.-> n{node.id}"


def _label(node: r.Node) -> str:
    match node.kind:
        case "join":
            text = f"loop, {node.text}" if node.text else "join"
        case "gen" | "select":
            text = f"answer {node.text}"
        case "root":
            text = "empty prompt"
        case "insert":
            text = node.text
        case _:
            text = f"{node.tokens.text} tokens<br/>{quoted(node.text, 36)}"
    return text.replace('"', "#quot;").replace("<|", "&lt;|")


def _calls(report: r.Report) -> Iterator[str]:
    groups = {family: group.id for group in report.groups for family in group.families}
    for call in report.calls:
        ending = call.endings[0] if call.endings else None
        cached = f"<br/>cached {ending.cached.text}" if ending else ""
        yield f'  c{call.family}(["{call.name}, wave {call.wave}{cached}"])'
        arrow = "==>" if call.family in groups else "-->"
        yield f"  n{call.node} {arrow} c{call.family}"


def _classes(report: r.Report) -> Iterator[str]:
    for lifetime in sorted({node.lifetime for node in report.nodes}):
        yield f"  classDef {lifetime} fill:{COLORS[lifetime]},stroke:#555,color:#111"
