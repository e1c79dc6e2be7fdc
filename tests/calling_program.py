"""A program in which a model calls tools in every way: required and free, in a loop, with a question behind them.

The tests of tool calls run it, and `make_models.py` tries it under every published template that writes calls.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from example_programs import Example

TOOLS = """
extern def search(query: str) -> str
extern def convert(amount: int, unit: "miles" | "feet", exact: bool) -> float
extern def now() -> str
"""
SOURCE = (
    TOOLS
    + """
program p(task: str) -> {names: list[str], last: str}:
    system: "You answer with the help of tools."
    user: task
    names = []
    for i in range(3):
        assistant: step = gen(tools=[search, convert, now], tool_choice="required", max_tokens=600)
        names = names + [step.name]
        found = step.search
        given = step.convert
        if found != none:
            tool: search(found.query)
        elif given != none:
            tool: convert(given.amount, given.unit, given.exact)
        else:
            tool: now()
    assistant: free = gen(tools=[search, convert, now], max_tokens=200)
    if free.name != "":
        tool: "ok"
        assistant: closing = gen(max_tokens=8)
    user: "So?"
    assistant: last = gen(max_tokens=8)
    return {names, last}
"""
)
SEVERAL = (
    TOOLS
    + """
program p(task: str) -> {names: list[str], last: str}:
    system: "You answer with the help of tools."
    user: task
    names = []
    for i in range(2):
        assistant:
            steps = gen(tools=[search, convert, now], tool_choice="required", parallel_tool_calls=true,
                max_tokens=600, temperature=1.0)
        for step in steps.calls:
            names = names + [step.name]
            found = step.search
            given = step.convert
            if found != none:
                tool: search(found.query)
            elif given != none:
                tool: convert(given.amount, given.unit, given.exact)
            else:
                tool: now()
    assistant: free = gen(tools=[search, convert, now], parallel_tool_calls=true, max_tokens=200,
        temperature=1.0)
    for call in free.calls:
        tool: "ok"
    if len(free.calls) > 0:
        assistant: closing = gen(max_tokens=8)
    user: "So?"
    assistant: last = gen(max_tokens=8)
    return {names, last}
"""
)
"""The same with several calls in a turn."""
HOSTS: dict[str, Any] = {
    "search": lambda query: f"Found {len(query)} letters.",
    "convert": lambda amount, unit, exact: 2.5,
    "now": lambda: "noon",
}
ROW = {"task": "How high is it?"}


class Own(Example):
    """A program in a file of its own."""

    @property
    def path(self) -> Path:
        return Path(self.rows[1]["path"])


def written(folder: Path, source: str = SOURCE) -> Example:
    """A program as a file."""
    path = folder / "p.sgl"
    path.write_text(source, "utf-8")
    return Own("p", (ROW, {"path": str(path)}), HOSTS)
