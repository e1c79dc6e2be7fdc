"""`sglc lint`: find what breaks shared prefixes, in requests and in the code that builds them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import Parameter

from ..console.failures import DIAGNOSTICS, USAGE, UsageError, say
from ..console.outputs import check_outputs, is_stdout, write_file
from ..console.terminal import has_colour, tell, write_out
from ..lint.config import Config, ConfigError, check_names, find_config
from ..lint.finding import Finding
from ..lint.inputs import files_in
from ..lint.report.formats import Format, written
from ..lint.run import Result, findings_of
from ..lint.run import lint as run_lint

Flag = Annotated[bool, Parameter(negative=())]
Names = Annotated[list[str] | None, Parameter(negative=(), consume_multiple=False)]


@Parameter(name="*")
@dataclass(frozen=True)
class LintOptions:
    """What `sglc lint` looks for, and against what.

    Parameters
    ----------
    select
        Rules to look for in place of the default set: codes, or beginnings of codes (`PFX3`), or `ALL`.
    extend_select
        Rules to look for besides.
    ignore
        Rules not to look for.
    severity
        CODE=LEVEL: another severity for a rule.
    preview
        Look for the rules that are not yet in the default set, too.
    target
        Judge by the rules of this cache (`sglc targets`) in place of those that the models' names say.
    model
        Count tokens with the tokenizer of this folder or `tokenizer.json`; without one they are estimated.
    baseline
        Report only findings that this file doesn't know; it is written where it does not exist.
    lock
        Compare with this lock file.
    update_lock
        Write the lock file.
    against
        Compare with the same files at this git revision.
    fail_on
        The least severity that makes the exit code 1: `error`, `warning`, `info` or `never`.
    exclude
        Patterns of files that are not read.
    no_cache
        Look anew, whatever is remembered from earlier runs.
    """

    select: Names = None
    extend_select: Names = None
    ignore: Names = None
    severity: Names = None
    preview: Flag = False
    target: str | None = None
    model: str | None = None
    baseline: Path | None = None
    lock: Path | None = None
    update_lock: Flag = False
    against: str | None = None
    fail_on: str | None = None
    exclude: Names = None
    no_cache: Flag = False


DEFAULT = LintOptions()


def lint(
    *paths: Path,
    format: Format = "full",
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    redact: bool | None = None,
    fix: Flag = False,
    unsafe_fixes: Flag = False,
    diff: Flag = False,
    options: LintOptions = DEFAULT,
) -> int:
    """Find what breaks shared prefixes, in request logs, chat templates, programs, Python and Jinja.

    Parameters
    ----------
    paths
        Files and folders; the current folder without any.
    format
        How findings are written.
    output
        Write them here instead of to stdout.
    redact
        Leave text of prompts out; machine formats do so unless told otherwise.
    fix
        Perform safe fixes.
    unsafe_fixes
        Perform fixes that move text, too.
    diff
        Write nothing but show what fixes would change.
    """
    try:
        config = _config(paths, options)
    except ConfigError as error:
        say("PFX902", f"{error.message} (in `{error.where}`)", error.help)
        return USAGE
    check_outputs({"--output": output}, _kept(paths, config))
    given = list(paths)
    result = _run(given, config, not options.no_cache)
    if fix or diff or unsafe_fixes:
        return _fixed(given, config, result, unsafe_fixes, diff)
    result = _compared(given, config, options, result)
    if config.baseline:
        result = _without_known(Path(config.baseline), result)
    hides = redact if redact is not None else format not in ("full", "concise")
    text = written(result, format, hides, color=is_stdout(output) and has_colour())
    if is_stdout(output):
        write_out(text, coloured=True)
    else:
        write_file(output, text)
    if result.failed:
        return USAGE
    return DIAGNOSTICS if result.fails_on(config.fail_on) else 0


def _kept(paths: Sequence[Path], config: Config) -> Iterator[Path]:
    """What a report must not replace: the files that are named, and the sources among those that are found."""
    return (
        file for file, kind in files_in(paths, config.exclude) if kind != "log" or file in paths
    )


def _run(paths: list[Path], config: Config, use_cache: bool) -> Result:
    try:
        return run_lint(paths, config, use_cache)
    except (OSError, ValueError) as error:
        if config.model:
            raise UsageError(
                "SGL2064",
                f"the tokenizer of `{config.model}` can't be used: {error}",
                "give a folder that holds a `tokenizer.json`, or leave `--model` out: tokens are estimated then",
            ) from error
        raise


def _config(paths: tuple[Path, ...], options: LintOptions) -> Config:
    """The file's settings with those of the command line on top. Raises ConfigError."""
    _, config = find_config(paths)
    given: dict[str, object] = {
        name: getattr(options, name)
        for name in ("select", "extend_select", "target", "model", "fail_on")
        if getattr(options, name) is not None
    }
    given["ignore"] = [*config.ignore, *(options.ignore or [])]
    given["exclude"] = [*config.exclude, *(options.exclude or [])]
    given["severity"] = config.severity | _levels(options.severity or [])
    given["preview"] = config.preview or options.preview
    for name in ("baseline", "lock"):
        if getattr(options, name) is not None:
            given[name] = str(getattr(options, name))
    made = msgspec.structs.replace(config, **given)
    check_names(made, "the command line")
    return made


