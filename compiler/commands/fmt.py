"""`sglc fmt`: rewrite source files in the canonical layout, or say which ones differ from it."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from ...ir.diagnostic import CompileFailed
from ...ir.span import Source
from ...lang import source_from, source_of
from ...lang.format.files import format_source
from ..console.failures import DIAGNOSTICS, UsageError, show
from ..console.outputs import STDOUT, read_stdin, replacing
from ..console.terminal import tell, write_out
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
    changed, failed = 0, 0
    for path in _given(paths):
        try:
            source = source_from("<stdin>", read_stdin()) if path == STDOUT else source_of(path)
            text = format_source(source)
        except CompileFailed as failure:
            show(failure.diagnostics)
            failed += 1
            continue
        changed += text != source.text
        if path == STDOUT and not check and not diff:
            write_out(text)
        elif text != source.text:
            _change(path, source, text, check, diff)
    return DIAGNOSTICS if failed or (changed and (check or diff)) else 0


def _given(paths: Sequence[Path]) -> Iterator[Path]:
    if STDOUT not in paths:
        return sources_in(paths)
    if len(paths) > 1:
        raise UsageError("SGL2082", "`-` stands with other files", "format stdin alone")
    return iter(paths)


def _change(path: Path, source: Source, text: str, check: bool, diff: bool) -> None:
    """Write a file anew, or say that it would be."""
    if diff:
        _print_diff(source, text)
        return
    if not check:
        with replacing(path) as stream:
            stream.write(text.encode("utf-8"))
    tell(f"{'would reformat' if check else 'reformatted'} {source.name}")


def _print_diff(source: Source, text: str) -> None:
    lines = difflib.unified_diff(
        source.text.splitlines(keepends=True),
        text.splitlines(keepends=True),
        source.name,
        f"{source.name} (formatted)",
    )
    write_out("".join(line if line.endswith("\n") else line + "\n" for line in lines))
