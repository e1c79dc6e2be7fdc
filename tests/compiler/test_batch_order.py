"""A batch is ordered once: rows that share the beginning of their prompts together, sections so that they share most.

What is predicted to be saved is what a run saves, and a run that is resumed has the same prompts.
"""

from __future__ import annotations

import itertools
import json
import random
import time
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path

import pytest
from lower_bound import calls_of, lower_bound, measured

from sglc.compiler.batch.foreseen import Foresight, Sections
from sglc.compiler.batch.gain import Encoder, common, one_prompt_cache, tree_size
from sglc.compiler.batch.order import batch_order, laid_out
from sglc.compiler.driver.compilation import Build, Options, compile_file
from sglc.compiler.running.execution import Job, Outcome, execute_job, journal_header
from sglc.runtime.backends.mock import MockBackend
from sglc.runtime.batch.journal import Journal
from sglc.runtime.batch.reading import read_rows
from sglc.runtime.batch.rows import Row, RowList, rows_of
from sglc.runtime.plan.errors import RunError

EXAMPLES = Path(__file__).parents[2] / "examples"
CATALOGUE = EXAMPLES / "catalogue.sgl"
PRODUCTS = EXAMPLES / "data" / "products.jsonl"

ASK = """
program ask(question: str, rules: str @release, document: str @session) -> str:
    system: "{rules}"
    user:
        "{document}\\n"
        "{question}"
    assistant: answer = gen(max_tokens=8)
    return answer
"""
TWO = """
program two(a: str, b: str, first: str @user = "", c: str = "", d: str = "") -> str:
    user:
        "{first}"
        unordered:
            section: "Alpha: {a}\\n"
            section: "Beta: {b}\\n"
        "Then:\\n"
        unordered:
            section: "Gamma: {c}\\n"
            section: "Delta: {d}\\n"
    assistant: answer = gen(max_tokens=4)
    return answer
"""


def built(text: str, folder: Path, level: int = 1) -> Build:
    file = folder / "program.sgl"
    file.write_text(text, encoding="utf-8")
    return compile_file(file, Options(level=level))


def rows_for(build: Build, args: Sequence[dict[str, str]]) -> list[Row]:
    return rows_of(args, build.plan.programs[0])


def ordered(build: Build, rows: Sequence[Row]):
    return batch_order(build.plan, build.plan.entry, rows, build.choice.target.tokenizer)


def ran(
    build: Build,
    rows: Sequence[Row],
    trace: Path,
    journal: Path | None = None,
    resume: bool = False,
) -> Outcome:
    """The outcome of a run, with a journal where one is named."""
    header = journal_header(build.plan, build.plan.entry, RowList(rows), 0)
    begin = Journal.resume if resume else Journal.create
    with begin(journal, header) if journal else nullcontext() as opened:
        return _ran(build, rows, trace, opened)


def _ran(build: Build, rows: Sequence[Row], trace: Path, journal: Journal | None) -> Outcome:
    job = Job(
        plan=build.plan,
        choice=build.choice,
        program=build.plan.entry,
        rows=rows,
        trace_file=trace,
        journal=journal,
    )
    return execute_job(job, MockBackend(build.choice.target))


def products() -> tuple[Build, list[Row]]:
    build = compile_file(CATALOGUE)
    return build, read_rows(PRODUCTS, build.plan.programs[0])


# --- rows -------------------------------------------------------------------------------------------


def test_rows_that_share_a_beginning_start_together(tmp_path: Path):
    build = built(ASK, tmp_path)
    documents = ["a", "b", "a", "b", "c", "a"]
    rows = rows_for(
        build,
        [{"rules": "r", "document": d, "question": f"q{i}"} for i, d in enumerate(documents)],
    )

    assert ordered(build, rows).rows == (0, 2, 5, 1, 3, 4)
    assert ordered(build, rows).orders == {}


