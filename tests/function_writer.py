"""Writes random functions over a prompt state, with every construct of Python that a program may have.

Each is a module: globals, a class, helpers, a generator, and `main(s, ...)`. The names that are in reach are
tracked by kind, so that most functions run to their end; some read names that are not bound on every path.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable

GEN = "temperature=0, max_tokens=3"
HEAD = """\
import contextlib, dataclasses, itertools
import sglc as sgl

MOOD = "calm"
COUNT = 0
LOG = []
WORDS = ["red", "green"]
TABLE = {"a": "first", "b": "second"}

class Config:
    style = "brief"
    level = 1

@dataclasses.dataclass
class Item:
    name: str
    size: int = 2

    @property
    def label(self):
        LOG.append("label")
        return self.name + "!"

ITEM = Item("box")

def bump(by=1):
    global COUNT
    COUNT += by
    return COUNT

def note(x):
    LOG.append(x)
    return x

def lines(n):
    for k in range(n):
        LOG.append(("made", k))
        yield f"line{k}"

@contextlib.contextmanager
def noted(name):
    LOG.append(("in", name))
    try:
        yield name
    finally:
        LOG.append(("out", name))

def ask(s, q):
    if q == "skip":
        return "skipped"
    s += q + " ? " + sgl.gen("asked", temperature=0, max_tokens=3)
    return s["asked"]

def told(s, q, n=2):
    s += f"{q} told {n} "
    return n + len(q)
