"""What the comparison through a server runs: programs with their arguments, fresh ones for each repetition."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .workloads import Material

Arguments = dict[str, Any]

DIMENSIONS = ["clarity", "grammar", "structure", "honesty", "depth", "wit"]
LONG, MIDDLE, SHORT, LINE = 1200, 600, 400, 24  # tokens


@dataclass(frozen=True, slots=True)
class Case:
    """A program of `programs/`; `instances` are run at once.

    `read`: of our result what the code by hand returns; None where the two are not asked the same. `common`: the
    argument by which somebody would sort the rows. `by_hand`: the code by hand, where a program has several.
    `level`: of optimization.
    """

    program: str
    title: str
    instances: Callable[[Material, str], list[Arguments]]
    note: str = ""
    read: Callable[[Any], Any] | None = None
    name: str = ""
    common: str = ""
    by_hand: str = ""
    level: int = 1

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name or self.program)
        object.__setattr__(self, "by_hand", self.by_hand or self.program)


def _as_it_is(result: Any) -> Any:
    return result


def _rows(
    count: int, common: Callable[[Material, str], Arguments], own: str
) -> Callable[[Material, str], list[Arguments]]:
    """Instances that have all in common but one short text."""

    def made(m: Material, seed: str) -> list[Arguments]:
        shared = common(m, seed)
        return [shared | {own: m.text(LINE, f"{seed} {i}")} for i in range(count)]

    return made


def _extract(m: Material, seed: str) -> list[Arguments]:
    notes = [m.text(60, f"{seed} {i}") for i in range(8)]
    return [{"guide": m.text(SHORT, seed), "notes": notes}]


def _ranked(
    questions: int, taken: int, documents: int, words: int, guide: int
) -> Callable[[Material, str], list[Arguments]]:
    """Questions over some of the documents each, in the order of a ranking."""

    def made(m: Material, seed: str) -> list[Arguments]:
        rng = random.Random(seed)
        texts = [{"id": f"d{i}", "body": m.text(words, f"{seed} d{i}")} for i in range(documents)]
        shared = {"guide": m.text(guide, seed)}
        return [
            shared
            | {"documents": rng.sample(texts, taken), "question": m.text(LINE, f"{seed} {i}")}
            for i in range(questions)
        ]

    return made


def _agents(m: Material, seed: str) -> list[Arguments]:
    tools = m.text(SHORT, seed)
    tasks = [m.text(LINE, f"{seed} {i}") for i in range(2)]
    return [{"tools": tools, "task": task, "who": f"User {i}"} for i, task in enumerate(tasks)]


def _by_question(
    documents: int, questions: int, names: tuple[str, str]
) -> Callable[[Material, str], list[Arguments]]:
    """The same questions about each of some documents, as a table has them that was made question by question."""

    def made(m: Material, seed: str) -> list[Arguments]:
        texts = [m.text(MIDDLE, f"{seed} d{i}") for i in range(documents)]
        asked = [m.text(LINE, f"{seed} q{i}") for i in range(questions)]
        return [dict(zip(names, (text, line), strict=True)) for line in asked for text in texts]

    return made


def _essays(m: Material, seed: str) -> list[Arguments]:
    texts = [m.text(MIDDLE, f"{seed} {i}") for i in range(5)]
    return [{"essay": text, "dimensions": DIMENSIONS[:4]} for text in texts]


def _teams(m: Material, seed: str) -> list[Arguments]:
    """Tasks of different teams, each with tools of its own."""
    return [
        {
            "tools": m.text(MIDDLE, f"{seed} t{i}"),
            "task": m.text(LINE, f"{seed} {i}"),
            "who": f"User {i}",
        }
        for i in range(5)
    ]


def _texts(count: int, name: str) -> Callable[[Material, str], list[Arguments]]:
    """Instances that have nothing in common."""
    return lambda m, seed: [{name: m.text(SHORT, f"{seed} {i}")} for i in range(count)]


ROOMY = (
    Case(
        "brief",
        "4 notes and a summary, 4 questions about a document",
        _rows(4, lambda m, s: {"document": m.text(LONG, s)}, "question"),
        read=lambda r: r["summary"],
    ),
    Case(
        "choose",
        "4-way choice, 16 questions about a document",
        _rows(16, lambda m, s: {"document": m.text(LONG, s)}, "question"),
        "by hand a choice is decoded; ours is scored, as select means",
    ),
    Case(
        "judge",
        "6 judges of an essay, a verdict",
        lambda m, s: [{"essay": m.text(LONG, s), "dimensions": DIMENSIONS}],
        read=lambda r: r["final"],
    ),
    Case(
        "solve",
        "tree of thought, 3 levels of 4",
        lambda m, s: [{"problem": m.text(MIDDLE, s)}],
        read=_as_it_is,
    ),
    Case(
        "vote",
        "self-consistency, 16 samples",
        lambda m, s: [{"shots": m.text(LONG, s), "question": m.text(LINE, f"{s} q")}],
        "by hand one request with `n` and a seed, which the server counts up; ours has a seed for each sample",
    ),
    Case(
        "extract",
        "8 records of a declared type",
        _extract,
        "by hand by JSON schema, in the server's own form",
    ),
    Case(
        "route",
        "two choices and an answer, 8 messages",
        _rows(8, lambda m, s: {"rules": m.text(LONG, s)}, "message"),
        "by hand choices are decoded",
    ),
    Case(
        "route",
        "two choices and an answer, 8 messages, choices scored on both sides",
        _rows(8, lambda m, s: {"rules": m.text(LONG, s)}, "message"),
        "by hand an echo of each choice is asked for",
        read=lambda r: r["reply"],
        name="route_scored",
        by_hand="route_scored",
    ),
    Case("agent", "3 rounds with a search of 0.15 s, 2 tasks", _agents, read=_as_it_is),
    Case(
        "retrieve",
        "4 of 6 documents in a free order, 8 questions",
        _ranked(8, 4, 6, 250, SHORT),
        "by hand in the order of the ranking",
    ),
    Case(
        "review",
        "3 reviewers whose instructions begin alike, a verdict",
        lambda m, s: [{"guide": m.text(SHORT, s), "change": m.text(MIDDLE, f"{s} c")}],
        "by hand the verdict is decoded",
    ),
)

TIGHT = (
    Case(
        "choose",
        "4-way choice, 4 questions about each of 5 documents",
        _by_question(5, 4, ("document", "question")),
        "by hand a choice is decoded; ours is scored, as select means",
        common="document",
    ),
    Case(
        "brief",
        "4 notes and a summary, 2 questions about each of 5 documents",
        _by_question(5, 2, ("document", "question")),
        read=lambda r: r["summary"],
        common="document",
    ),
    Case(
        "route",
        "two choices and an answer, 2 messages under each of 5 rule books",
        _by_question(5, 2, ("rules", "message")),
        "by hand choices are decoded",
        common="rules",
    ),
    Case("judge", "4 judges of each of 5 essays, a verdict", _essays, read=lambda r: r["final"]),
    Case("agent", "3 rounds with a search of 0.15 s, 5 teams", _teams, read=_as_it_is),
    Case(
        "retrieve",
        "3 of 8 documents in a free order, 12 questions",
        _ranked(12, 3, 8, 200, LINE),
        "by hand in the order of the ranking",
    ),
)
"""For a server whose cache holds about three of the documents."""

WRITTEN = (
    Case(
        "desk",
        "a reply to a letter and its keywords, both after its gist, 4 letters",
        _texts(4, "letter"),
        "by hand two functions, each of which asks for the gist",
    ),
    Case(
        "memo",
        "two lists of two questions about a contract, one question on both, 4 contracts",
        _texts(4, "contract"),
        "by hand two functions, each of which asks all of its list",
    ),
    Case(
        "profile",
        "two of four answers about a text are returned, 4 texts",
        _texts(4, "text"),
        "by hand all four are asked for",
    ),
    Case(
        "grade",
        "a grade, and a reason that a switch leaves out, 4 essays",
        _texts(4, "essay"),
        "by hand the reason is asked for beside the grade",
        read=_as_it_is,
    ),
    Case(
        "plan",
        "4 facts of a declared type, 4 open questions, -O2, 2 reports",
        _texts(2, "report"),
        "by hand all eight at once",
        level=2,
    ),
    Case(
        "consult",
        "two look-ups of 0.15 and 0.3 s, then an answer under long rules",
        lambda m, s: [
            {"rules": m.text(LONG, s), "question": m.text(LINE, f"{s} q"), "who": "User 1"}
        ],
        read=_as_it_is,
    ),
)
"""Programs as people leave them: what is asked twice or for nobody, and what is known before it is asked."""

CASES = {"roomy": ROOMY, "tight": TIGHT, "passes": (*ROOMY, *WRITTEN)}
