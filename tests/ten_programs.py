"""The ten realistic programs of `examples/` with arguments, as tests run them on any backend."""

from __future__ import annotations

from typing import Any

from example_programs import ESSAY, LETTER, Example

_PAGES = [
    {"id": "d2", "title": "Towers", "body": "The Eiffel Tower is 330 metres tall."},
    {"id": "d1", "title": "Mountains", "body": "Mont Blanc is 4,806 metres high."},
]
_ADA = {"name": "Ada", "traits": "curious and kind", "plan": "write a letter", "memories": []}
_BOB = {
    "name": "Bob",
    "traits": "shy",
    "plan": "sleep",
    "memories": [{"time": "08:00", "text": "It rained.", "importance": 2}],
}
_DIFF = "+ def mean(xs):\n+     return sum(xs) / len(xs)\n"
_INVOICE = "Invoice 7 of 22 November 2026. 2 packs of paper at 4.50 EUR. Total 9.00 EUR."


def _search(query: str, limit: int = 2) -> list[dict[str, str]]:
    return _PAGES[:limit]


def _fact(query: str) -> str:
    return f"There is a page about {query[:20]}."


def _calculate(expression: str) -> float | None:
    return 42.0 if any(char.isdigit() for char in expression) else None


def _open_ticket(subject: str, urgent: bool) -> str:
    return f"T-{len(subject)}"


def _invoice_of(customer: str) -> dict[str, Any] | None:
    return {"number": "R-1", "amount": 12.5} if customer == "c1" else None


def _example(program: str, hosts: dict[str, Any] | None = None, **arguments: Any) -> Example:
    return Example(program, (arguments, arguments), hosts or {})


TEN = [
    _example(
        "react", {"search": _fact, "calculate": _calculate}, question="How high is Mont Blanc?"
    ),
    _example("tree_of_thought", puzzles=[[4, 9, 10, 13]]),
    _example("skeleton_of_thought", question="Why do cats purr?"),
    _example("essay_judge", essay=ESSAY, dimensions=["argument", "language"]),
    _example("chat", questions=["Why is the sky blue?", "And the sea?"], name="Ada"),
    _example("retrieval", {"search": _search}, question="How high is the Eiffel Tower?"),
    _example("extraction", documents=[_INVOICE, LETTER]),
    _example("generative_agents", agents=[_ADA, _BOB], event="A balloon lands.", time="10:00"),
    _example(
        "router",
        {"open_ticket": _open_ticket, "invoice_of": _invoice_of},
        message="My machine leaks!",
        customer="c1",
    ),
    _example("code_review", files=[{"path": "a.py", "diff": _DIFF}]),
]
