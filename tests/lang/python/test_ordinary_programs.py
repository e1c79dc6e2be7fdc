"""Ordinary Python programs, each run in both modes: the same prompts, values, effects and exceptions.

They read what changes between and during runs, keep states in containers, iterate over what has effects of its own,
and use what belongs to the thread that runs them.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
import contextvars
import copy
import dataclasses
import decimal
import enum
import functools
import io
import itertools
import json
import random
import sqlite3
import threading
import types
import warnings
from typing import Any

import pytest

import sglc as sgl

# pyright: reportPossiblyUnboundVariable=false, reportUnboundVariable=false
# ruff: noqa: B006, B007, B018, B023, B905, F821, F841, UP028, UP031, UP042

LOG: list[Any] = []
CASES: dict[str, tuple[Any, ...]] = {}


def case(*argss, before=lambda: None, between=lambda: None, runs=1):
    """A program, its arguments, and what happens before the runs and between them."""

    def add(function):
        CASES[function.__name__] = (sgl.function(function), argss or ((),), before, between, runs)
        return function

    return add


gen = sgl.gen
STYLE = "plain"
COUNT = 0


def bump():
    global COUNT
    COUNT += 1
    return COUNT


def reset():
    global COUNT, STYLE, ITEMS
    COUNT = 0
    STYLE = "plain"
    ITEMS = [1]
    LOG.clear()
    CFG.x = 1
    CTX.set(0)


class Cfg:
    x = 1


CFG = Cfg()
ITEMS = [1]
CTX = contextvars.ContextVar("CTX", default=0)
TL = threading.local()
DB = sqlite3.connect(":memory:")
DB.execute("create table t(a text)")
DB.execute("insert into t values('row')")


def set_style():
    global STYLE
    STYLE = "fancy"
    CFG.x += 1
    ITEMS.append(9)
    CTX.set(5)


@case(between=set_style, runs=2)
def globals_between(s):
    s += f"{STYLE} {CFG.x} {ITEMS} " + gen("a", max_tokens=3, temperature=0)
    return STYLE


@case()
def global_during(s):
    for i in range(3):
        s += f"{bump()} " + gen("a", max_tokens=2, temperature=0)
    s += f"{COUNT}"


@case()
def sqlite(s):
    rows = DB.execute("select a from t").fetchall()
    s += rows[0][0] + gen("a", max_tokens=3, temperature=0)
    s += DB.execute("select count(*) from t").fetchone()[0].__str__()


@case()
def sets_precision(s):
    decimal.getcontext().prec = 4
    s += gen("a", max_tokens=2, temperature=0)
    x = decimal.Decimal(1) / decimal.Decimal(3)
    s += str(x)
    decimal.getcontext().prec = 28


@case(before=lambda: CTX.set(7))
def contextvar(s):
    s += str(CTX.get()) + gen("a", max_tokens=2, temperature=0)
    CTX.set(8)
    s += str(CTX.get())


@case(before=lambda: setattr(TL, "v", "tl"))
def threadlocal(s):
    s += TL.v + gen("a", max_tokens=2, temperature=0)
    TL.w = "w"
    s += gen("b", max_tokens=2, temperature=0)
    s += TL.w


@case()
def thread(s):
    t = threading.current_thread().name
    s += t + gen("a", max_tokens=2, temperature=0)


async def co():
    return "x"


@case()
def coroutine(s):
    c = co()
    s += type(c).__name__ + gen("a", max_tokens=2, temperature=0)
    c.close()


@case(("key",))
def idempotency_key(s, idempotency_key):
    x = len(idempotency_key) * 2 + bump()
    s += str(x) + idempotency_key.title() + gen("a", max_tokens=2, temperature=0)


class E(enum.Enum):
    A = "a"
    B = "b"


class SE(str, enum.Enum):
    A = "a"
    B = "b"


class S(str):
    def __str__(self):
        return "S!"

    def __format__(self, spec):
        return "F!"

    def __add__(self, o):
        return "ADD" + o

    def __radd__(self, o):
        return o + "RADD"


@case((E.A,), (SE.B,), (S("q"),))
def enums(s, e):
    s += f"{e}|{e!s}|{e!r}" + gen("a", max_tokens=2, temperature=0)
    if e == "b":
        s += "isb"
    s += str(e)


@case((S("q"),), (SE.A,))
def strsub(s, x):
    s += "pre " + x
    s += x + " post"
    s += x
    s += gen("a", max_tokens=2, temperature=0)


@dataclasses.dataclass
class D:
    name: str
    n: int = 0

    def grow(self):
        self.n += 1
        return self.n


@case((D("d"),))
def dataclass(s, d):
    while d.grow() < 3:
        s += f"{d.name}{d.n} " + gen("a", max_tokens=2, temperature=0)
    s += f"{d}"
    d.n = 0


@case()
def s_in_list(s):
    states = [s]
    states[0] += "x" + gen("a", max_tokens=2, temperature=0)
    for t in states:
        t += "y"


@case()
def s_in_dict(s):
    d = {"s": s}
    d["s"] += "x"
    s += gen("a", max_tokens=2, temperature=0)


@case(("1",), ("zz",))
def exception_before_call(s, x):
    s += "a" + gen("a", max_tokens=2, temperature=0)
    n = int(x)
    s += f"{n}" + gen("b", max_tokens=2, temperature=0)


@case(([1, 2],))
def iter_grows(s, xs):
    for x in xs:
        s += f"{x} "
        if len(xs) < 4:
            xs.append(x + 10)
        s += gen("a", max_tokens=1, temperature=0)
    del xs[2:]


@case()
def endless(s):
    for i in itertools.count():
        if i > 2:
            break
        s += f"{i}" + gen("a", max_tokens=1, temperature=0)


def gen_rows():
    LOG.append("start")
    for i in range(3):
        LOG.append(i)
        yield i
    LOG.append("end")


@case()
def generator_effects(s):
    for i in gen_rows():
        s += f"{i}"
        LOG.append(f"body{i}")
        s += gen("a", max_tokens=1, temperature=0)


@case()
def late_closures(s):
    fs = []
    for i in range(3):
        fs.append(lambda: i)
    s += str([f() for f in fs]) + gen("a", max_tokens=1, temperature=0)


@case()
def binds_outer(s):
    n = 0

    def inc():
        nonlocal n
        n += 1
        return n

    s += f"{inc()}{inc()}{n}" + gen("a", max_tokens=1, temperature=0)


@case((3,), (0,))
def unbound(s, n):
    for i in range(n):
        last = i
        s += f"{i}"
    s += gen("a", max_tokens=1, temperature=0)
    s += str(last)


@case(("a",), ("b",))
def try_finally(s, x):
    try:
        s += x + gen("a", max_tokens=1, temperature=0)
        if x == "a":
            raise ValueError("boom")
    except ValueError as e:
        s += f"caught {e}"
    finally:
        s += "fin" + gen("b", max_tokens=1, temperature=0)


@case(("a",), ("b",))
def try_plain(s, x):
    try:
        v = {"a": 1}[x]
    except KeyError:
        v = -1
    else:
        v += 10
    s += str(v) + gen("a", max_tokens=1, temperature=0)


@case()
def walrus(s):
    if (n := bump()) > 0 and (m := n + 1):
        s += f"{n}{m}"
    s += gen("a", max_tokens=1, temperature=0)
    y = [z := i for i in range(3)]
    s += f"{z}{y}"


@case()
def comp_scope(s):
    i = 5
    xs = [i for i in range(3)]
    s += f"{i}{xs}" + gen("a", max_tokens=1, temperature=0)


@case((None,), (2,))
def none_params(s, n):
    s += "x" + gen("a", max_tokens=n, temperature=0, stop=None, regex=None)


@case((["x", "y"],), (("x", "y"),))
def choices(s, c):
    s += "pick" + sgl.select("a", choices=c)
    s += f"{c}"


@case((float("nan"),), (float("inf"),), (2**70,), (-0.0,), (1e20,))
def numbers(s, x):
    s += f"{x} {x + 1} {x == x} {x > 3}" + gen("a", max_tokens=1, temperature=0)
    if x:
        s += "t"


@case((3,))
def shadow(s, str):
    range = [str, str + 1]
    for i in range:
        s += f"{i}"
    len = 5
    s += f"{len}" + gen("a", max_tokens=1, temperature=0)


@case(({"b": 1, "a": 2},))
def dict_order(s, d):
    for k, v in d.items():
        s += f"{k}{v}"
    d2 = dict(d)
    d2["c"] = 3
    del d2["b"]
    s += json.dumps(d2) + gen("a", max_tokens=1, temperature=0)


@case(("",), ("x",))
def or_and(s, x):
    y = x or "default"
    z = x and "got"
    s += y + z + gen("a", max_tokens=1, temperature=0)
    w = s["a"] or "none"
    s += w


class Prop:
    n = 0

    @property
    def name(self):
        Prop.n += 1
        return f"n{Prop.n}"


PROP = Prop()


@case(before=lambda: setattr(Prop, "n", 0), runs=2)
def property(s):
    s += PROP.name + gen("a", max_tokens=1, temperature=0) + PROP.name
    return PROP.name


@case((2,), (5,))
def for_else(s, n):
    for i in range(4):
        if i == n:
            s += "found"
            break
        s += gen("a", max_tokens=1, temperature=0)
    else:
        s += "else"
    s += f"{i}"


@case((1,), (3,))
def fork_computed(s, n):
    s += "head"
    f = s.fork(n)
    f += lambda i: f" {i} " + gen("x", max_tokens=2, temperature=0)
    f.join()
    s += str(s["x"])


@case()
def default_mutable(s, acc=[]):
    acc.append(len(acc))
    s += f"{acc}" + gen("a", max_tokens=1, temperature=0)
    acc.clear()


@case((["a", "b"],))
def enumerate_zip(s, xs):
    for i, (x, y) in enumerate(zip(xs, xs[::-1]), 1):
        s += f"{i}{x}{y}" + gen("g", max_tokens=1, temperature=0)
    s += f"{i}{x}"


def helper(s, depth, *, tag="t"):
    s += f"<{tag}{depth}>"
    if depth:
        helper(s, depth - 1, tag=tag + "x")
    s += gen("h", max_tokens=1, temperature=0)
    return depth


@case()
def recursion_in_a_helper(s):
    r = helper(s, 2)
    s += f"{r}"


@case((5,))
def while_else_continue(s, n):
    while n:
        n -= 1
        if n % 2:
            continue
        s += f"{n}" + gen("a", max_tokens=1, temperature=0)
    else:
        s += "done"


@contextlib.contextmanager
def ctx(tag):
    LOG.append("in" + tag)
    try:
        yield tag.upper()
    finally:
        LOG.append("out" + tag)


@case()
def with_block(s):
    with ctx("q") as q:
        s += q
        LOG.append("mid")
        s += gen("a", max_tokens=1, temperature=0)
    s += "after"


@case(("x y z",))
def unpack(s, text):
    first, *rest = text.split()
    (a, b), c = rest, first
    s += f"{first}{rest}{a}{b}{c}" + gen("a", max_tokens=1, temperature=0)
    match rest:
        case [u, v]:
            s += u + v
        case _:
            s += "no"


@case((["t1", "t2"],))
def assert_del(s, xs):
    assert xs, "empty"
    y = xs[0]
    del y
    s += gen("a", max_tokens=1, temperature=0)
    try:
        y  # pyright: ignore[reportUnusedExpression]
    except UnboundLocalError as e:
        s += "unbound"


class It:
    def __init__(self):
        self.i = 0

    def __iter__(self):
        LOG.append("iter")
        return self

    def __next__(self):
        self.i += 1
        LOG.append(f"next{self.i}")
        if self.i > 2:
            raise StopIteration
        return self.i

    def __len__(self):
        LOG.append("len")
        return 2

    def __bool__(self):
        LOG.append("bool")
        return True


@case()
def iterator_class(s):
    it = It()
    if it:
        s += "t"
    for x in it:
        s += f"{x}" + gen("a", max_tokens=1, temperature=0)


@case((3,))
def lru(s, n):
    f = functools.lru_cache(lambda x: LOG.append(x) or x)
    s += f"{f(n)}{f(n)}" + gen("a", max_tokens=1, temperature=0)


class Obj:
    def __init__(self):
        self.xs = []

    def add(self, x):
        self.xs.append(x)
        return self

    def prompt(self, s):
        s += f"{self.xs}" + gen("o", max_tokens=1, temperature=0)


@case()
def methods(s):
    o = Obj().add(1).add(2)
    o.prompt(s)
    o.add(3)
    o.prompt(s)


@case()
def captures_print(s):
    buf = io.StringIO()
    with contextlib.redirect_stdout(buf):
        print("hi")
    s += buf.getvalue() + gen("a", max_tokens=1, temperature=0)


@case(
    (b"bytes",),
    ((1, "a"),),
    (
        {
            1,
        },
    ),
    (frozenset({1}),),
)
def odd_args(s, x):
    s += f"{x!r} {type(x).__name__} {len(x)}" + gen("a", max_tokens=1, temperature=0)


@case()
def star_expr(s):
    xs = [1, 2]
    ys = [*xs, 3]
    kw = {"a": 1}
    s += "{a}".format(**kw) + f"{ys}" + gen("a", max_tokens=1, temperature=0)
    s += "%s-%d" % ("x", 3)
    s += "x".join(map(str, ys))


@case((True,), (1,), (1.0,))
def bool_int(s, x):
    s += f"{x}" + ("T" if x is True else "F") + gen("a", max_tokens=1, temperature=0)
    s += f"{x + x}{x == 1}"


@case(("é日本",))
def unicode(s, x):
    s += x[::-1] + x.upper() + f"{x:>6}|{x!a}" + gen("a", max_tokens=1, temperature=0)


@case((["a"],))
def alias(s, xs):
    ys = xs
    ys.append("b")
    s += f"{xs}" + gen("a", max_tokens=1, temperature=0)
    ys += ["c"]
    s += f"{xs is ys}{xs}"
    del xs[1:]


@case()
def stop_iteration(s):
    it = iter([1])
    s += f"{next(it)}" + gen("a", max_tokens=3, temperature=0)
    s += f"{next(it)}"


@case()
def raise_in_arm(s):
    f = s.fork(2)
    for i, t in enumerate(f):
        t += f"{i}" + gen("a", max_tokens=3, temperature=0)
        n = 1 // i
    f.join()


@case((3,), (0,))
def generator_close(s, n):
    def g():
        try:
            for i in range(5):
                yield i
        finally:
            LOG.append("closed")

    for i in g():
        if i == n:
            break
        s += f"{i}" + gen("a", max_tokens=2, temperature=0)
    s += str(LOG)


@case()
def random_module(s):
    random.seed(3)
    s += f"{random.random()}" + gen("a", max_tokens=2, temperature=0) + f"{random.randint(0, 9)}"


@case()
def counts_letters(s):
    c = collections.Counter("aab")
    for k, v in c.most_common():
        s += f"{k}{v}" + gen("a", max_tokens=2, temperature=0)
    c["a"] -= 5
    s += f"{c}"


@case()
def chained_compare(s):
    x = 5
    if 1 < x < 10 and not x == 7:
        s += "in"
    s += f"{1 < x <= 5 != 3}" + gen("a", max_tokens=2, temperature=0)


@case(("a",), (None,), (0,), ([],))
def truthiness(s, x):
    if not x:
        s += "falsy"
    s += "y" if x else "n"
    s += gen("a", max_tokens=2, temperature=0)
    while x:
        x = None
        s += "loop"


@case(
    ("k",),
)
def dict_mutation(s, k):
    d = {}
    d[k] = d.get(k, 0) + 1
    d.setdefault("z", []).append(k)
    s += f"{d}" + gen("a", max_tokens=2, temperature=0)
    d["a"] = s["a"]
    s += f"{sorted(d)}{len(d)}"


@case()
def cuts_lists(s):
    xs: list[Any] = list(range(10))
    xs[2:4] = ["a"]
    del xs[::3]
    s += f"{xs[1:-1]}{xs[-1]}" + gen("a", max_tokens=2, temperature=0)
    s += s["a"][::-1][:3]


@case()
def late_default(s):
    x = 1

    def f(y=x):
        return y

    x = 2
    s += f"{f()}{x}" + gen("a", max_tokens=2, temperature=0)


@case()
def lambda_sort(s):
    w = {"a": 2, "b": 1}
    for k in sorted(w, key=lambda q: w[q]):
        s += k + gen("a", max_tokens=1, temperature=0)


@case()
def multi_assign(s):
    a = b = []
    a.append(1)
    x, y = 1, 2
    x, y = y, x
    s += f"{b}{x}{y}" + gen("a", max_tokens=1, temperature=0)
    a, *m, z = range(5)
    s += f"{a}{m}{z}"


@case()
def str_methods(s):
    t = "  Hello, World  "
    s += (
        t.strip()
        + t.lower()
        + t.replace("l", "L", 1)
        + t.title()
        + "|".join(t.split())
        + gen("a", max_tokens=1, temperature=0)
    )
    s += f"{t!r:>30}|{3.14159:.2f}|{255:#x}|{'a':^5}|{1234567:,}|{True:d}"


@case()
def int_limits(s):
    x = 2**62
    for i in range(3):
        x += x
    s += f"{x}" + gen("a", max_tokens=1, temperature=0)
    s += f"{-7 // 2}{-7 % 3}{7 / 2}{2**-1}{round(2.5)}{int('12') + 1}"


@case((["a", "b"],), ([],))
def any_all(s, xs):
    s += f"{any(x == 'a' for x in xs)}{all(xs)}{max(xs, default='z')}" + gen(
        "a", max_tokens=1, temperature=0
    )


@case()
def del_attr(s):
    o = types.SimpleNamespace(a=1)
    o.b = o.a + 1
    del o.a
    s += f"{o}{hasattr(o, 'a')}{getattr(o, 'a', 'no')}" + gen("a", max_tokens=1, temperature=0)


@case()
def recursion_data(s):
    def fact(n):
        return 1 if n < 2 else n * fact(n - 1)

    s += f"{fact(5)}" + gen("a", max_tokens=1, temperature=0)


@case()
def global_list(s):
    LOG.append("g")
    for x in LOG:
        if len(LOG) < 3:
            LOG.append("h")
        s += x + gen("a", max_tokens=1, temperature=0)


@case()
def select_compare(s):
    s += "pick " + sgl.select("c", choices=["yes", "no"])
    if s["c"] == "yes":
        s += "Y" + gen("a", max_tokens=1, temperature=0)
    elif s["c"] in ("no",):
        s += "N"
    assert s["c"] in ["yes", "no"]
    return {"c": s["c"], "n": len(s["c"])}


@case()
def var_unbound(s):
    s += "x" + gen("a", max_tokens=1, temperature=0)
    if "b" in s:
        s += "no"
    s += s["zzz"]


@case()
def set_then_read(s):
    s["k"] = [1, 2]
    s["k"].append(3)
    s += f"{s['k']}" + gen("a", max_tokens=1, temperature=0)
    s["k"] = s["a"] + "!"
    s += s["k"]


def outcome(mock, case, args, mode):
    """What every run of a program asked, gave and did."""
    program, _, before, between, runs = case
    reset()
    before()
    found: list[Any] = []
    for number in range(runs):
        if number:
            between()
        try:
            given = [copy.copy(each) for each in args]
            state = program.run(*given, backend=mock, mode=mode, run_seed=1)
        except Exception as error:
            found.append((type(error), str(error), list(LOG)))
            continue
        prompts = [mock.target.tokenizer.decode(call.prompt) for call in state.trace.calls]
        bound = {name: state[name] for name in state.keys()}
        found.append((state.text(), state.ret_value, prompts, bound, list(LOG)))
    return found


@pytest.fixture(scope="module")
def mock():
    with sgl.Mock() as made:
        yield made


@pytest.mark.parametrize(
    ("name", "args"), [(name, args) for name, case in CASES.items() for args in case[1]]
)
def test_both_modes_do_what_python_does(mock, name, args):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sgl.DirectModeWarning)
        assert outcome(mock, CASES[name], args, "auto") == outcome(
            mock, CASES[name], args, "direct"
        )


@sgl.function
def with_context(s, q):
    s += f"{CTX.get()} {q} " + gen("x", max_tokens=2, temperature=0)
    if q == 2:
        raise ValueError("two")
    CTX.set(10 + q)
    s += gen("y", max_tokens=2, temperature=0)
    s += f" {CTX.get()}"
    return q


@pytest.mark.parametrize("mode", ["auto", "direct"])
def test_rows_streams_and_coroutines_see_the_context_of_the_caller(mock, mode):
    """Each row has a copy of its own: what one sets, no other one sees."""

    def run():
        CTX.set(7)
        rows = with_context.run_batch([{"q": i} for i in range(6)], backend=mock, mode=mode)
        stream = with_context.run(1, backend=mock, mode=mode, stream=True)
        "".join(stream.text_iter())
        later = asyncio.run(with_context.run_async(1, backend=mock, mode=mode))
        return [*rows, stream, later]

    states = contextvars.copy_context().run(run)
    assert [repr(state.error()) for state in states[2:4]] == ["ValueError('two')", "None"]
    done = [state for state in states if state.error() is None]
    assert all(state.text().startswith("7 ") for state in done)
    assert all(state.text().endswith(f" {10 + state.ret_value}") for state in done[:5])
