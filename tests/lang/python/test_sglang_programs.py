"""SGLang's programs by changing the import: the same prompts, parameters and results as its own front end gives."""

import functools

import pytest
from sglang_programs.compare import FAULTS, FILES, HERE, differences, our_results, peer_results
from sglang_programs.fetch_peer import COMMAND, is_there
from sglang_programs.ours import load

NAMES = [(file, case.name) for file in FILES for case in load(HERE / f"{file}.py").CASES.all]
PROGRAMS = 120
"""At least so many are compared."""
_theirs = functools.cache(peer_results)
_ours = functools.cache(our_results)
_is_there = functools.cache(is_there)


@pytest.mark.parametrize(("file", "name"), NAMES)
def test_a_program_asks_what_it_asks_in_sglang(file, name):
    if not _is_there():
        pytest.skip(f"SGLang's front end is not there: `{COMMAND}` fetches it")
    if name not in FAULTS:
        assert differences(_theirs(file)[name], _ours(file)[name]) == []


def test_every_fault_is_one_of_a_case_that_is_there():
    assert set(FAULTS) <= {name for _, name in NAMES}
    assert len(NAMES) - len(FAULTS) >= PROGRAMS


@pytest.mark.parametrize(("file", "name"), NAMES)
def test_both_modes_do_the_same(file, name):
    found = {mode: _ours(file, mode)[name] for mode in ("auto", "direct")}
    assert differences(found["direct"], found["auto"]) == []


def test_nine_programs_in_ten_are_compiled():
    found = {name: result["direct"] for file in FILES for name, result in _ours(file).items()}
    direct = [name for name, reasons in found.items() if reasons]
    assert len(direct) <= len(found) / 10, direct
