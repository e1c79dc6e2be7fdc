"""Pages to try a server on: one for each program, with a form and the tree that fills, and one that lists them all.

A page is one self-contained file; it asks the server that it came from, and nobody else.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

from ...runtime.server.programs.published import Published
from ..explain import report as r
from ..explain.html import inert

_PAGE = resources.files("sglc.compiler.serving") / "page"


def run_page(name: str, doc: str, takes: Mapping[str, Any], report: r.Report) -> str:
    """The page of one program."""
    data = {"name": name, "takes": takes, "nodes": _nodes(report)}
    return _filled("run.html", title=name, doc=doc, data=data, script="run.js")


def index_page(model: str, programs: Sequence[Published]) -> str:
    """The page that lists what is served."""
    data = {"model": model, "programs": [{"name": each.name, "doc": each.doc} for each in programs]}
    return _filled("index.html", title=model, doc="", data=data, script="index.js")


def _nodes(report: r.Report) -> list[dict[str, Any]]:
    """The prefix tree as the page draws it: what each node says, how long it is, and where it hangs."""
    calls = {call.out: call.name for call in report.calls}
    return [
        {
            "id": node.id,
            "depth": node.depth,
            "kind": node.kind,
            "text": node.text,
            "tokens": node.tokens.text,
            "lifetime": node.lifetime,
            "call": calls.get(node.id, ""),
        }
        for node in report.nodes
    ]


def _filled(page: str, *, title: str, doc: str, data: Any, script: str) -> str:
    parts = {
        "title": html.escape(title),
        "doc": html.escape(doc),
        "style": _file("page.css"),
        "data": inert(json.dumps(data, ensure_ascii=False)),
        "script": _file("common.js") + _file(script),
    }
    head, *pieces = _file(page).split("{{")
    return head + "".join(
        parts[name] + rest for name, _, rest in (p.partition("}}") for p in pieces)
    )


def _file(name: str) -> str:
    return (_PAGE / name).read_text("utf-8")
