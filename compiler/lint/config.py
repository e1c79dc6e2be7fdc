"""The configuration: `[tool.sglc.lint]` of the nearest `pyproject.toml`, and what the command line adds.

Nothing is needed to begin. Unknown keys and unknown rules are errors, so that a typo never looks clean.
"""

from __future__ import annotations

import difflib
import fnmatch
import os
import tomllib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from ...ir.diagnostic import Severity
from .rules import BY_CODE, RULES

Level = str


class ConfigError(Exception):
    """A configuration that can't be used (PFX902): where, what, and what to write instead."""

    def __init__(self, where: str, message: str, help: str = "") -> None:
        super().__init__(message)
        self.where, self.message, self.help = where, message, help


class Config(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """All settings, as they stand in `[tool.sglc.lint]`.

    `sources`: functions of your own that give something volatile (`{"app.clock.stamp": "clock"}`); `sinks`:
    functions that send messages. `budget`: tokens that a family may lose against the lock before it is an error;
    `kv_budget`: tokens that the server's cache holds (0: not known).
    """

    select: list[str] = []
    extend_select: list[str] = []
    ignore: list[str] = []
    per_file_ignores: dict[str, list[str]] = {}
    severity: dict[str, Level] = {}
    preview: bool = False
    fail_on: Level = "error"
    target: str = ""
    model: str = ""
    exclude: list[str] = []
    baseline: str = ""
    lock: str = "sglc.lock"
    budget: int = 0
    kv_budget: int = 0
    sources: dict[str, str] = {}
    sinks: list[str] = []

    def enabled(self) -> frozenset[str]:
        """The codes that are reported."""
        chosen = [
            rule.code for rule in RULES if rule.is_default or (self.preview and not rule.is_opt_in)
        ]
        base = expanded(self.select) if self.select else chosen
        return frozenset([*base, *expanded(self.extend_select)]) - frozenset(expanded(self.ignore))

    def ignored_in(self, file: str) -> frozenset[str]:
        """The codes that are not reported for one file."""
        name = Path(file).as_posix()
        found = (
            expanded(codes)
            for pattern, codes in self.per_file_ignores.items()
            if fnmatch.fnmatch(name, pattern) or fnmatch.fnmatch(name, f"*/{pattern}")
        )
        return frozenset(code for codes in found for code in codes)

    def severity_of(self, code: str) -> Severity | None:
        """The severity that the user gave a rule."""
        return Severity(self.severity[code]) if code in self.severity else None


def expanded(codes: Iterable[str]) -> list[str]:
    """Codes and beginnings of codes (`PFX3`, `ALL`) as codes."""
    found: list[str] = []
    for code in codes:
        start = "PFX" if code == "ALL" else code
        found += [rule.code for rule in RULES if rule.code.startswith(start)]
    return found


def find_config(paths: Iterable[Path]) -> tuple[Path | None, Config]:
    """The nearest `pyproject.toml` with our table above the first path. Raises ConfigError."""
    start = Path(os.path.realpath(next(iter(paths), Path("."))))
    for folder in (start, *start.parents):
        file = folder / "pyproject.toml"
        if file.is_file():
            found = _table(file)
            if found is not None:
                return file, found
    return None, Config()


def _table(file: Path) -> Config | None:
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(str(file), f"`{file}` can't be read: {error}") from error
    table = data.get("tool", {}).get("sglc", {}).get("lint")
    return None if table is None else checked(table, str(file))


def checked(table: object, where: str) -> Config:
    """A table as a configuration. Raises ConfigError."""
    if isinstance(table, dict):
        known = [field.encode_name for field in msgspec.structs.fields(Config)]
        for key in table:
            if key not in known:
                raise ConfigError(where, f"there is no setting `{key}`", _close(str(key), known))
    try:
        config = msgspec.convert(table, Config)
    except msgspec.ValidationError as error:
        raise ConfigError(where, str(error)) from error
    check_names(config, where)
    return config


def check_names(config: Config, where: str) -> None:
    """Every rule, severity and target exists. Raises ConfigError."""
    lists = [config.select, config.extend_select, config.ignore, *config.per_file_ignores.values()]
    for code in [*(code for codes in lists for code in codes), *config.severity]:
        if not expanded([code]):
            raise ConfigError(where, f"there is no rule `{code}`", _close(code, list(BY_CODE)))
    levels = [severity.value for severity in Severity]
    for level in (
        *config.severity.values(),
        *([config.fail_on] if config.fail_on != "never" else []),
    ):
        if level not in levels:
            raise ConfigError(where, f"`{level}` is no severity", f"one of {', '.join(levels)}")
    _check_target(config.target, where)


def _check_target(target: str, where: str) -> None:
    from ...ir.target.rules import all_rules, rules_for

    try:
        rules_for(target or "sglang")
    except (KeyError, ValueError):
        names = list(all_rules())
        raise ConfigError(where, f"there is no target `{target}`", _close(target, names)) from None


def _close(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.4)
    return f"`{close[0]}` exists" if close else f"known: {', '.join(known[:12])}"
