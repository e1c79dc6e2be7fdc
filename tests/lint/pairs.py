"""Which rule finds something in which kind of input, by the corpus's cases, as a table (`corpus.py --table`).

`POSSIBLE` has a line for each rule that the corpus's cases are scored by: the kinds of input that can show its problem
(a log doesn't say that a text is a user's, or what a search found).
A pair that can be and that no case shows is a stroke; one that cannot be is blank.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

KINDS = ("logs", "templates", ".sgl", "front end", "Python", "Jinja")
_OF_CASE = {
    "log": "logs",
    "templates": "templates",
    "sgl": ".sgl",
    "frontend": "front end",
    "py": "Python",
    "python": "Python",
    "jinja": "Jinja",
}
POSSIBLE: Mapping[str, str] = {
    "PFX101": "logs, .sgl, front end, Python, Jinja",
    "PFX102": "logs, templates, front end, Python, Jinja",
    "PFX104": ".sgl, front end, Python, Jinja",
    "PFX105": "logs, .sgl, front end, Python, Jinja",
    "PFX201": "logs, .sgl, front end, Python, Jinja",
    "PFX203": ".sgl, Python",
    "PFX204": ".sgl, front end, Python, Jinja",
    "PFX205": "logs, .sgl, front end, Python",
    "PFX206": "Python, Jinja",
    "PFX207": "logs, .sgl, front end, Python, Jinja",
    "PFX208": ".sgl, front end, Python",
    "PFX209": "logs, Python",
    "PFX210": "logs, Python",
    "PFX211": "logs, Python",
    "PFX212": "logs, Python",
    "PFX301": "logs, front end, Python, Jinja",
    "PFX302": "logs, Python",
    "PFX303": "logs, Python",
    "PFX304": "logs, Python",
    "PFX305": "logs, Python",
    "PFX306": "Python",
    "PFX307": "logs, Python",
    "PFX401": "logs, Python, Jinja",
    "PFX403": "logs, Python, Jinja",
    "PFX404": ".sgl, front end, Python",
    "PFX405": "logs, Python",
    "PFX501": "templates",
    "PFX502": "templates",
    "PFX503": "templates",
    "PFX504": "templates",
    "PFX601": "logs, Python",
    "PFX602": "logs, Python",
    "PFX603": "logs, Python",
    "PFX605": "logs, Python",
    "PFX607": "logs, Python",
    "PFX608": "logs, Python",
    "PFX609": "logs",
    "PFX610": "logs",
    "PFX701": "logs, Python",
    "PFX702": ".sgl",
    "PFX704": ".sgl",
    "PFX706": ".sgl",
}


def table(found: Iterable[tuple[str, str]]) -> str:
    """The table as Markdown, of pairs of a code and a case's kind, one for each time that a rule was right."""
    counts: dict[tuple[str, str], int] = {}
    for code, kind in found:
        pair = code, _OF_CASE[kind]
        counts[pair] = counts.get(pair, 0) + 1
    lines = [f"| Rule | {' | '.join(KINDS)} |", "|---|" + "---:|" * len(KINDS)]
    for code, kinds in POSSIBLE.items():
        cells = [_cell(counts.get((code, kind), 0), kind in kinds.split(", ")) for kind in KINDS]
        lines.append(f"| {code} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(count: int, is_possible: bool) -> str:
    return str(count) if count else "-" if is_possible else ""