def test_a_row_that_cannot_be_read_has_a_place_too(tmp_path: Path):
    build = built(ASK, tmp_path)
    rows = rows_for(build, [{"rules": "r"}, {}, {"rules": "r", "document": "d", "question": "q"}])

    assert sorted(ordered(build, rows).rows) == [0, 1, 2]


# --- sections ---------------------------------------------------------------------------------------


def test_each_row_has_the_order_that_shares_most(tmp_path: Path):
    """Half of the rows share one field, the other half the other: no order of all rows is right for both."""
    build = built(TWO, tmp_path)
    long = "what many rows have in common, at some length"
    args = [{"a": long, "b": f"own {i}"} for i in range(4)]
    args += [{"a": f"own {i}", "b": long} for i in range(4)]
    found = ordered(build, rows_for(build, args))

    first = {row: found.orders.get(row, {0: (0, 1)})[0][0] for row in range(8)}
    names = _section_names(build)
    assert [names[first[row]] for row in range(8)] == ["Alpha"] * 4 + ["Beta"] * 4


def _section_names(build: Build) -> list[str]:
    """What the sections of the first group begin with, in the plan's order."""
    (prompt,) = Foresight(build.plan.programs[0]).prompts({"a": "x", "b": "y"})
    group = next(item for item in prompt.items if isinstance(item, Sections))
    return [text[0].text.split(":")[0] for text in group.texts]


def test_what_stands_before_decides_who_can_share(tmp_path: Path):
    """Rows that differ before the sections share nothing in them, so there is nothing to order."""
    build = built(TWO, tmp_path)
    long = "what many rows have in common, at some length"
    args = [{"first": f"{i} comes first", "a": f"{i}", "b": long} for i in range(4)]

    assert ordered(build, rows_for(build, args)).orders == {}


def test_a_later_group_counts_behind_the_order_of_an_earlier_one(tmp_path: Path):
    build = built(TWO, tmp_path)
    long = "what many rows have in common, at some length"
    args = [{"a": long, "b": "same", "c": f"{i}", "d": long} for i in range(4)]
    found = ordered(build, rows_for(build, args))

    assert found.gain is not None
    assert found.gain.saved > 0
    assert {tuple(order) for own in found.orders.values() for order in own.values()} == {(1, 0)}


def test_it_is_never_worse_than_the_plans_own_order(tmp_path: Path):
    build = built(TWO, tmp_path)
    source = random.Random(5)
    for _ in range(20):
        words = ["a", "b", "a long one of many words", "another long one of words"]
        args = [{k: source.choice(words) for k in "abcd"} for _ in range(8)]
        gain = ordered(build, rows_for(build, args)).gain
        assert gain is not None
        assert gain.ordered <= gain.as_laid_out
        assert gain.one_ordered <= gain.one_as_given or gain.saved > 0


def test_the_greedy_order_is_within_a_tenth_of_the_best(tmp_path: Path):
    """Every order of two and two sections in each of four rows, tried out: the smallest prefix tree there is."""
    build = built(TWO, tmp_path)
    foresight, encoder = Foresight(build.plan.programs[0]), Encoder(build.choice.target.tokenizer)
    source = random.Random(9)
    words = ["red", "a deep shade of green", "blue as the sea on a bright morning"]
    ratios = []
    for _ in range(12):
        args = [{k: source.choice(words) for k in "abcd"} for _ in range(4)]
        gain = ordered(build, rows_for(build, args)).gain
        assert gain is not None
        rows = [
            [
                encoder.ids(laid_out(prompt, {0: one, 1: other}))
                for one in ((0, 1), (1, 0))
                for other in ((0, 1), (1, 0))
            ]
            for (prompt,) in map(foresight.prompts, args)
        ]
        best = min(map(tree_size, itertools.product(*rows)))
        assert best <= gain.ordered
        ratios.append(gain.ordered / best)
    print(f"at worst {max(ratios):.3f} of the best, {sum(ratios) / len(ratios):.3f} on average")
    assert max(ratios) <= 1.1


