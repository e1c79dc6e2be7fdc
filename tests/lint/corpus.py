"""Scores lint on the corpus: precision and recall by rule, by kind of input, and by depth (`make lint-corpus`).

`--table` prints which rule finds something in which kind of input.

A case is a file, or a folder with an `__init__.py`, of `corpus/`, or one that the generators make. `want: CODES` in a
comment marks the origin of a problem, and one of the codes has to be found within two lines of it. A case
without a mark is one in which nothing may be found.
"""

from __future__ import annotations

import json
import re
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from sglc.compiler.lint.config import Config
from sglc.compiler.lint.finding import Finding
from sglc.compiler.lint.rules import BY_CODE
from sglc.compiler.lint.run import Result, judge, lint, taken

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from generated_formats import formats  # noqa: E402
from generated_logs import logs  # noqa: E402
from generated_office_logs import office  # noqa: E402
from generated_pottery_logs import pottery  # noqa: E402
from generated_provider_logs import provider_logs  # noqa: E402
from generated_python import programs  # noqa: E402
from generated_railway_logs import railway  # noqa: E402
from generated_sources import sources  # noqa: E402
from generated_ways import ways  # noqa: E402
from generated_wrapped_logs import wrapped  # noqa: E402
from pairs import table  # noqa: E402

KEPT = HERE / "corpus"
_WANT = re.compile(r"want: ((?:PFX\d{3} ?)+)")


@dataclass
class Case:
    """A case: its files, and what should be found: codes, and the places at which any of them is right."""

    name: str
    kind: str
    depth: str
    files: list[Path]
    wants: list[tuple[tuple[str, ...], list[tuple[Path, int]]]] = field(default_factory=list)


@dataclass
class Score:
    """What was expected, found, and found without being expected."""

    expected: int = 0
    right: int = 0
    wrong: int = 0

    def add(self, other: Score) -> None:
        """Sum up."""
        self.expected, self.right, self.wrong = (
            self.expected + other.expected,
            self.right + other.right,
            self.wrong + other.wrong,
        )


def write_generated(folder: Path) -> list[Case]:
    """Write the cases that are made."""
    found: list[Case] = []
    for name, depth, files in (*programs(), *ways(), *sources()):
        place = folder / "python" / name
        place.mkdir(parents=True)
        for file, text in files.items():
            (place / file).write_text(text)
        found.append(_marked(Case(name, "python", depth, sorted(place.glob("*.py")))))
    for name, lines, codes in (
        *logs(),
        *formats(),
        *railway(),
        *pottery(),
        *office(),
        *wrapped(),
        *provider_logs(),
    ):
        file = folder / "logs" / f"{name}.jsonl"
        file.parent.mkdir(exist_ok=True)
        texts = [line if isinstance(line, str) else json.dumps(line) for line in lines]
        file.write_text("".join(text + "\n" for text in texts))
        places = [(file, n) for n, _ in enumerate(file.read_text().split("\n"), start=1)]
        wants = [(codes, places)] if codes else []
        found.append(Case(name, "log", "-", [file], wants))
    return found


def kept_cases() -> list[Case]:
    """The cases that are kept as files."""
    found: list[Case] = []
    packages = {file.parent for file in KEPT.rglob("__init__.py")}
    for package in sorted(packages):
        found.append(
            _marked(
                Case(
                    package.name,
                    _kind(package),
                    "module",
                    sorted(p for p in package.iterdir() if p.is_file()),
                )
            )
        )
    for file in sorted(KEPT.rglob("*")):
        if file.is_file() and file.parent not in packages and "__pycache__" not in file.parts:
            found.append(_marked(Case(str(file.relative_to(KEPT)), _kind(file), "-", [file])))
    return [case for case in found if not case.name.endswith((".part.py", *_OF_LOGS))] + kept_logs()


_OF_LOGS = (".jsonl", ".log", "wants.txt")


def kept_logs() -> list[Case]:
    """The logs that are kept as files: `wants.txt` says what should be found somewhere in each."""
    found: list[Case] = []
    for line in (KEPT / "logs" / "wants.txt").read_text().splitlines():
        name, _, codes = line.partition(":")
        file = KEPT / "logs" / name
        places = [(file, n + 1) for n in range(len(file.read_text().splitlines()))]
        wants = [(tuple(codes.split()), places)] if codes.strip() else []
        found.append(Case(f"logs/{name}", "log", "-", [file], wants))
    return found


def _kind(path: Path) -> str:
    return path.relative_to(KEPT).parts[0]


def _marked(case: Case) -> Case:
    places: dict[tuple[str, ...], list[tuple[Path, int]]] = defaultdict(list)
    for file in case.files:
        for number, line in enumerate(
            file.read_text(encoding="utf-8", errors="replace").split("\n"), start=1
        ):
            match = _WANT.search(line)
            if match:
                places[tuple(match[1].split())].append((file, number))
    case.wants = list(places.items())
    return case