"""
ARGUMENTS = [
    {"a": "hello", "n": 2, "xs": ["p", "q", "r"], "t": ("x", "y"), "d": {"k": 1, "m": 2}},
    {"a": "", "n": 0, "xs": [], "t": (), "d": {}},
    {"a": "skip", "n": 5, "xs": ["stop", "b"], "t": ("z",), "d": {"k": 7}},
]
CHANGES = [
    "", "MOOD = 'wild'", "Config.style = 'long'", "WORDS.append('blue')", "TABLE['a'] = 'changed'",
    "ITEM.name = 'crate'", "COUNT = 7", "ITEM = Item('bag', 9)",
]  # fmt: skip


class Writer:
    """One function. `seen` counts the constructs that it has."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.seen: Counter[str] = Counter()
        self.names: dict[str, list[str]] = {
            "str": ["a"], "int": ["n"], "list": ["xs"], "maybe": [], "tuple": ["t"], "dict": ["d"],
        }  # fmt: skip
        self.fresh = 0
        self.gens = 0
        self.depth = 0
        self.loops = 0

    def module(self) -> str:
        """The source of the module."""
        body = self.block(self.random.randint(3, 6))
        left = ", ".join(sorted({*self.names["str"], *self.names["int"], *self.names["list"]}))
        end = [f"    return [{left}, list(LOG), COUNT]"] if self.random.random() < 0.7 else []
        text = "\n".join(
            ["", "@sgl.function", "def main(s, a, n, xs, t, d):", *_indented(body), *end]
        )
        return HEAD + text + "\n"

    def block(self, size: int) -> list[str]:
        """Statements; at least one of them appends where the block is not deep."""
        lines: list[str] = []
        for _ in range(size):
            lines += self.statement()
        return lines or ["pass"]

    def statement(self) -> list[str]:
        """One statement of any kind."""
        simple = [
            self.append, self.append, self.assign, self.assign, self.grow, self.walrus, self.comprehension,
            self.outside, self.change_outside, self.unpack, self.doubtful, self.effect, self.generator,
            self.closure, self.helper, self.delete, self.variable, self.object_in_box, self.swap, self.inner,
        ]  # fmt: skip
        deep = [
            self.branch, self.branch, self.loop, self.loop, self.while_, self.try_, self.with_, self.match,
            self.early, self.quiet_branch, self.quiet_loop, self.fork,
        ]  # fmt: skip
        kinds: list[Callable[[], list[str]]] = simple + (deep if self.depth < 3 else [])
        if self.loops:
            kinds = [each for each in kinds if each != self.fork]
        kind = self.random.choice(kinds)
        self.seen[kind.__name__.strip("_")] += 1
        before = {name for found in self.names.values() for name in found}
        lines = kind()
        self.forget_unless_in("\n".join(lines), before)
        return lines

    def forget_unless_in(self, text: str, before: set[str]) -> None:
        """Names that were thought of, and are not there."""
        words = set(re.findall(r"\w+", text)) | before
        for kind, found in self.names.items():
            self.names[kind] = [name for name in found if name in words]

    # --- expressions ----------------------------------------------------------------------------

    def pick(self, kind: str) -> str:
        """A name of a kind, or a constant of it."""
        constants = {
            "str": ["'w'", "'stop'", "'b c'"],
            "int": ["1", "3", "-2"],
            "list": ["['u', 'v']"],
        }
        found = [*self.names[kind], *constants.get(kind, [])]
        return self.random.choice(found)

    def new(self, kind: str) -> str:
        """A name of a kind: a new one, or one that is bound again."""
        mine = [each for each in self.names[kind] if each not in ("a", "n", "xs", "t", "d")]
        if mine and self.random.random() < 0.4:
            return self.random.choice(mine)
        self.fresh += 1
        name = f"{kind[0]}{self.fresh}"
        self.bound(kind, name)
        return name

    def bound(self, kind: str, name: str) -> None:
        """A name is in reach from here on; what a branch binds is so only perhaps."""
        where = kind if self.depth == 0 or self.random.random() < 0.5 else "maybe"
        if name not in self.names[where]:
            self.names[where].append(name)

    def text(self) -> str:
        """An expression that is a text."""
        s, i, x = self.pick("str"), self.pick("int"), self.pick("list")
        u, y = self.pick_bound("str"), self.pick_bound("list")
        return self.random.choice([
            s, f"f'{{{u}}}-{{{i}}}'", f"f'{{{i}:>3}}{{{u}!r}}'", f"str({i})", f"{s}.upper()", f"{s} + '.'",
            f"str({x})", f"f'{{{y}}}'", f"'+'.join({x})", f"{s}[:2]", f"str({i} * {i})", f"{s}.strip().lower()",
            f"f'{{{i} + 1}} {{len({y})}}'", f"({s} if {i} > 1 else 'else')", f"note({s})", f"{s}.replace('l', 'L')",
        ])  # fmt: skip

    def number(self) -> str:
        """An expression that is an int."""
        s, i, x = self.pick("str"), self.pick("int"), self.pick("list")
        return self.random.choice([
            i, f"{i} + 1", f"{i} * {i}", f"len({s})", f"len({x})", f"{i} - len({x})", f"bump({i})", f"max({i}, 0)",
            f"(2 if {s} else 5)", f"{i} % 3", "2 ** 70", f"sum(len(y) for y in {x})",
        ])  # fmt: skip

    def condition(self) -> str:
        """An expression that is tested."""
        s, i, x = self.pick("str"), self.pick("int"), self.pick("list")
        return self.random.choice([
            f"{i} > 1", f"{s} == 'stop'", f"not {s}", f"{s} in {x}", f"'o' in {s}", f"{x}", f"{s}.startswith('b')",
            f"{i} > 1 and {s}", f"{i} < 0 or len({x}) > 1", "bump() % 2", f"{i} != 2 and note({s}) != 'w'",
            f"isinstance({i}, int)", "'g1' in s",
        ])  # fmt: skip

    def call(self) -> str:
        """A gen with a name of its own, or a select."""
        self.gens += 1
        if self.random.random() < 0.15:
            self.seen["select"] += 1
            return f"sgl.select('g{self.gens}', choices=['yes', 'no'])"
        self.seen["gen"] += 1
        return f"sgl.gen('g{self.gens}', {GEN})"

    # --- simple statements ----------------------------------------------------------------------

    def append(self) -> list[str]:
        parts = [
            self.random.choice([self.text(), "' and '"]) for _ in range(self.random.randint(1, 2))
        ]
        if self.random.random() < 0.75:
            parts.append(self.call())
        return [f"s += {' + '.join(parts)}"]

    def assign(self) -> list[str]:
        kind = self.random.choice(["str", "int", "list"])
        value = {"str": self.text, "int": self.number, "list": self.some_list}[kind]()
        return [f"{self.new(kind)} = {value}"]

    def some_list(self) -> str:
        s, i, x = self.pick("str"), self.pick("int"), self.pick("list")
        return self.random.choice([
            f"[{s}, 'k']", f"list({x})", f"{s}.split()", f"[{s}] * 2", f"{x} + [{s}]", f"sorted({x})", "list(t)",
            f"[str(y) for y in range({i})]", "list(lines(2))",
        ])  # fmt: skip

    def grow(self) -> list[str]:
        return self.random.choice([
            lambda: [f"{self.new('int')} = {self.pick('int')}", f"{self.names['int'][-1]} += {self.number()}"],
            lambda: self.longer("{0}.append({1})"),
            lambda: self.longer("{0} += [{1}]"),
            lambda: [f"{self.pick_bound('str')} += {self.text()}"],
        ])()  # fmt: skip

    def longer(self, how: str) -> list[str]:
        """A list grows, but never without end: it may be the one that is gone through."""
        name = self.pick_bound("list")
        return [f"if len({name}) < 6:", f"    {how.format(name, self.text())}"]

    def pick_bound(self, kind: str) -> str:
        return self.random.choice(self.names[kind])

    def walrus(self) -> list[str]:
        name = self.new("int")
        return self.random.choice([
            [f"if ({name} := {self.number()}) > 1:", *_indented(self.append())],
            [f's += f"{{({name} := {self.number()})}} of " + {self.call()}'],
            [f"{self.new('list')} = [({name} := len(y)) for y in {self.pick('list')}] and ['w']"],
        ])  # fmt: skip

    def comprehension(self) -> list[str]:
        name = self.pick_bound("str")
        return self.random.choice([
            [f"{self.new('list')} = [{name} + '1' for {name} in {self.pick('list')}]"],
            [f"{self.new('list')} = [y for y in {self.pick('list')} if y != {self.pick('str')}]"],
            [f"s += ','.join(y + str(k) for k, y in enumerate({self.pick('list')})) + {self.call()}"],
            [f"s += str({{y: len(y) for y in {self.pick('list')}}}) + {self.call()}"],
        ])  # fmt: skip

    def outside(self) -> list[str]:
        what = self.random.choice([
            "MOOD", "Config.style", "ITEM.name", "ITEM.label", "str(COUNT)", "str(WORDS)", "TABLE['a']",
            "f'{Config.level}'",             "f'{ITEM}'", "'/'.join(WORDS)", "str(LOG[-2:])",
        ])  # fmt: skip
        return [f"s += {what} + ' ' + {self.call()}"]

    def change_outside(self) -> list[str]:
        return [self.random.choice([
            "len(WORDS) < 6 and WORDS.append('more')", "Config.level += 1", "ITEM.size = 5", "TABLE['b'] = 'other'",
            "bump(2)",             "Config.style = 'set'", "ITEM.name += '?'", "LOG.clear()",
        ])]  # fmt: skip

    def unpack(self) -> list[str]:
        return self.random.choice([
            [f"{self.new('str')}, *{self.new('list')} = [{self.pick('str')}, 'r1', 'r2']"],
            [f"{self.new('str')} = {self.new('str')} = {self.text()}"],
            [f"{self.new('str')}, ({self.new('int')}, {self.new('int')}) = {self.text()}, (1, {self.number()})"],
        ])  # fmt: skip

    def doubtful(self) -> list[str]:
        names = [*self.names["maybe"], *self.names["str"]]
        return [f"s += f'<{{{self.random.choice(names)}}}>' + {self.call()}"]

    def effect(self) -> list[str]:
        return [self.random.choice([
            f"note({self.text()})", f"LOG.append(({self.number()}, {self.text()}))", f"bump({self.number()})",
            f"assert {self.pick('int')} is not None", f"sorted({self.pick('list')}, key=lambda y: (len(y), y))",
        ])]  # fmt: skip

    def generator(self) -> list[str]:
        name = self.new("str")
        body = self.append()
        self.fresh += 1
        it = f"it{self.fresh}"
        return self.random.choice([
            [f"{it} = iter({self.pick('list')})", f"{name} = next({it}, 'end')", f"s += {name} + str(list({it}))"],
            [f"{it} = (y + '~' for y in {self.pick('list')})", f"{name} = next({it}, 'end')"],
            [f"{name} = 'none'", f"for {name} in lines({self.pick('int')}):", *_indented(body),
             f"    if {name} == 'line1':", "        break"],
        ])  # fmt: skip

    def closure(self) -> list[str]:
        name = self.pick_bound("str")
        self.fresh += 1
        f = f"f{self.fresh}"
        return self.random.choice([
            [f"{f} = lambda: {name}", f"s += {f}() + ' ' + {self.call()}"],
            [f"{f} = lambda: {name}", f"{self.new('str')} = 'later'", f"s += {f}() + {self.call()}"],
            [f"{f} = []", f"for y{self.fresh} in {self.pick('list')}:", f"    {f}.append(lambda: y{self.fresh})",
             f"    s += y{self.fresh} + {self.call()}", f"s += str([g() for g in {f}])"],
        ])  # fmt: skip

    def inner(self) -> list[str]:
        self.fresh += 1
        f, held = f"inner{self.fresh}", self.pick_bound("list")
        count = self.new("int")
        return self.random.choice([
            [f"def {f}(x, y={self.pick('str')}):", f"    len({held}) < 6 and {held}.append(y)", "    return x + y",
             f"s += {f}({self.text()}) + {self.call()}"],
            [f"{count} = 0", f"def {f}():", f"    nonlocal {count}", f"    {count} += 1", f"    return {count}",
             f"{f}()", f"s += str({f}()) + str({count}) + {self.call()}"],
            [f"def {f}():", f"    for y in {held}:", "        LOG.append(y)", "        yield y + '^'",
             f"for z{self.fresh} in {f}():", f"    s += z{self.fresh} + {self.call()}"],
        ])  # fmt: skip

    def helper(self) -> list[str]:
        return self.random.choice([
            [f"{self.new('str')} = ask(s, {self.text()})"],
            [f"{self.new('int')} = told(s, {self.text()}, n={self.number()})"],
            [f"ask(s, q={self.pick('str')})"],
        ])  # fmt: skip

    def delete(self) -> list[str]:
        self.fresh += 1
        name, got = f"gone{self.fresh}", self.new("str")
        return [
            f"{name} = {self.text()}",
            f"del {name}",
            "try:",
            f"    {got} = {name}",
            "except NameError:",
            f"    {got} = 'gone'",
        ]

    def variable(self) -> list[str]:
        self.gens += 1
        made = f"g{self.gens}"
        return [
            f"s += {self.text()} + sgl.gen('{made}', {GEN})",
            f"{self.new('str')} = s['{made}']",
        ]

    def object_in_box(self) -> list[str]:
        self.fresh += 1
        box = f"box{self.fresh}"
        return self.random.choice([
            [f"{box} = Item({self.text()})", f"{box}.size += {self.pick('int')}",
             f"s += f'{{{box}}} {{{box}.label}}' + {self.call()}"],
            [f"{box} = {{'s': s}}", f"{box}['s'] += {self.text()} + {self.call()}"],
            [f"{box} = dict(d)", f"{box}['new'] = {self.number()}", f"s += str({box}) + {self.call()}"],
        ])  # fmt: skip

    def swap(self) -> list[str]:
        one, two = self.new("str"), self.new("str")
        return [
            f"{one} = {self.text()}",
            f"{two} = {self.text()}",
            f"{one}, {two} = {two}, {one}",
            f"s += {one} + {two}",
        ]

    # --- statements with blocks -----------------------------------------------------------------

    def within(self, size: int = 2) -> list[str]:
        """A block one level deeper."""
        self.depth += 1
        lines = self.block(self.random.randint(1, size))
        self.depth -= 1
        return _indented(lines)

    def branch(self) -> list[str]:
        lines = [f"if {self.condition()}:", *self.within()]
        if self.random.random() < 0.3:
            lines += [f"elif {self.condition()}:", *self.within(1)]
        if self.random.random() < 0.5:
            lines += ["else:", *self.within()]
        return lines

    def quiet_branch(self) -> list[str]:
        name = self.new("str")
        kept = [f"{name} = 'kept'"] if self.random.random() < 0.7 else []
        return [
            *kept,
            f"if {self.condition()}:",
            f"    {name} = {self.text()}",
            f"s += {name} + {self.call()}",
        ]

    def quiet_loop(self) -> list[str]:
        name, last = self.new("int"), self.new("str")
        return [
            f"{name} = 0",
            f"for {last} in {self.pick('list')}:",
            f"    if {last} == 'stop':",
            f"        {self.random.choice(['break', 'continue'])}",
            f"    {name} += 1",
            f"s += str({name}) + {self.call()}",
        ]

    def loop(self) -> list[str]:
        item = self.new("str")
        index = self.new("int")
        x = self.pick("list")
        head = self.random.choice([
            f"for {item} in {x}:", f"for {index} in range({self.pick('int')}):",
            f"for {index}, {item} in enumerate({x}):",
            f"for {item}, {index} in zip({x}, itertools.count(3)):", f"for {item} in WORDS:",
            f"for {item} in list({x}):",
            f"for {item}, {index} in d.items():", f"for {item} in t:", f"for {item} in ('one', 'two'):",
            f"for {item} in lines({self.pick('int')}):", f"for {item} in reversed({x}):",
        ])  # fmt: skip
        self.loops += 1
        lines = [head, *self.within()]
        jump = self.random.random()
        if jump < 0.35:
            word = self.random.choice(["break", "continue"])
            self.seen[word] += 1
            lines += _indented([f"if {self.condition()}:", f"    {word}"])
            lines += _indented(self.append())
        if self.random.random() < 0.15:
            self.seen["return in a loop"] += 1
            lines += _indented([f"if {self.condition()}:", f"    return {self.text()}"])
            lines += _indented(self.append())
        if self.random.random() < 0.5 and x.isidentifier():
            self.seen["grows while gone through"] += 1
            lines += _indented([f"if len({x}) < 5:", f"    {x}.append('grown')"])
        if self.random.random() < 0.15:
            self.seen["else of a loop"] += 1
            lines += ["else:", *self.within(1)]
        self.loops -= 1
        return lines

    def while_(self) -> list[str]:
        self.fresh += 1
        count = f"w{self.fresh}"
        lines = [
            f"{count} = 0",
            f"while {count} < {self.random.randint(1, 3)}:",
            f"    {count} += 1",
        ]
        self.loops += 1
        lines += self.within()
        self.loops -= 1
        if self.random.random() < 0.3:
            lines += _indented([f"if {self.condition()}:", "    break"])
        return lines

    def try_(self) -> list[str]:
        name, other = self.new("int"), self.new("str")
        risky = self.random.choice(
            [
                f"{name} = int({self.pick('str')})",
                f"{other} = {self.pick('list')}[4]",
                f"{name} = 1 // {self.pick('int')}",
            ]
        )
        lines = ["try:", f"    {risky}"]
        if self.random.random() < 0.7:
            lines += [
                "except (ValueError, IndexError, ZeroDivisionError) as error:",
                f"    {self.random.choice([f'{other} = str(error)', 'pass'])}",
            ]
            if self.random.random() < 0.3:
                lines += ["else:", f"    {other} = 'fine'"]
        if len(lines) == 2 or self.random.random() < 0.3:
            self.seen["finally"] += 1
            lines += ["finally:", "    note('finally')"]
        return [*lines, *self.append()]

    def with_(self) -> list[str]:
        name = self.new("str")
        return self.random.choice([
            [f"with noted({self.text()}) as {name}:", f"    {self.new('str')} = {name} + '.'", *self.append()],
            ["with noted('w'):", *self.within(1)],
        ])  # fmt: skip

    def match(self) -> list[str]:
        name = self.new("str")
        return [
            f"match {self.pick('str')}:",
            "    case 'stop':",
            f"        {name} = 'one'",
            "    case _:",
            f"        {name} = {self.text()}",
            f"s += {name} + {self.call()}",
        ]

    def early(self) -> list[str]:
        inner = [f"if {self.condition()}:", f"    return {self.text()}"]
        if self.random.random() < 0.4:
            self.seen["return on some paths of a branch"] += 1
            return [f"if {self.condition()}:", *_indented(self.append()), *_indented(inner)]
        return [inner[0], *_indented(self.append()), inner[1]]

    def fork(self) -> list[str]:
        self.fresh += 1
        f = f"forks{self.fresh}"
        one, size = f"arm{self.fresh}", self.random.randint(2, 3)
        ask = f"sgl.gen('x{self.fresh}', {GEN})"
        lines = self.random.choice([
            [f"for i{self.fresh}, {one} in enumerate({f}):",
             f"    {one} += f'arm {{i{self.fresh}}} ' + {self.text()} + {ask}"],
            [f"for {one} in {f}:", f"    {one} += {self.text()} + {ask}"],
            [f"{f} += {self.text()} + {ask}"],
        ])  # fmt: skip
        return [f"{f} = s.fork({size})", *lines, f"{f}.join()", f"s += str(s['x{self.fresh}'])"]


def _indented(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]
