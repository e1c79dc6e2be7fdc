"""What stands around the tests: Ctrl-C can be tested anywhere, the order can be shuffled, mutants are judged."""

from __future__ import annotations

import ast
import json
import os
import random
import re
import signal
import subprocess
import sys
from collections import Counter, namedtuple
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from judged import kept
from mutants import ROOMS, ROOT, changeable
from mutate import sampled
from probes import HIT, probed

COUNTED = """
def add(a, b):
    "Adds."
    if a is None and b:
        return [each for each in b if each > 1]
    match a:
        case 1:
            return b
    return a
"""
INTERRUPTED = """
import signal, subprocess, sys

def test_here():
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

def test_in_a_child():
    code = "import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "True\\n"
"""
SMALL = ["radix", "sampler"]
Item = namedtuple("Item", "path name")
ADDED = """
from mod import add
def test_list(): assert add(None, [1, 2]) == [2]
def test_one(): assert add(1, 2) == 2
"""
ITEMS = [Item(path, name) for path in "abcd" for name in range(8)]


def run_tests(folder: Path, text: str, *options: str, **settings: str) -> tuple[int, str]:
    """Run one file of tests under the suite's own `conftest.py`, with Ctrl-C ignored as in a background job."""
    (folder / "test_it.py").write_text(text, encoding="utf-8")
    env = {**os.environ, "PYTHONPATH": f"{ROOT / 'tests'}:{folder}", **settings}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "conftest", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "-c", "/dev/null", f"--rootdir={folder}", *options, str(folder / "test_it.py")],
        cwd=folder, env=env, capture_output=True, text=True, check=False,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.mark.skipif(
    sys.platform == "win32", reason="signals are ignored by whole families on POSIX"
)
def test_ctrl_c_stops_what_tests_start_though_a_shell_had_it_ignored(tmp_path: Path) -> None:
    code, said = run_tests(tmp_path, INTERRUPTED)
    assert (code, "2 passed" in said) == (0, True), said


def test_a_seed_shuffles_file_by_file_and_always_alike(request: pytest.FixtureRequest) -> None:
    conftest: Any = request.config.pluginmanager.getplugin(str(ROOT / "tests" / "conftest.py"))

    def order(seed: int) -> list[Item]:
        return conftest._shuffled(ITEMS, random.Random(seed))

    assert sorted(order(1)) == ITEMS
    assert order(1) == order(1) != order(2)
    assert len([*groupby(order(1), key=lambda item: item.path)]) == 4


def test_a_probe_stands_in_front_of_its_statement_and_changes_nothing(tmp_path: Path) -> None:
    nodes = changeable(ast.parse(COUNTED))
    places = {ast.unparse(node): place for place, node in enumerate(nodes)}
    source = probed(COUNTED, {places["each > 1"]: 0, places["a is None"]: 1, places["1"]: 2})
    assert source.count(f"{HIT}(") == 3
    (tmp_path / "mod.py").write_text(source, encoding="utf-8")
    noted = tmp_path / "noted.jsonl"
    code, said = run_tests(
        tmp_path, ADDED, "-p", "probes",
        SGLC_PROBES=str(noted),
    )  # fmt: skip
    assert code == 0, said
    found = [json.loads(line) for line in noted.read_text(encoding="utf-8").splitlines()]
    assert {name.partition("::")[2]: case[1] for name, case in found[0]["cases"].items()} == {
        "test_list": [0, 1],
        "test_one": [1, 2],
    }


def test_a_sample_takes_as_many_of_each_room_and_is_the_same_each_time() -> None:
    some = sampled(7, 1, SMALL)
    assert Counter(each.room for each in some) == dict.fromkeys(SMALL, 4)
    assert some == sampled(7, 1, SMALL) != sampled(7, 2, SMALL)


def test_each_mutant_is_another_program() -> None:
    for mutant in sampled(20, 3, SMALL):
        text = (ROOT / mutant.file).read_text(encoding="utf-8")
        assert ast.dump(ast.parse(mutant.source())) != ast.dump(ast.parse(text))


@pytest.mark.slow
def test_a_known_fault_is_made_and_noticed() -> None:
    command = [sys.executable, "tests/judge_faults.py", "the main way"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "1 of 1 noticed"


def test_of_each_survivor_it_is_said_what_was_found() -> None:
    judged = kept()
    assert {each.room for each in judged} == set(ROOMS)
    for each in judged:
        if each.verdict not in (None, "killed"):
            assert re.match(r"changes nothing: \w|survives: \w|`tests/", each.since), each
        for test in re.findall(r"`(tests/[^`:]*)", each.since):
            assert (ROOT / test).exists(), each
