"""Pages to try a server on: one to run a program and watch its tree fill, and one that lists what is served.

A page is one self-contained file that holds nothing of the programs: it asks the server that it came from, with the key
that is typed in, and nobody else.
"""

from __future__ import annotations

from importlib import resources

from ...runtime.server.programs.routes import Pages

_PAGE = resources.files("sglc.compiler.serving") / "page"


def pages() -> Pages:
    """Both pages."""
    return Pages(_filled("index.html", "index.js"), _filled("run.html", "run.js"))


def _filled(page: str, script: str) -> str:
    parts = {"style": _file("page.css"), "script": _file("common.js") + _file(script)}
    head, *pieces = _file(page).split("{{")
    return head + "".join(
        parts[name] + rest for name, _, rest in (p.partition("}}") for p in pieces)
    )


def _file(name: str) -> str:
    return (_PAGE / name).read_text("utf-8")
