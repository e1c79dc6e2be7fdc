"""The door of lint: from paths and a configuration to findings.

Readers give evidence, rules give it a code, configuration and suppressions take away what isn't wanted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from ...ir.diagnostic import Severity
from .config import Config
from .finding import Cause, Evidence, Family, Finding, Gap, Place, Reading, once
from .fixing.offer import with_fixes
from .inputs import InputFile, Unreadable, files_in, read, told_by_text
from .rules import BY_CODE, rules_for
from .shares import Piece, done
from .suppress import suppressions_in, unsuppressed, unused
from .tokens import Counter, counter_of


@dataclass(frozen=True, slots=True)
class Result:
    """What one run of lint found. `failed`: files that could not be analysed (exit code 2)."""

    findings: tuple[Finding, ...]
    families: tuple[Family, ...]
    gaps: tuple[Gap, ...]
    facts: tuple[str, ...]
    files: tuple[InputFile, ...] = field(repr=False)
    counter: str = ""

    @property
    def failed(self) -> bool:
        """Whether something could not be analysed."""
        return any(finding.code == "PFX900" for finding in self.findings)

    def fails_on(self, level: str) -> bool:
        """Whether there is a finding of at least a severity."""
        order = [Severity.INFO, Severity.WARNING, Severity.ERROR]
        if level == "never":
            return False
        least = order.index(Severity(level))
        return any(order.index(finding.severity) >= least for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Taken:
    """Files, and what their readers found: the same whichever rules are enabled."""

    files: tuple[InputFile, ...]
    reading: Reading
    counter: str


def lint(paths: Sequence[Path], config: Config, use_cache: bool = False) -> Result:
    """Lint files and folders. Raises OSError or ValueError when the configured model can't be read."""
    return judge(taken(paths, config, use_cache), config)


def taken(paths: Sequence[Path], config: Config, use_cache: bool = False) -> Taken:
    """Read files and folders. Raises OSError or ValueError when the configured model can't be read."""
    counter = counter_of(Path(config.model) if config.model else None)
    files, reading = take_in(paths, config)
    reading.add(_analysed(files, config, counter, use_cache))
    return Taken(tuple(files), reading, counter.name)


def judge(taken: Taken, config: Config) -> Result:
    """The findings of the enabled rules, without what comments suppress."""
    files, reading = taken.files, taken.reading
    comments = [
        s for file in files if file.kind != "log" for s in suppressions_in(file.name, file.text)
    ]
    kept = unsuppressed(findings_of(reading.evidence, config), comments)
    if "PFX901" in config.enabled():
        kept += [_unused(place, code) for place, code in unused(comments, config.enabled())]
    kept.sort(key=_order)
    return Result(
        tuple(with_fixes(kept, files)),
        tuple(reading.families),
        tuple(reading.gaps),
        tuple(reading.facts),
        files,
        taken.counter,
    )


def _analysed(
    files: Sequence[InputFile], config: Config, counter: Counter, use_cache: bool
) -> Reading:
    """What readers find, or what they found for the same files before."""
    if not use_cache:
        return analyse(files, config, counter)
    from .cache import held, keep, key_of

    key = key_of(files, config)
    reading = held(key)
    if reading is None:
        reading = analyse(files, config, counter)
        keep(key, reading)
    return reading


def take_in(paths: Sequence[Path], config: Config) -> tuple[list[InputFile], Reading]:
    """The files that can be read, and evidence of those that can't."""
    files: list[InputFile] = []
    reading = Reading()
    for path, kind in files_in(paths, config.exclude):
        try:
            if kind is None:
                raise Unreadable("its name says no kind of file that is linted")
            files.append(read(path, kind))
        except Unreadable as error:
            reading.evidence.append(unreadable(str(path), str(error)))
    return files, reading


def unreadable(file: str, why: str, line: int = 1) -> Evidence:
    """Evidence that a file could not be analysed."""
    place = Place(file, max(line, 1))
    return Evidence(Cause.UNREADABLE, place, place, f"`{file}` was not analysed: {why}")


