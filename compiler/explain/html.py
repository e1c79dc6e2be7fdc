"""A report as one self-contained HTML page: picture, time line, calls, and a workload to play with.

The page loads nothing: style, script and data stand in the file, and its content policy forbids requests.
The script (`page/*.js`) reads the same JSON that `--format json` prints.
"""

from __future__ import annotations

import html
from importlib import resources

from . import report as r

PAGE = resources.files("sglc.compiler.explain") / "page"
SCRIPTS = ("model.js", "controls.js", "tree.js", "page.js")
"""In the order in which they are read."""


def render(report: r.Report) -> str:
    """The whole page."""
    parts = {
        "title": html.escape(f"{report.entry} - what is shared"),
        "style": _file("page.css"),
        "script": "\n".join(map(_file, SCRIPTS)),
        "report": _inert(r.to_json(report).decode()),
    }
    page = _file("page.html")
    head, *pieces = page.split("{{")
    return head + "".join(_filled(piece, parts) for piece in pieces)


def _filled(piece: str, parts: dict[str, str]) -> str:
    name, rest = piece.split("}}", 1)
    return parts[name] + rest


def _inert(json: str) -> str:
    """JSON that cannot end the script element it stands in, whatever a prompt contains."""
    return json.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _file(name: str) -> str:
    return (PAGE / name).read_text("utf-8")
