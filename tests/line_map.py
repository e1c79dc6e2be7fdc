"""Which tests run which lines of the core, and how long each takes: what `mutate.py` chooses tests by.

As a plugin of pytest it notes this for one file of tests; as a script it does so for all files that judge a room, and
keeps what it has found, file by file, so that it goes on where it was stopped. What was noted holds as long as neither
the core nor the file of tests changes.

python tests/line_map.py lines.json                      all of it (a quarter of an hour)
python tests/line_map.py lines.json --seconds 200        what is not there yet, for so long
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mutants import ROOMS, ROOT, test_files

TO = "SGLC_LINE_MAP"
"""Where the plugin writes to: an environment variable."""
MEASURED = sorted({pattern for room in ROOMS.values() for pattern in room.files})


class Notes:
    """What the plugin notes: the lines that are run while a test is."""

    def __init__(self, to: Path) -> None:
        import coverage

        self._to, self._seconds = to, defaultdict[str, float](float)
        self._coverage = coverage.Coverage(
            data_file=None, config_file=False, include=[str(ROOT / each) for each in MEASURED]
        )
        self._coverage.start()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """A test, with what is set up for it; of a parametrized one all cases together."""
        name, began = item.nodeid.partition("[")[0], time.monotonic()
        self._coverage.switch_context(name)
        yield
        self._coverage.switch_context("")
        self._seconds[name] += time.monotonic() - began

    def pytest_sessionfinish(self) -> None:
        """Write it."""
        self._coverage.stop()
        data = self._coverage.get_data()
        lines = {
            str(Path(file).relative_to(ROOT)): {
                line: [each for each in tests if each]
                for line, tests in data.contexts_by_lineno(file).items()
            }
            for file in data.measured_files()
        }
        self._to.write_text(
            json.dumps({"seconds": self._seconds, "lines": lines}), encoding="utf-8"
        )


def pytest_configure(config: pytest.Config) -> None:
    """Take notes where it is asked for."""
    if os.environ.get(TO):
        config.pluginmanager.register(Notes(Path(os.environ[TO])))


class LineMap:
    """What was noted, for all files of tests."""

    def __init__(self, kept: Path) -> None:
        self._kept = kept
        found: dict[str, Any] = (
            json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
        )
        self._core = b"".join(
            file.read_bytes() for each in MEASURED for file in sorted(ROOT.glob(each))
        )
        self.files = {
            file: noted for file, noted in found.items() if noted["of"] == self._state(file)
        }

    def note(self, file: str) -> None:
        """Run a file of tests, and keep what it runs."""
        with tempfile.TemporaryDirectory() as folder:
            to = Path(folder) / "notes.json"
            env = {**os.environ, TO: str(to), "PYTHONPATH": str(ROOT / "tests")}
            command = [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-p",
                "line_map",
                "-p",
                "no:cacheprovider",
                file,
            ]
            done = subprocess.run(
                command, cwd=ROOT, env=env, capture_output=True, text=True, check=False
            )
            if done.returncode not in (0, 5):  # 5: all of it is slow, or for a card
                raise RuntimeError(f"{file} fails without a mutant:\n{done.stdout[-3000:]}")
            self.files[file] = {
                "of": self._state(file),
                **json.loads(to.read_text(encoding="utf-8")),
            }
        part = self._kept.with_suffix(".part")
        part.write_text(json.dumps(self.files), encoding="utf-8")
        part.replace(self._kept)

    def _state(self, file: str) -> str:
        """What the notes of a file of tests stand for: the core, and the file."""
        path = ROOT / file
        return hashlib.sha256(
            self._core + (path.read_bytes() if path.exists() else b"")
        ).hexdigest()

    def tests(self, of: list[str], file: str, lines: range) -> list[str]:
        """The tests, among files of tests, that run a line: file by file, so that what a file sets up is set up once.

        Files go by the seconds of what is asked of them, and so do the tests of each.
        """
        groups = [self._of(each, file, lines) for each in of]
        groups.sort(key=lambda group: sum(group.values()))
        return [test for group in groups for test in sorted(group, key=lambda each: group[each])]

    def _of(self, test_file: str, file: str, lines: range) -> dict[str, float]:
        noted = self.files.get(test_file, {"lines": {}, "seconds": {}})
        by_line = noted["lines"].get(file, {})
        found = {test for line in lines for test in by_line.get(str(line), [])}
        return {test: noted["seconds"][test] for test in sorted(found)}


def main() -> int:
    """Note what is not noted yet."""
    asked = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    asked.add_argument("kept", type=Path)
    asked.add_argument("--seconds", type=float, default=float("inf"))
    given = asked.parse_args()
    until, lines = time.monotonic() + given.seconds, LineMap(given.kept)
    wanted = list(dict.fromkeys(file for room in ROOMS for file in test_files(room)))
    for file in wanted:
        if file not in lines.files and time.monotonic() < until:
            began = time.monotonic()
            lines.note(file)
            print(f"{time.monotonic() - began:4.0f} s  {file}", flush=True)
    left = [file for file in wanted if file not in lines.files]
    print(f"{len(left)} files are left" if left else "all files are noted")
    return 0


if __name__ == "__main__":
    sys.exit(main())