def test_without_code_motion_sections_stand_as_written():
    build = compile_file(CATALOGUE, Options(disabled=["move-code"]))
    rows = read_rows(PRODUCTS, build.plan.programs[0])
    found = ordered(build, rows)

    assert found.orders == {}
    assert found.gain is not None
    assert found.gain.saved == 0


def test_too_large_a_batch_says_what_is_skipped(monkeypatch: pytest.MonkeyPatch):
    build, rows = products()
    monkeypatch.setattr("sglc.compiler.batch.order.MAX_CELLS", 100)
    monkeypatch.setattr("sglc.compiler.batch.order.MAX_CHARACTERS", 100)
    found = ordered(build, rows)

    assert found.orders == {}
    assert sorted(found.rows) == list(range(len(rows)))
    assert "the order of sections: 360 of them are more than 100" in found.skipped
    assert "the prediction: " in found.skipped


# --- what is known before the run -------------------------------------------------------------------


def test_prompts_are_foreseen_as_they_are_asked(tmp_path: Path):
    """The ids of every prompt that the arguments say are those that the run asks with."""
    build, rows = products()
    foresight, encoder = Foresight(build.plan.programs[0]), Encoder(build.choice.target.tokenizer)
    outcome = ran(build, rows, tmp_path / "t")
    asked = {call.row: tuple(call.prompt) for call in outcome.trace.calls}

    for row in rows:
        (prompt,) = foresight.prompts(row.args)
        assert not prompt.is_cut
        assert (
            encoder.ids(laid_out(prompt, outcome.order.orders.get(row.row, {}))) == asked[row.row]
        )


def test_behind_an_answer_nothing_is_foreseen(tmp_path: Path):
    build = built(
        """
program both(a: str) -> str:
    user: "First {a}."
    assistant: one = gen(max_tokens=4)
    user: "And then {one}?"
    assistant: two = gen(max_tokens=4)
    return two
""",
        tmp_path,
    )
    first, second = Foresight(build.plan.programs[0]).prompts({"a": "x"})

    assert not first.is_cut
    assert second.is_cut
    assert second.items == first.items


def test_a_row_that_fails_is_foreseen_as_far_as_it_comes(tmp_path: Path):
    build = built(
        """
program pick(a: list[str]) -> str:
    "First: "
    one = gen(max_tokens=4)
    "{a[7]}"
    two = gen(max_tokens=4)
    return two
""",
        tmp_path,
    )
    rows = rows_of([{"a": ["x"]}, {"a": ["x"] * 8}], build.plan.programs[0])
    outcome = ran(build, rows, tmp_path / "t")
    asked = [len(Foresight(build.plan.programs[0]).prompts(row.args)) for row in rows]

    assert [result.row for result in outcome.failed] == [0]
    assert asked == [sum(call.row == row.row for call in outcome.trace.calls) for row in rows]


def test_tree_sizes_are_counted_right():
    source = random.Random(3)
    sequences = [tuple(source.randrange(3) for _ in range(source.randrange(6))) for _ in range(40)]
    nodes = {ids[: n + 1] for ids in sequences for n in range(len(ids))}

    assert tree_size(sequences) == len(nodes)
    assert common((1, 2, 3), (1, 2, 4)) == 2
    assert one_prompt_cache([(1, 2), (1, 2, 3), (4,)]) == 4


# --- the run ----------------------------------------------------------------------------------------


def test_a_run_saves_what_was_predicted_and_reaches_the_bound(tmp_path: Path):
    build, rows = products()
    trace, plain = tmp_path / "ordered", tmp_path / "plain"
    outcome = ran(build, rows, trace)
    apart = [ran(build, [row], plain).trace.calls[0].prompt for row in rows]
    gain = outcome.order.gain

    assert gain is not None
    assert measured(trace) == {"prefilled": gain.ordered, "replayed": 0}
    assert lower_bound(calls_of(trace)) == gain.ordered
    assert tree_size([tuple(ids) for ids in apart]) == gain.as_laid_out
    assert gain.ordered < 0.6 * gain.as_laid_out


