"""`sglc fmt`: rewrite source files in the canonical layout, or say which ones differ from it."""

from __future__ import annotations

import difflib
import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from ...ir.diagnostic import CompileFailed
from ...ir.span import Source
from ...lang import source_of
from ...lang.format.files import format_source
from ..console.failures import DIAGNOSTICS, show
from ..driver.files import sources_in


def fmt(
    *paths: Path,
    check: Annotated[bool, Parameter(negative=())] = False,
    diff: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Rewrite `.sgl` files in the canonical layout.

    Parameters
    ----------
    paths
        Files and folders; `-` reads stdin and writes stdout. The current folder without any.
    check
        Write nothing; exit with 1 when a file would change.
    diff
        Write nothing but the differences; exit with 1 when there are any.
    """
    if paths == (Path("-"),):
        sys.stdout.write(format_source(Source("<stdin>", sys.stdin.read())))
        return 0
    changed, failed = 0, 0
    for path in sources_in(paths):
        try:
            source = source_of(path)
            text = format_source(source)
        except CompileFailed as failure:
            show(failure.diagnostics)
            failed += 1
            continue
        if text == source.text:
            continue
        changed += 1
        if diff:
            _print_diff(source, text)
        elif not check:
            path.write_text(text, encoding="utf-8", newline="")
        if not diff:
            print(f"{'would reformat' if check else 'reformatted'} {path}", file=sys.stderr)
    return DIAGNOSTICS if failed or (changed and (check or diff)) else 0


def _print_diff(source: Source, text: str) -> None:
    lines = difflib.unified_diff(
        source.text.splitlines(keepends=True),
        text.splitlines(keepends=True),
        source.name,
        f"{source.name} (formatted)",
    )
    sys.stdout.writelines(line if line.endswith("\n") else line + "\n" for line in lines)