def _levels(given: list[str]) -> dict[str, str]:
    pairs = [each.partition("=") for each in given]
    for code, mark, _ in pairs:
        if not mark:
            raise ConfigError(
                "the command line", f"`{code}` is no CODE=LEVEL", "write `--severity PFX204=error`"
            )
    return {code: level for code, _, level in pairs}


def _compared(paths: list[Path], config: Config, options: LintOptions, result: Result) -> Result:
    """With what differs from the lock file and from the revision."""
    from ..lint.families import compare, held_of, read_lock, write_lock

    lock = Path(config.lock)
    if options.update_lock:
        count = write_lock(lock, result.families)
        tell(f"`{lock}` holds {count} families")
        return result
    evidence = []
    if options.lock is not None or lock.exists():
        try:
            evidence += compare(read_lock(lock), result.families, config.budget, f"in `{lock}`")
        except ValueError as error:
            raise UsageError("SGL2062", str(error), "`--update-lock` writes it anew") from error
    if options.against is not None:
        from ..lint.revision import RevisionError, files_at

        try:
            with files_at(options.against, paths) as then:
                earlier = run_lint(then, config) if then else None
        except RevisionError as error:
            raise UsageError(
                "SGL2061",
                f"`{options.against}` can't be read: {error}",
                "name a revision that `git log` shows in this repository; in CI, check out the whole history",
            ) from error
        if earlier is not None:
            evidence += compare(
                held_of(earlier.families), result.families, config.budget, f"at `{options.against}`"
            )
            result = replace(result, findings=tuple(_fresh(earlier.findings, result.findings)))
    return replace(result, findings=(*result.findings, *findings_of(evidence, config)))


def _fresh(before: tuple[Finding, ...], now: tuple[Finding, ...]) -> list[Finding]:
    """The findings that were not there before."""
    known = {finding.identity for finding in before}
    return [finding for finding in now if finding.identity not in known or finding.code == "PFX900"]


def _without_known(path: Path, result: Result) -> Result:
    """Only what the baseline doesn't know; the first run writes it."""
    from ..lint.baseline import new_findings, write_baseline

    if not path.exists():
        count = write_baseline(path, result.findings)
        tell(f"`{path}` holds {count} findings; from now on only new ones are reported")
        return replace(result, findings=tuple(f for f in result.findings if f.code == "PFX900"))
    try:
        return replace(result, findings=tuple(new_findings(path, result.findings)))
    except ValueError as error:
        raise UsageError(
            "SGL2062", f"`{path}` can't be used: {error}", "remove it, and run again"
        ) from error


def _fixed(paths: list[Path], config: Config, result: Result, unsafe: bool, diff: bool) -> int:
    from ..lint.fixes import apply, as_diff, changes

    if diff:
        changed = changes(result, unsafe)
        write_out(as_diff(changed))
        return DIAGNOSTICS if changed else 0
    done, refused = apply(paths, result, config, unsafe)
    for words in done:
        tell(f"fixed {words}")
    for words in refused:
        tell(f"refused {words}: nothing gets better by it")
    return 0
