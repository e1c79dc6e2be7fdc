"""Both modes sample alike: a call has the same seed in both, and no two calls of a run share one."""

import warnings

import pytest

import sglc as sgl

gen = sgl.gen


def ask(s, q):
    s += q + gen("h", max_tokens=4)


def made(name):
    return gen(name, max_tokens=3)


@sgl.function
def branches(s, x):
    if x > 1:
        s += "a" + gen("a", max_tokens=4)
    else:
        s += "b" + gen("b", max_tokens=4)
    s += "c" + gen("c", max_tokens=4)


@sgl.function
def helpers(s):
    ask(s, "one")
    ask(s, "two")
    for i in range(3):
        ask(s, f"{i}")
    s += "x" + made("m") + made("n")


@sgl.function
def nested(s):
    for i in range(2):
        for j in range(3):
            s += f"{i}{j}" + gen("a", max_tokens=4)


@sgl.function
def skipping(s, n):
    for i in range(n):
        if i % 2:
            s += f"{i}" + gen("a", max_tokens=4)


@sgl.function
def left_early(s, xs):
    for x in xs:
        for y in xs:
            if x == y:
                return x
            s += y + gen("b", max_tokens=4)
    return None


@sgl.function
def waiting(s, n):
    i = 0
    while i < n:
        i += 1
        if i == 2:
            continue
        s += f"{i}" + gen("b", max_tokens=4)
        if i == 4:
            break


@sgl.function
def two_loops(s, xs):
    for x in xs:
        s += x + gen("a", max_tokens=3)
    for x in xs:
        if x == "q":
            s += x + gen("b", max_tokens=3)
        else:
            s += x + gen("c", max_tokens=3)


@sgl.function
def arms(s):
    forks = s.fork(3)
    forks += gen("a", max_tokens=4)
    for f in forks:
        f += "more" + gen("b", max_tokens=4)
    forks.join()


@sgl.function
def loops_in_arms(s):
    forks = s.fork(2)
    for f in forks:
        f += "t" + gen("b", max_tokens=4)
        for x in ["u", "v"]:
            f += x + gen("b", max_tokens=4)
    forks.join()


@sgl.function
def twice(s):
    x = gen("a", max_tokens=4)
    s += x
    s += "b"
    s += x


@sgl.function
def samples(s):
    s += gen("a", max_tokens=4, n=3)


@sgl.function
def never_joined(s):
    s += "Think."
    forks = s.fork(2)
    for f in forks:
        f += "Of it" + gen("a", max_tokens=4)
    s += "Say it." + gen("b", max_tokens=4)


@sgl.function
def as_many_never_joined(s, n, xs):
    forks = s.fork(n)
    forks += "Of it" + gen("a", max_tokens=4)
    if n > 1:
        for x in xs:
            inner = s.fork(2)
            for f in inner:
                f += f"{x}" + gen("c", max_tokens=4)
    s += "Say it." + gen("b", max_tokens=4)


NEVER_JOINED = [(never_joined, (), 3), (as_many_never_joined, (3, [1, 2]), 8)]


@pytest.mark.parametrize(("program", "args", "calls"), NEVER_JOINED)
def test_what_nobody_reads_is_asked_in_both_modes(program, args, calls):
    with sgl.Mock() as mock:
        for mode in ("compiled", "direct"):
            run = program.run(*args, backend=mock, mode=mode, run_seed=3)
            assert len(run.trace.calls) == calls


@sgl.function
def single(s):
    forks = s.fork(2)
    forks[0] += "a" + gen("a", max_tokens=4)
    forks[1] += "b" + gen("b", max_tokens=4)
    forks.join()


@sgl.function
def second(s):
    a = s.fork(2)
    a += gen("a", max_tokens=4)
    a.join()
    b = s.fork(2)
    for f in b:
        f += "x" + gen("b", max_tokens=4)
    b.join()


@sgl.function
def computed(s, n):
    a = s.fork(n)
    a += gen("a", max_tokens=4)
    b = s.fork(n)
    for f in b:
        f += "x" + gen("b", max_tokens=4)
    b.join()


@sgl.function
def in_loop(s, xs):
    for x in xs:
        b = s.fork(2)
        for f in b:
            f += x + gen("b", max_tokens=4)
        s += "c" + gen("c", max_tokens=4)


@sgl.function
def outer_in_arms(s):
    fs = s.fork(2)
    for f in fs:
        s += "o" + gen("o", max_tokens=3)
        f += "i" + gen("i", max_tokens=3)


@sgl.function
def index(s, n):
    fs = s.fork(n)
    for i in range(n):
        fs[i] += f"{i}" + gen("i", max_tokens=3)
    fs.join()


RUNS = [
    (single, ()), (second, ()), (computed, (2,)), (in_loop, (["p", "q"],)), (outer_in_arms, ()), (index, (2,)),
    (branches, (0,)), (branches, (5,)), (helpers, ()), (nested, ()), (skipping, (4,)),
    (left_early, (["p", "q", "r"],)), (waiting, (6,)), (two_loops, (["p", "q", "r", "q"],)),
    (never_joined, ()), (arms, ()), (loops_in_arms, ()), (twice, ()), (samples, ()),
]  # fmt: skip


@pytest.mark.parametrize(("program", "args"), RUNS, ids=lambda each: getattr(each, "name", ""))
def test_calls_have_the_same_seeds(program, args):
    with sgl.Mock() as mock, warnings.catch_warnings():
        warnings.simplefilter("error")
        runs = [
            program.run(*args, backend=mock, mode=mode, run_seed=3) for mode in ("auto", "direct")
        ]
    seeds = [sorted(s for c in run.trace.calls if c.kind == "gen" for s in c.seeds) for run in runs]
    assert seeds[0] == seeds[1]
    assert len(seeds[0]) == len(set(seeds[0]))
    assert runs[0].text() == runs[1].text()
