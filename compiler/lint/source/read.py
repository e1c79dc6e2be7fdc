"""The reader of `.sgl` files: compiled as always, then looked at before any pass."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from ....ir.diagnostic import CompileFailed
from ....ir.span import Source
from ....lang.compile import compile_source
from ..characters import unclean
from ..config import Config
from ..finding import Cause, Evidence, Family, Place, Reading
from ..inputs import InputFile
from ..layout import siblings, static_prefix
from ..numbers_behind import split_numbers
from ..seams import ends_of
from ..tokens import Counter
from ..twins import near_twins
from .judged import evidence_of
from .unused import unused_in

RECURSION = 8_000


def read_programs(files: Sequence[InputFile], config: Config, counter: Counter) -> Reading:
    """Read programs, each file with what it imports."""
    reading = Reading()
    sys.setrecursionlimit(max(sys.getrecursionlimit(), RECURSION))
    for file in files:
        _read(file, counter, reading)
    return reading


def _read(file: InputFile, counter: Counter, reading: Reading) -> None:
    try:
        module, diagnostics = compile_source(Source(file.name, file.text), file.path)
    except (CompileFailed, OSError, RecursionError) as error:
        reading.evidence.append(
            _failed(
                file, 1, str(error).splitlines()[0] if str(error) else "it is nested too deeply"
            )
        )
        return
    if module is None:
        first = diagnostics[0]
        line = first.span.source.position(first.span.start)[0] if first.span else 1
        reading.evidence.append(_failed(file, line, f"{first.headline} ({first.code})"))
        return
    requests = []
    for program in module.programs:
        if program.span is not None and program.span.source.name != file.name:
            continue
        found, sent = evidence_of(program, module, counter)
        reading.evidence += [*found, *unused_in(program, counter)]
        requests += sent
        for request in sent:
            text, is_whole = static_prefix(request)
            name = f"{file.path.name}:{request.family}"
            reading.families.append(Family(name, request.sink, text, counter.count(text), is_whole))
    reading.evidence += [*siblings(requests), *near_twins(requests)]
    for request in requests:
        reading.evidence += [*ends_of(request, counter), *unclean(request, file.text)]
        reading.evidence += split_numbers(request, counter, file.text)


def _failed(file: InputFile, line: int, why: str) -> Evidence:
    place = Place(file.name, line)
    return Evidence(Cause.UNREADABLE, place, place, f"`{file.name}` was not analysed: {why}")