def score(cases: list[Case], result: Result) -> tuple[dict[str, Score], list[str]]:
    """Scores by `rule ...`, `input ...` and `depth ...`, and what was missed or should not be there."""
    scores: dict[str, Score] = defaultdict(Score)
    remarks: list[str] = []
    for case in cases:
        mine = [f for f in result.findings if any(_touches(f, file) for file in case.files)]
        one, told = _one(case, mine)
        remarks += told
        for key in (
            "all",
            f"input {case.kind}",
            *([f"depth {case.depth}"] if case.depth != "-" else []),
        ):
            scores[key].add(one)
        for codes, places in case.wants:
            hit = any(_is_right(f, codes, places) for f in mine)
            scores[f"rule {codes[0]}"].add(Score(1, int(hit)))
    return scores, remarks


def _one(case: Case, mine: list[Finding]) -> tuple[Score, list[str]]:
    remarks: list[str] = []
    right = 0
    for codes, places in case.wants:
        if any(_is_right(f, codes, places) for f in mine):
            right += 1
        else:
            remarks.append(f"missed  {case.name}: {'/'.join(codes)}")
    every = [place for _, places in case.wants for place in places]
    extra = [f for f in mine if not any(_is_at(f, file, line) for file, line in every)]
    remarks += [
        f"wrong   {case.name}: {f.code} at {f.evidence.origin}: {f.headline}" for f in extra
    ]
    return Score(len(case.wants), right, len(extra)), remarks


def _places(finding: Finding) -> list[tuple[str, int, int]]:
    evidence = finding.evidence
    places = (evidence.origin, evidence.sink, *evidence.path)
    return [(p.file, p.line, max(p.line, p.end_line)) for p in places]


def _touches(finding: Finding, file: Path) -> bool:
    return any(name == str(file) for name, _, _ in _places(finding))


def _is_at(finding: Finding, file: Path, line: int) -> bool:
    return any(
        name == str(file) and first - 2 <= line <= last + 2
        for name, first, last in _places(finding)
    )


def _is_right(finding: Finding, codes: tuple[str, ...], places: list[tuple[Path, int]]) -> bool:
    return bool(set(codes) & set(finding.codes)) and any(
        _is_at(finding, file, line) for file, line in places
    )


Scored = tuple[dict[str, Score], list[str], int]


def run() -> tuple[Scored, Scored]:
    """Score the whole corpus with all rules, and with the default set alone; how many cases there are."""
    with TemporaryDirectory() as scratch:
        made, kept = write_generated(Path(scratch)), kept_cases()
        read = [
            (cases, taken([place], Config()))
            for cases, place in ((made, Path(scratch)), (kept, KEPT))
        ]
        every = _scored([(cases, judge(each, Config(preview=True))) for cases, each in read])
        default = _scored([(_of_default(cases), judge(each, Config())) for cases, each in read])
    return every, default


def _scored(results: list[tuple[list[Case], Result]]) -> Scored:
    scores: dict[str, Score] = defaultdict(Score)
    remarks: list[str] = []
    for cases, result in results:
        more, told = score(cases, result)
        remarks += told
        for key, each in more.items():
            scores[key].add(each)
    return scores, remarks, sum(len(cases) for cases, _ in results)


def _of_default(cases: list[Case]) -> list[Case]:
    """Cases with what the default set should find alone; what only other rules name is asked of none."""
    for case in cases:
        case.wants = [w for w in case.wants if any(BY_CODE[c].is_default for c in w[0])]
    return cases


def pairs() -> list[tuple[str, str]]:
    """Each code that is wanted and found, with the kind of its case."""
    with TemporaryDirectory() as scratch:
        made, kept = write_generated(Path(scratch)), kept_cases()
        results = (
            (made, lint([Path(scratch)], Config(preview=True))),
            (kept, lint([KEPT], Config(preview=True))),
        )
        return [
            pair for cases, result in results for case in cases for pair in _pairs_of(case, result)
        ]


def _pairs_of(case: Case, result: Result) -> list[tuple[str, str]]:
    mine = [f for f in result.findings if any(_touches(f, file) for file in case.files)]
    return [
        (code, case.kind)
        for codes, places in case.wants
        for code in codes
        if any(_is_right(f, (code,), places) for f in mine)
    ]


def main() -> int:
    """Print the scores."""
    if "--table" in sys.argv:
        print(table(pairs()))
        return 0
    (scores, remarks, count), (alone, told, _) = run()
    default = alone["all"]
    print(
        f"{count} cases; default set alone: recall {default.right}/{default.expected}, wrong {default.wrong}"
    )
    remarks += [f"default set: {remark}" for remark in told]
    for key in sorted(scores):
        each = scores[key]
        found = each.right + each.wrong
        precision = (
            f"precision {each.right / found:.2f}" if found and not key.startswith("rule") else ""
        )
        print(f"  {key:18} recall {each.right}/{each.expected} {precision}")
    for remark in remarks:
        print(remark)
    return 1 if scores["all"].wrong or scores["all"].right < 0.95 * scores["all"].expected else 0


if __name__ == "__main__":
    sys.exit(main())
