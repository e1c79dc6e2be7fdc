"""What the token benchmarks run: every example program and four workloads, with their rows.

All texts are made here; the programs stand in `examples/` and beside this file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parents[1] / "examples"


@dataclass(frozen=True)
class Scenario:
    """A program and the rows it is run over; `entry` where the file holds several."""

    name: str
    file: Path
    rows: Sequence[Mapping[str, Any]]
    hosts: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    entry: str | None = None


SENTENCES = (
    "The harbour committee met on Tuesday to decide how the new piers should be paid for.",
    "Nobody had expected the treasurer to speak first, and nobody had expected her to speak for loans.",
    "Two of the older members asked what would happen if the grain trade fell off again.",
    "A letter from the fishermen was read aloud, and the window had to be closed because of the wind.",
    "In the end they agreed on three piers instead of four, and on a fee for ships above forty metres.",
    "The mayor promised a list of costs by the end of the month, in writing and with dates.",
)


def prose(sentences: int, start: int = 0) -> str:
    """So many sentences, beginning with a different one for each `start`."""
    chosen = (SENTENCES[(start + i) % len(SENTENCES)] for i in range(sentences))
    return " ".join(
        f"{sentence[:-1]}, as item {start + i} says." for i, sentence in enumerate(chosen)
    )


def documents(count: int, sentences: int = 8) -> list[dict[str, str]]:
    """Documents with ids, titles and bodies."""
    return [
        {"id": f"d{i:02}", "title": f"Minutes {i}", "body": prose(sentences, 10 * i)}
        for i in range(count)
    ]


def _without_title(count: int, sentences: int) -> list[dict[str, str]]:
    return [{"id": d["id"], "body": d["body"]} for d in documents(count, sentences)]


def _agents() -> list[dict[str, Any]]:
    memories = [
        {"time": f"{h}:00", "text": prose(1, h), "importance": h % 9 + 1} for h in range(8, 13)
    ]
    return [
        {"name": name, "traits": traits, "plan": prose(2, i), "memories": memories}
        for i, (name, traits) in enumerate(
            [("Mara", "careful and curious"), ("Odd", "loud and kind")]
        )
    ]


TEXTS = [prose(12, 7 * i) for i in range(4)]
QUESTIONS = [
    "Who spoke first?",
    "How many piers were agreed on?",
    "What did the fishermen want?",
    "What was promised?",
]
USERS = ["Ada", "Bo", "Cem", "Dua"]
SHOTS = [{"q": f"What does item {i} say?", "a": prose(1, i)} for i in range(6)]
DIMENSIONS = ["clarity", "structure", "evidence", "tone", "brevity", "originality"]
FILES = [
    {"path": f"harbour/pier_{i}.py", "diff": f"+def pay_{i}(fee):\n+    return fee * {i}\n"}
    for i in range(3)
]


PRODUCTS: list[dict[str, str]] = [
    json.loads(line)
    for line in (EXAMPLES / "data" / "products.jsonl").read_text("utf-8").splitlines()
]


def hosts(**functions: Callable[..., Any]) -> dict[str, Callable[..., Any]]:
    """Host functions as coroutines: they run on the event loop, so that counts don't depend on threads."""

    def awaitable(function: Callable[..., Any]) -> Callable[..., Any]:
        async def call(*arguments: Any) -> Any:
            return function(*arguments)

        return call

    return {name: awaitable(function) for name, function in functions.items()}


SEARCH = hosts(search=lambda query, limit: documents(limit + 2))
TICKETS = hosts(
    open_ticket=lambda subject, urgent: f"T-{len(subject)}",
    invoice_of=lambda customer: {"number": "R-17", "amount": 42.5},
)
LOOKUP = hosts(search=lambda query: prose(1, len(query)), calculate=lambda expression: 42.0)

