"""The example programs with small inputs, as several tests run them."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"

ESSAY = (
    "Libraries matter more than ever. They are the last rooms in a town where nobody has to buy anything. "
    "A child may read there until it is dark, and an old man may keep warm. We should open them on Sundays."
)
LETTER = (
    "The tenant shall pay 900 a month. The landlord, Mr Abel, shall repair the roof before the winter. "
    "Either party may end this agreement with three months' notice."
)
SHOTS = [
    {"q": "What is the capital of France?", "a": "Paris"},
    {"q": "How many legs has a spider?", "a": "Eight"},
]
TOOLS = "You answer questions. You may search. Use short lines."


@dataclass(frozen=True)
class Example:
    """A program of `examples/` with two rows of arguments."""

    name: str
    rows: tuple[Mapping[str, Any], Mapping[str, Any]]
    hosts: Mapping[str, Callable[..., Any]] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        """Its file."""
        return EXAMPLES / f"{self.name}.sgl"


def tools() -> dict[str, Callable[..., Any]]:
    """The host functions of `examples/tools.py`."""
    spec = importlib.util.spec_from_file_location("example_tools", EXAMPLES / "tools.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {"search": module.search}


def documents(count: int) -> list[dict[str, str]]:
    """Numbered documents."""
    return [
        {"id": f"doc-{i}", "body": f"Note {i}: the meeting is on day {i + 3}."}
        for i in range(count)
    ]


DIMENSIONS = ["clarity", "structure", "evidence", "tone", "brevity", "originality"]
LIST = [
    Example("triage", ({"document": ESSAY}, {"document": LETTER})),
    Example("few_shots", ({"document": ESSAY}, {"document": LETTER})),
    Example(
        "judge",
        (
            {"essay": ESSAY, "dimensions": DIMENSIONS},
            {"essay": LETTER, "dimensions": DIMENSIONS[:2]},
        ),
    ),
    Example(
        "agent",
        (
            {"tools": TOOLS, "task": "How tall is the Eiffel Tower?"},
            {"tools": TOOLS, "task": "How many people live in Paris?"},
        ),
        tools(),
    ),
    Example(
        "vote",
        (
            {"question": "How many legs has a bee?", "shots": SHOTS},
            {"question": "What is the capital of Spain?", "shots": SHOTS},
        ),
    ),
    Example(
        "ask",
        (
            {
                "rules": TOOLS,
                "documents": documents(3),
                "user_name": "Ada",
                "question": "When is it?",
            },
            {
                "rules": TOOLS,
                "documents": documents(3),
                "user_name": "Bob",
                "question": "What is it?",
            },
        ),
    ),
    Example("solve", ({"problem": "What is 12 times 7?"}, {"problem": "Is 91 a prime number?"})),
]
BY_NAME = {example.name: example for example in LIST}