def test_results_come_in_input_order_and_each_row_says_what_it_would_say_alone(tmp_path: Path):
    """A batch asks with its own orders; the text of each prompt is a permutation of what one row alone asks."""
    build, rows = products()
    decode = build.choice.target.tokenizer.decode
    outcome = ran(build, rows, tmp_path / "t")
    asked = {call.row: decode(call.prompt) for call in outcome.trace.calls}

    assert [result.row for result in outcome.results] == [row.row for row in rows]
    for row in rows[:10]:
        alone = decode(ran(build, [row], tmp_path / "one").trace.calls[0].prompt)
        assert sorted(alone.splitlines()) == sorted(asked[row.row].splitlines())


def test_a_resumed_run_has_the_prompts_of_the_first_start(tmp_path: Path, monkeypatch):
    """Killed after some rows and resumed by a compiler that would order otherwise: the prompts are the same."""
    build, rows = products()
    journal, trace = tmp_path / "j", tmp_path / "t"
    whole = ran(build, rows, trace)
    prompts = {call.row: call.prompt for call in whole.trace.calls}
    ran(build, rows, trace, journal=journal)
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:22]) + lines[22][:7])

    monkeypatch.setattr("sglc.compiler.batch.order._section_orders", lambda p, _: [{} for _ in p])
    outcome = ran(build, rows, trace, journal=journal, resume=True)

    assert len(outcome.trace.calls) == len(rows) - 20
    assert {call.row: call.prompt for call in outcome.trace.calls}.items() <= prompts.items()
    assert [result.result for result in outcome.results] == [r.result for r in whole.results]
    assert outcome.order.orders == {
        row: {number: list(order) for number, order in own.items()}
        for row, own in whole.order.orders.items()
    }
    assert outcome.order.gain is None


@pytest.mark.parametrize("broken", ['"layouts":[{"0":[0,0,1,2,3,4]}', '"layout_of":{"1":99}'])
def test_a_journal_with_an_order_that_is_none_is_refused(tmp_path: Path, broken: str):
    build, rows = products()
    journal = tmp_path / "j"
    ran(build, rows, tmp_path / "t", journal=journal)
    lines = journal.read_bytes().splitlines(keepends=True)
    record = json.loads(lines[1])
    record.update(json.loads("{" + broken + ("]" if "layouts" in broken else "") + "}"))
    journal.write_bytes(lines[0] + json.dumps(record).encode() + b"\n" + b"".join(lines[2:]))

    with pytest.raises(
        RunError,
        match=r":2: not a journal record: (an order of sections is none|a row has sections)",
    ) as failed:
        ran(build, rows, tmp_path / "t", journal=journal, resume=True)
    assert failed.value.code == "SGL3005"


@pytest.mark.parametrize("count", [2_000, pytest.param(10_000, marks=pytest.mark.slow)])
def test_a_large_batch_is_ordered_in_seconds(tmp_path: Path, count: int):
    """Rows of 10 fields, 10,000 in about 10 s; the bound is generous, for busy machines."""
    fields = [f"f{i}" for i in range(10)]
    sections = "".join(f'            section: "{f.upper()} is {{{f}}}.\\n"\n' for f in fields)
    build = built(
        f"program wide({', '.join(f'{f}: str' for f in fields)}) -> str:\n"
        f"    user:\n        unordered:\n{sections}"
        "    assistant: answer = gen(max_tokens=4)\n    return answer\n",
        tmp_path,
    )
    source = random.Random(1)
    rows = rows_for(
        build,
        [
            {f: f"w{source.randrange(4 ** (10 - i))}" for i, f in enumerate(fields)}
            for _ in range(count)
        ],
    )
    started = time.process_time()
    found = ordered(build, rows)

    print(f"{time.process_time() - started:.1f} s")
    assert sorted(found.rows) == list(range(count))
    assert found.orders
    assert time.process_time() - started < 60
