"""Writes docs/passes/*.md from the docstrings of the passes; `make bless` runs it, a test compares.

python docs/make_passes.py
"""

from __future__ import annotations

import inspect
from pathlib import Path

from sglc.passes.pipeline import PASSES, REGISTRY
from sglc.passes.running.context import Pass
from sglc.passes.running.options import option_fields

FOLDER = Path(__file__).parent / "passes"


def pages() -> dict[str, str]:
    """The text of every page by its file name."""
    return {"README.md": _index()} | {f"{name}.md": _page(name) for name in REGISTRY}


def _page(name: str) -> str:
    kind = REGISTRY[name]
    what, rest = _docstring(kind)
    before, code, after = _split_code(rest)
    parts = [f"# {name}", what, before, f"```\n{code}\n```" if code else "", after]
    parts += [_options(kind), _where(name)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _docstring(kind: type[Pass]) -> tuple[str, str]:
    """The first paragraph of a pass's docstring, and the others."""
    text = inspect.cleandoc(kind.__doc__ or "")
    what, _, rest = text.partition("\n\n")
    return what, rest


def _split_code(text: str) -> tuple[str, str, str]:
    """The paragraphs before the indented example, the example, and those after it."""
    paragraphs = text.split("\n\n")
    at = [i for i, paragraph in enumerate(paragraphs) if paragraph.startswith("    ")]
    if not at:
        return text, "", ""
    code = inspect.cleandoc("\n" + "\n\n".join(paragraphs[at[0] : at[-1] + 1]))
    return "\n\n".join(paragraphs[: at[0]]), code, "\n\n".join(paragraphs[at[-1] + 1 :])


def _options(kind: type[Pass]) -> str:
    options = option_fields(kind)
    if not options:
        return ""
    rows = [
        f"| `{name}` | {hint.__name__} | `{str(default).lower()}` |"
        for name, hint, default in options
    ]
    return "\n".join(["| Option | Type | Default |", "| --- | --- | --- |", *rows])


def _where(name: str) -> str:
    levels = [level for level, step in PASSES if step.name == name]
    file = f"../../tests/golden/passes/{name.replace('-', '_')}.md"
    disable = "" if min(levels) == 0 else f" Without it: `--disable {name}`."
    return f"Runs from `-O{min(levels)}` on.{disable} What it does and declines, by example: [{name}]({file})."


def _index() -> str:
    lines = [
        "# The passes",
        "",
        "In the order in which they run; `sglc build --print-after NAME` shows what each did.",
        "",
    ]
    lines += ["| Pass | From | Does |", "| --- | --- | --- |"]
    for level, step in PASSES:
        what, _ = _docstring(type(step))
        lines.append(f"| [{step.name}]({step.name}.md) | `-O{level}` | {' '.join(what.split())} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write all pages."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
