"""Properties of the IR over random programs: they verify, read back, and mean one thing."""

from __future__ import annotations

from hypothesis import given, settings
from programs import RandomProgram, histogram, programs, seeded

from sglc.ir.meaning.interpret import run
from sglc.ir.meaning.outcome import RowFailed
from sglc.ir.module import Module
from sglc.ir.ops import OP_CLASSES
from sglc.ir.structure import clone_block, results, substitute_block, walk
from sglc.ir.target import Target
from sglc.ir.text.parser import parse_module
from sglc.ir.text.printer import print_module
from sglc.ir.uses import Uses
from sglc.ir.verify.verifier import verify

TARGET = Target.estimating()


def test_every_op_is_in_one_program_of_twenty() -> None:
    shares = histogram(seeded(400))
    assert {cls.__name__ for cls in OP_CLASSES} == set(shares)
    assert {name: share for name, share in shares.items() if share < 0.05} == {}


@settings(max_examples=100, deadline=None)
@given(programs())
def test_text_reads_back(program: RandomProgram) -> None:
    text = print_module(program.module)
    again = parse_module(text)
    assert print_module(again) == text
    assert verify(again) == verify(program.module) == []


@settings(max_examples=50, deadline=None)
@given(programs())
def test_the_text_means_the_same(program: RandomProgram) -> None:
    again = parse_module(print_module(program.module))
    assert told(program, program.module) == told(program, again)


def told(program: RandomProgram, module: Module) -> tuple[object, ...]:
    """What a run comes to: its result and its calls, or its error and the calls before."""
    try:
        done = run(module, program.entry, program.args, target=TARGET, hosts=program.hosts)
    except RowFailed as failure:
        return failure.code, failure.message, failure.done.transcript
    return done.result, done.transcript


@settings(max_examples=50, deadline=None)
@given(programs())
def test_clones_share_nothing_that_is_defined_inside(program: RandomProgram) -> None:
    body = program.module.program("main").body
    copy = clone_block(body, {})
    ours = {value for op in walk(body) for value in results(op)} | set(body.args)
    theirs = {value for op in walk(copy) for value in results(op)} | set(copy.args)
    assert not ours & theirs
    assert [type(op) for op in walk(body)] == [type(op) for op in walk(copy)]
    uses, other = Uses.of(body), Uses.of(copy)
    assert all(not other.count(value) for value in ours)
    assert sum(map(uses.count, ours)) == sum(map(other.count, theirs))


@settings(max_examples=30, deadline=None)
@given(programs())
def test_substitution_of_nothing_keeps_the_block(program: RandomProgram) -> None:
    body = program.module.program("main").body
    assert substitute_block(body, {}) is body


def test_one_call_has_one_key() -> None:
    for program in seeded(100, seed=1):
        *_, transcript = told(program, program.module)
        assert isinstance(transcript, tuple)
        assert len({call.key for call in transcript}) == len(transcript)