def analyse(files: Sequence[InputFile], config: Config, counter: Counter) -> Reading:
    """Give every file to its reader."""
    reading = Reading()
    files = [told_by_text(file) for file in files]
    by_kind = {kind: [f for f in files if f.kind == kind] for kind in {f.kind for f in files}}
    pieces = [
        *_pieces_of_logs(by_kind.get("log", ()), config, counter),
        *_other_pieces(by_kind, config, counter),
    ]
    for each in done(pieces):
        reading.add(each)
    return reading


_OF_LOG, _OF_CODE, _OF_PROGRAM = 2, 27, 135
"""How long a byte takes, as measured: of a log, of Python and templates, of a program that is compiled."""


def _pieces_of_logs(
    files: Sequence[InputFile], config: Config, counter: Counter
) -> Iterator[Piece]:
    """Each log stands for itself."""
    for file in files:
        yield Piece(partial(_read_log, file, config, counter), _OF_LOG * len(file.text))


def _other_pieces(
    by_kind: Mapping[str, Sequence[InputFile]], config: Config, counter: Counter
) -> Iterator[Piece]:
    """Templates, each program, and all code together, since its modules need each other."""
    if templates := by_kind.get("template"):
        yield Piece(partial(_read_templates, templates, counter), _OF_CODE * _size(templates))
    for file in by_kind.get("sgl", ()):
        yield Piece(partial(_read_program, file, config, counter), _OF_PROGRAM * len(file.text))
    if code := [*by_kind.get("python", ()), *by_kind.get("jinja", ())]:
        yield Piece(partial(_read_code, code, config, counter), _OF_CODE * _size(code))


# --- readers, each imported by the process that needs it -------------------------------------------------------


def _read_log(file: InputFile, config: Config, counter: Counter) -> Reading:
    from .logs.read import read_logs

    return read_logs([file], config, counter)


def _read_templates(files: Sequence[InputFile], counter: Counter) -> Reading:
    from .templates.read import read_templates

    return read_templates(files, counter)


def _read_program(file: InputFile, config: Config, counter: Counter) -> Reading:
    from .source.read import read_programs

    return read_programs([file], config, counter)


def _read_code(files: Sequence[InputFile], config: Config, counter: Counter) -> Reading:
    from .code import read_code

    return read_code(files, config, counter)


def _size(files: Sequence[InputFile]) -> int:
    return sum(len(file.text) for file in files)


def findings_of(evidence: Iterable[Evidence], config: Config) -> list[Finding]:
    """Evidence as findings of the enabled rules."""
    enabled = config.enabled()
    found = [_finding(each, config, enabled) for each in once(evidence)]
    return [finding for finding in found if finding is not None]


def _finding(evidence: Evidence, config: Config, enabled: frozenset[str]) -> Finding | None:
    allowed = enabled - config.ignored_in(evidence.origin.file)
    rules = rules_for(evidence, allowed)
    if not rules:
        return None
    rule = rules[0]
    severity = config.severity_of(rule.code) or rule.severity_for(evidence, config.target)
    also = tuple(each.code for each in rules[1:])
    return Finding(
        rule.code,
        severity,
        rule.headline_for(evidence),
        evidence,
        (rule.help,),
        also,
        evidence.notes,
    )


def _unused(place: Place, code: str) -> Finding:
    place = replace(place, symbol=code)
    what = f"this comment suppresses no `{code}`"
    evidence = Evidence(Cause.UNREADABLE, place, place, what)
    rule = BY_CODE["PFX901"]
    return Finding("PFX901", rule.severity, what, evidence, (rule.help,))


def _order(finding: Finding) -> tuple[object, ...]:
    """By place; findings of one place by what they say, so that two runs write the same."""
    evidence = finding.evidence
    return (
        *evidence.origin.start,
        finding.code,
        *evidence.sink.start,
        finding.headline,
        evidence.origin.symbol,
    )
