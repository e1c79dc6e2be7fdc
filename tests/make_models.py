"""Writes the tables of `docs/models.md`: `make test-data`, then this file as a script.

Each published template that was fetched is tried with the programs of `examples/`. What one template gave is kept
in the cache folder until template or code changes; `--seconds N` stops after a while, and the next call goes on. With
`--tokenizers` only their table is written; let nothing else run meanwhile. With `--calls` only which templates write
calls of tools.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "src")]

from calling_program import SEVERAL, SOURCE, written  # noqa: E402
from example_programs import LIST  # noqa: E402
from published_templates import FOLDER, templates  # noqa: E402
from real_templates import Verdict, judge, target_of  # noqa: E402
from seam_table import seam_table  # noqa: E402

from sglc.ir.target import Target  # noqa: E402

PAGE = ROOT / "docs" / "models.md"
WORDS: dict[str, str] = {
    "composes": "composes",
    "planned": "per call",
    "rendered whole": "whole",
    "refused": "refused",
}


def row_of(name: str, source: str, revision: str) -> dict[str, Verdict] | None:
    """What was found of a template; None when it was not tried yet."""
    file = _kept(source, revision)
    if not file.is_file():
        return None
    return {k: Verdict(**v) for k, v in json.loads(file.read_text("utf-8")).items()}


def try_template(name: str, source: str, revision: str) -> None:
    """Try a template with every program, and keep what was found."""
    target = target_of(name, source)
    with tempfile.TemporaryDirectory() as folder:
        found = {e.name: asdict(judge(e, target, Path(folder))) for e in LIST}
    _kept(source, revision).write_text(json.dumps(found), "utf-8")


def try_calls(name: str, source: str, revision: str) -> None:
    """Try a template that writes calls with the programs that ask for them, and keep what was found."""
    target = target_of(name, source)
    found: dict[str, Any] = {}
    if target.template is not None and target.template.calls.is_known:
        sources = {CALLS: SOURCE} | (
            {SEVERAL_CALLS: SEVERAL} if target.template.calls.between else {}
        )
        for kind, program in sources.items():
            with tempfile.TemporaryDirectory() as folder:
                found[kind] = asdict(judge(written(Path(folder), program), target, Path(folder)))
    _kept(source, revision).write_text(json.dumps(found), "utf-8")


def _kept(source: str, revision: str) -> Path:
    folder = FOLDER.parent / "test-templates-tried"
    folder.mkdir(exist_ok=True)
    return (
        folder / f"{hashlib.blake2b((source + revision).encode(), digest_size=12).hexdigest()}.json"
    )


def revision() -> str:
    """What the rooms that matter here hold."""
    listed = subprocess.run(
        ["git", "ls-files", "-s", "ir", "passes", "runtime/executor", "compiler/planner"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return hashlib.blake2b(listed.stdout.encode(), digest_size=8).hexdigest()


def shown(verdict: Verdict, notes: list[str]) -> str:
    """A cell of the table; what has a reason names its note."""
    word: str = WORDS.get(verdict.how, verdict.how)
    if not verdict.is_kept:
        word += f" **({verdict.differs} differ, {verdict.mispredicted} mispredicted)**"
    reason = verdict.why.partition(" at character ")[0] if verdict.how != "planned" else ""
    if not reason:
        return word
    if reason not in notes:
        notes.append(reason)
    return f"{word} [{notes.index(reason) + 1}]"


def table(rows: dict[str, dict[str, Verdict]]) -> str:
    """The table, its notes and its sums."""
    notes: list[str] = []
    head = ["template", *(f"`{example.name}`" for example in LIST)]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    count: Counter[str] = Counter()
    for name, found in rows.items():
        cells = [shown(found[example.name], notes) for example in LIST]
        count.update(WORDS.get(v.how, v.how) for v in found.values())
        count["kept"] += sum(v.is_kept and v.how != "refused" for v in found.values())
        lines.append(f"| {name} | {' | '.join(cells)} |")
    ran = count["composes"] + count["per call"] + count["whole"]
    sums = (
        f"{len(rows)} templates with {len(LIST)} programs each: {count['composes']} compose, "
        f"{count['per call']} are planned per call, {count['whole']} are rendered whole, {count['refused']} are "
        f"refused. Of the {ran} that ran, {count['kept']} asked exactly what the template renders, found what was "
        "predicted, and prefilled the lower bound.\n"
    )
    listed = [f"{n}. {note}" for n, note in enumerate(notes, 1)]
    return "\n".join([sums, *lines, "", *listed, ""])


CALLS, SEVERAL_CALLS = "calls", "several"
"""What the verdicts on the programs with tools go by; only templates that write calls, or several, have them."""


def calls_table(sources: dict[str, str], rows: dict[str, dict[str, Verdict]]) -> str:
    """Which templates write calls that are known, how, and what became of the program with tools."""
    known = {name: found[CALLS] for name, found in rows.items() if CALLS in found}
    count = Counter(WORDS.get(v.how, v.how) for v in known.values())
    ran = {name: verdict for name, verdict in known.items() if verdict.how != "refused"}
    kept = sum(verdict.is_kept for verdict in ran.values())
    said = (
        f"{len(known)} of {len(rows)} templates write calls that are known. With {count['composes']} of them the turns"
        f" around calls are text of the plan, with {count['per call']} per call, and {count['whole']} are rendered"
        f" whole. Of the {len(ran)} that ran, {kept} asked exactly what the template renders, found what was predicted,"
        " and prefilled the lower bound.\n"
    )
    by_way: dict[str, list[str]] = {}
    for name, verdict in known.items():
        mark = {"rendered whole": " (whole)", "planned": " (per call)"}.get(verdict.how, "")
        mark += f" (refused: {verdict.why})" if verdict.how == "refused" else ""
        mark += "" if verdict.is_kept else " **(not kept)**"
        by_way.setdefault(way_of(target_of(name, sources[name])), []).append(name + mark)
    lines = ["| how arguments are written | templates |", "|---|---|"]
    lines += [f"| {way} | {', '.join(names)} |" for way, names in sorted(by_way.items())]
    others = [n for n, source in sources.items() if "tool_calls" in source and n not in known]
    reasons = [f"- {name}: {why_of(target_of(name, sources[name]))}" for name in others]
    rest = "Calls of these are not known, and refused, with the reason that the refusal names:\n"
    parts = [said, *lines, "", *whole_lines(known), "", rest, *reasons, ""]
    return "\n".join([*parts, *several_lines(sources, rows), ""])


def whole_lines(known: dict[str, Verdict]) -> list[str]:
    """Why turns around calls are no text of the plan, by reason."""
    why: dict[str, list[str]] = {}
    for name, verdict in known.items():
        if verdict.how == "rendered whole":
            why.setdefault(verdict.why.partition(" at character ")[0], []).append(name)
    listed = (f"- {reason}: {', '.join(names)}" for reason, names in sorted(why.items()))
    return ["Rendered whole, and why:\n", *listed]


def several_lines(sources: dict[str, str], rows: dict[str, dict[str, Verdict]]) -> list[str]:
    """Which templates write several calls in one turn, what became of the program with them, and why not of others."""
    tried = {name: found[SEVERAL_CALLS] for name, found in rows.items() if SEVERAL_CALLS in found}
    ran = {name: verdict for name, verdict in tried.items() if verdict.how != "refused"}
    bad = [name for name, verdict in ran.items() if not verdict.is_kept]
    said = (
        f"{len(tried)} of them write several calls in one turn in a way that is known. With a program of such turns "
        f"{len(ran)} ran, and {len(ran) - len(bad)} kept the same promises{'; not ' + ', '.join(bad) if bad else ''}; "
        f"refused: {', '.join(f'{n} ({v.why})' for n, v in tried.items() if n not in ran) or 'none'}."
        " With the others a turn has one call, and `parallel_tool_calls` is refused:\n"
    )
    why: dict[str, list[str]] = {}
    for name, found in rows.items():
        template = target_of(name, sources[name]).template if CALLS in found else None
        if template is not None and name not in tried:
            why.setdefault(template.calls.why_one, []).append(name)
    return [said, *(f"- {reason}: {', '.join(names)}" for reason, names in sorted(why.items()))]


def why_of(target: Target) -> str:
    """Why it is not known how a template writes calls."""
    assert target.template is not None
    return target.template.calls.why


def way_of(target: Target) -> str:
    """How a family writes arguments, in words."""
    assert target.template is not None
    way = target.template.calls.format
    if not way.pairs:
        return "one JSON object"
    if not way.quote:
        return "a tag for each"
    return (
        "a Python call" if way.sep.endswith("(") else "pairs, texts in quotes of the family's own"
    )


def main() -> int:
    """Try what was not tried, and write the table when all of it is there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=1e9)
    parser.add_argument("--tokenizers", action="store_true")
    parser.add_argument("--calls", action="store_true")
    options = parser.parse_args()
    end = time.monotonic() + options.seconds
    if options.tokenizers:
        write("tokenizers", seam_table())
        return 0
    known, now = templates(), revision()
    called = tried(known, f"{now} {CALLS}", try_calls, end)
    if called is None:
        return 1
    write("calls", calls_table(known, called))
    rows = tried(known, now, try_template, end) if not options.calls else {}
    if rows:
        write("table", table(rows))
    return 0 if rows is not None else 1


def tried(
    known: dict[str, str], revision: str, attempt: Callable[[str, str, str], None], end: float
) -> dict[str, dict[str, Verdict]] | None:
    """What was found of each template, those tried that were not yet; None where the time is over before."""
    for name, source in known.items():
        if row_of(name, source, revision) is None:
            if time.monotonic() > end:
                print(f"not all of {len(known)} templates are tried: go on with another call")
                return None
            attempt(name, source, revision)
    return {name: row_of(name, source, revision) or {} for name, source in known.items()}


def write(name: str, content: str) -> None:
    """Put a table between its marks on the page."""
    begin, end = f"<!-- {name}: begin -->\n", f"<!-- {name}: end -->\n"
    before, _, rest = PAGE.read_text("utf-8").partition(begin)
    after = rest.partition(end)[2]
    PAGE.write_text(f"{before}{begin}\n{content}\n{end}{after}", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