EXAMPLE_SCENARIOS = (
    Scenario("triage", EXAMPLES / "triage.sgl", [{"document": text} for text in TEXTS]),
    Scenario("few_shots", EXAMPLES / "few_shots.sgl", [{"document": text} for text in TEXTS]),
    Scenario("judge", EXAMPLES / "judge.sgl", [{"essay": t, "dimensions": DIMENSIONS} for t in TEXTS]),
    Scenario(
        "agent", EXAMPLES / "agent.sgl", [{"tools": TEXTS[0], "task": q} for q in QUESTIONS],
        hosts(search=lambda query: prose(1, len(query))),
    ),
    Scenario("vote", EXAMPLES / "vote.sgl", [{"question": q, "shots": SHOTS} for q in QUESTIONS]),
    Scenario(
        "ask", EXAMPLES / "ask.sgl",
        [
            {"rules": TEXTS[0], "documents": _without_title(4, 4), "user_name": u, "question": q}
            for u, q in zip(USERS, QUESTIONS, strict=True)
        ],
    ),
    Scenario("solve", EXAMPLES / "solve.sgl", [{"problem": q} for q in QUESTIONS]),
    Scenario(
        "react", EXAMPLES / "react.sgl", [{"question": q} for q in QUESTIONS],
        LOOKUP,
    ),
    Scenario(
        "tree_of_thought", EXAMPLES / "tree_of_thought.sgl",
        [{"numbers": [4, 6, 8, 2]}, {"numbers": [1, 5, 5, 5]}], entry="solve_24",
    ),
    Scenario(
        "skeleton_of_thought", EXAMPLES / "skeleton_of_thought.sgl",
        [{"question": q} for q in QUESTIONS], entry="skeleton",
    ),
    Scenario("essay_judge", EXAMPLES / "essay_judge.sgl", [{"essay": text} for text in TEXTS]),
    Scenario(
        "chat", EXAMPLES / "chat.sgl",
        [{"questions": QUESTIONS, "name": u} for u in USERS[:2]], entry="lesson",
    ),
    Scenario(
        "retrieval", EXAMPLES / "retrieval.sgl",
        [{"question": q, "user_name": u} for q, u in zip(QUESTIONS, USERS, strict=True)], SEARCH,
        entry="answer_from",
    ),
    Scenario(
        "extraction", EXAMPLES / "extraction.sgl", [{"document": text} for text in TEXTS], entry="extract"
    ),
    Scenario(
        "generative_agents", EXAMPLES / "generative_agents.sgl",
        [{"agents": _agents(), "event": prose(1, i), "time": "13:00"} for i in range(2)], entry="day",
    ),
    Scenario(
        "router", EXAMPLES / "router.sgl",
        [{"message": q, "customer": u} for q, u in zip(QUESTIONS, USERS, strict=True)], TICKETS,
        entry="route",
    ),
    Scenario("code_review", EXAMPLES / "code_review.sgl", [{"files": FILES}], entry="review"),
    Scenario(
        "meeting", EXAMPLES / "meeting.sgl",
        [{"transcript": t, "people": USERS[:3], "topics": ["the piers", "the fee"]} for t in TEXTS[:2]],
    ),
    Scenario("contract_check", EXAMPLES / "contract_check.sgl", [{"contract": t} for t in TEXTS]),
    Scenario("catalogue", EXAMPLES / "catalogue.sgl", PRODUCTS),
)  # fmt: skip
CATALOGUE = EXAMPLE_SCENARIOS[-1]

MANUAL = prose(110)  # about 2,500 tokens
WORKLOADS = (
    Scenario(
        "agent loop, 30 turns", HERE / "agent_loop.sgl",
        [{"manual": MANUAL, "task": q} for q in QUESTIONS[:2]],
        hosts(observe=lambda action: prose(1, len(action))),
    ),
    Scenario(
        "tree of thought, 4 x 3 x 8", HERE / "tree_of_thought.sgl",
        [{"manual": prose(20), "problem": q} for q in QUESTIONS[:2]],
    ),
    Scenario(
        "self-consistency, n=32", HERE / "self_consistency.sgl",
        [{"shots": prose(40), "question": q} for q in QUESTIONS],
    ),
    Scenario(
        "retrieval, 10 documents, 20 questions", HERE / "retrieval.sgl",
        [
            {"documents": _without_title(10, 8), "user_name": USERS[i % 4], "question": f"{QUESTIONS[i % 4]} ({i})"}
            for i in range(20)
        ],
    ),
)  # fmt: skip
