"""Work is bounded: counted in steps and in taints, for programs made so that following them would explode."""

from pathlib import Path

import pytest

from sglc.compiler.lint.config import Config
from sglc.compiler.lint.finding import Cause, Place, Reading
from sglc.compiler.lint.inputs import read
from sglc.compiler.lint.python import copies
from sglc.compiler.lint.python.budget import LEAST, MAX_STEPS, OF_ALL, OF_ONE, SHARES, Budget
from sglc.compiler.lint.python.machine import Run
from sglc.compiler.lint.python.read import read_python
from sglc.compiler.lint.python.taints import Taint
from sglc.compiler.lint.run import lint
from sglc.compiler.lint.tokens import counter_of

METHODS = 8
STARTS = 4
"""How often one function of one class may be followed: as two turns, and again."""

WIDE = "\n".join(
    f"            self.note({n}, [self.part_{n % METHODS}(x) for x in rows])" for n in range(60)
)
HEAD = """import litellm

class Desk:
    def note(self, n, rows):
        self.rows = [*self.rows, n, *rows]

    def ask(self, text):
        self.count += 1
        said = f"{self.rows} {self.count}"
        return litellm.completion(model="m", messages=[{"role": "system", "content": said}])
"""


def _desks(heirs: int) -> str:
    """A class of methods that need each other, and heirs of it."""
    methods = "".join(
        f"""
    def part_{n}(self, rows):
        for row in rows:
{WIDE}
        return self.ask(rows)
"""
        for n in range(METHODS)
    )
    made = "".join(
        f"\nclass Desk{n}(Desk):\n    def kind(self):\n        return {n}\n" for n in range(heirs)
    )
    return HEAD + methods + made


def _followed(folder: Path, text: str) -> tuple[Run, Reading]:
    file = folder / "made.py"
    file.write_text(text)
    reading = Reading()
    run = read_python([read(file, "python")], Config(), counter_of(None), None, reading)
    return run, reading


@pytest.mark.parametrize("heirs", [1, 12])
def test_a_class_takes_no_more_steps_for_each_heir(tmp_path: Path, heirs: int) -> None:
    run, reading = _followed(tmp_path, _desks(heirs))
    functions = METHODS + 3
    taken = OF_ALL - run.budget.left
    assert taken <= functions * (OF_ONE + MAX_STEPS) + heirs * functions * STARTS * LEAST
    assert max(run.budget.taken.values()) <= OF_ONE + heirs * STARTS * LEAST
    assert any(
        "not followed to its end" in gap.why or "too large" in gap.why for gap in reading.gaps
    )


def test_a_project_takes_no_more_than_its_budget_and_a_little_for_each_start() -> None:
    budget, starts, taken = Budget(), 2_000, 0
    for number in range(starts):
        steps = budget.start(function=number)
        budget.take(steps, number)
        taken += steps
    assert taken <= OF_ALL + starts * LEAST
    assert budget.start() == LEAST


def test_the_first_starts_get_all_that_they_need() -> None:
    budget = Budget()
    for number in range((OF_ALL - SHARES * MAX_STEPS) // MAX_STEPS):
        assert budget.start(function=number) == MAX_STEPS
        budget.take(MAX_STEPS, number)


def test_what_a_small_budget_leaves_out_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Budget, "start", lambda *_args, **_named: LEAST)
    file = tmp_path / "made.py"
    file.write_text(_desks(1))
    result = lint([file], Config())
    names = {gap.why.split("`")[1] for gap in result.gaps}
    assert {f"Desk.part_{n}" for n in range(METHODS)} <= names


def test_decorators_of_many_methods_take_steps_of_their_own(tmp_path: Path) -> None:
    lines = "".join(f"    fn.mark_{n} = [fn, {n}]\n" for n in range(100))
    methods = "".join(
        f"    @marked\n    def m{n}(self, x):\n        return ask(x)\n" for n in range(50)
    )
    text = (
        f"import litellm\n\ndef marked(fn):\n{lines}    return fn\n\n"
        'def ask(x):\n    return litellm.completion(model="m", messages=[{"role": "user", "content": x}])\n\n'
        f"class A:\n{methods}"
    )
    _, reading = _followed(tmp_path, text)
    assert reading.gaps == []


def _clock(loops: tuple[int, ...] = (), settles: tuple[int, ...] = (), needs: int = 0) -> Taint:
    return Taint(Cause.CLOCK, 7, Place("a.py", 3), "`now()`", (), loops, needs, settles)


def test_two_ways_are_one_taint() -> None:
    ways = {_clock().through(Place("a.py", line)) for line in range(5, 50)}
    assert len(ways) == 1


def test_loops_that_have_ended_are_one() -> None:
    outside = {_clock(loops=(1, n), settles=(n,), needs=n).outside((1,)) for n in range(2, 50)}
    assert len(outside) == 1
    assert next(iter(outside)).loops[0] == 1


def _hashed(folder: Path, rounds: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many taints are put into sets for a list that each of some loops adds to."""
    loops = "".join(
        f"    for a{n} in rows:\n        notes.append(tidy(notes))\n" for n in range(rounds)
    )
    text = (
        "import litellm\nfrom datetime import datetime\nfrom tools import tidy\n\n"
        f"def f(rows):\n    notes = [datetime.now()]\n{loops}"
        '    return litellm.completion(model="m", messages=[{"role": "system", "content": str(notes)}])\n'
    )
    seen, hashed = [0], Taint.__hash__

    def count(taint: Taint) -> int:
        seen[0] += 1
        return hashed(taint)

    with monkeypatch.context() as patched:
        patched.setattr(Taint, "__hash__", count)
        _followed(folder, text)
    return seen[0]


def test_loops_one_after_the_other_leave_few_taints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few, many = (_hashed(tmp_path, rounds, monkeypatch) for rounds in (5, 15))
    assert 0 < few < many < 30 * few


TREE = """import litellm

class Node:
    def __init__(self, name, parent=None):
        self.name, self.parent, self.children = name, parent, []

    def add(self, name):
        self.children.append(Node(name, parent=self))

class Outline:
    def __init__(self):
        self.root = Node("")

    def ask(self, text):
{added}
        head = self.root.name
        return litellm.completion(model="m", messages=[{{"role": "system", "content": head}}])
"""


def _copied(folder: Path, many: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """How often a part of a value is copied for a tree to which nodes come that know their parents."""
    seen, plain = [0], copies.replace

    def count(value: object, **changes: object) -> object:
        seen[0] += 1
        return plain(value, **changes)  # type: ignore[type-var]

    added = "\n".join(f'        self.root.add("{n}")' for n in range(many))
    with monkeypatch.context() as patched:
        patched.setattr(copies, "replace", count)
        _followed(folder, TREE.format(added=added))
    return seen[0]


def test_nodes_that_know_their_parents_are_not_copied_with_the_whole_tree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few, many = (_copied(tmp_path, nodes, monkeypatch) for nodes in (6, 24))
    assert many < 20 * max(few, 1)
