"""How long it takes to compile programs of many shapes, against their size: no shape may grow with its square.

    python -m benchmarks.compile_shapes [--shapes ifs siblings] [--python]

Each shape is written in several sizes, as `.sgl` or as a function for SGLang's front end. A line gives the CPU
seconds of reading and of passes and planning, and between two sizes the exponent of their growth.
"""

from __future__ import annotations

import argparse
import itertools
import linecache
import math
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sglc as sgl
from sglc.compiler.driver.compilation import Options, compile_module
from sglc.compiler.driver.targets import choose_target
from sglc.ir.span import Source
from sglc.lang.compile import compile_source

Write = Callable[[int], str]
_END = "    z = gen()\n    return z\n"
_FIRST = "    return a0\n"
_HEAD = "program main(q: str, xs: list[str]) -> str:\n"


@dataclass(frozen=True)
class Shape:
    """A way to write a program of any size, and the sizes to try."""

    write: Write
    sizes: Sequence[int]
    is_deep: bool = False


@dataclass(frozen=True)
class Timing:
    """CPU seconds for one size."""

    size: int
    reading: float
    rest: float

    @property
    def total(self) -> float:
        """What a build waits for."""
        return self.reading + self.rest


def _rows(line: str, count: int, end: str = _END) -> str:
    return _HEAD + "".join(line.replace("#", str(i)) for i in range(count)) + end


def _nested(opener: str, count: int) -> str:
    lines = [_HEAD, '    a = ""\n']
    for i in range(count):
        lines.append("    " * (i + 1) + opener.replace("#", str(i)) + "\n")
        lines.append("    " * (i + 2) + f'"In {i}. "\n')
    inside = "    " * (count + 1)
    return "".join([*lines, f"{inside}b = gen()\n{inside}a = b\n    c = gen()\n    return a + c\n"])


def _arms(arm: str, count: int) -> str:
    arms = "".join(arm.replace("#", str(i)) for i in range(count))
    names = ", ".join(f"a{i}" for i in range(count))
    head = _HEAD.replace("-> str", "-> list[str]")
    return f'{head}    "Head {{q}} "\n    parallel:\n{arms}    return [{names}]\n'


def _sections(line: str, count: int) -> str:
    return f"{_HEAD}    unordered:\n{_rows(line, count).removeprefix(_HEAD)}"


def _quoted(count: int) -> str:
    return ", ".join(f'"choice {i}"' for i in range(count))


def _one_text(count: int) -> str:
    """So many characters: half above two arms, half in each."""
    above, inside = "lorem ipsum dolor sit " * (count // 44), "x y z " * (count // 24)
    arms = "".join(
        f'        arm:\n            "{inside}{i}"\n            a{i} = gen()\n' for i in (0, 1)
    )
    return f'{_HEAD}    "{above}{{q}}"\n    parallel:\n{arms}    return a0 + a1\n'


def _programs(count: int) -> str:
    many = (
        f'program p{i}(q: str) -> str:\n    "The same start. {i} {{q}}"\n    a = gen(max_tokens=3)\n    return a\n'
        for i in range(count)
    )
    return "".join(many) + _rows("    r# = p#(q)\n", count)


_IF = (
    '    if q == "#":\n        "Yes #. "\n        b = gen(max_tokens=2)\n        a = b\n'
    '    else:\n        "No #. "\n'
)
_ARM = '        arm:\n            "Arm #: "\n            a# = gen(max_tokens=3)\n'
_EQUAL = (
    '        arm:\n            "Same"\n            a# = gen(max_tokens=3)\n            " then"\n'
    "            b# = gen(max_tokens=3, temperature=1.0)\n"
)
_FORK = '    fork x in xs:\n        "F# {x} "\n        a# = gen(max_tokens=2)\n    "t# {len(a#)}"\n'
_HOST = '    v# = h("#")\n    "{v#} "\n    a# = gen(max_tokens=2)\n'
_TURN = '    user: "T# {q}"\n    assistant: a# = gen(max_tokens=2)\n'
SHAPES: dict[str, Shape] = {
    "texts": Shape(lambda n: _rows('    "Line # of {q}. "\n', n), (666, 3333)),
    "calls": Shape(
        lambda n: _rows('    "Line #. "\n    a# = gen(max_tokens=3)\n', n), (1000, 5000)
    ),
    "siblings": Shape(lambda n: _arms(_ARM, n), (666, 3333)),
    "equal arms": Shape(lambda n: _arms(_EQUAL, n), (400, 2000)),
    "ifs": Shape(lambda n: _rows(_IF, n).replace(_HEAD, f'{_HEAD}    a = ""\n'), (286, 1430)),
    "forks": Shape(lambda n: _rows(_FORK, n), (222, 1110)),
    "sections": Shape(lambda n: _sections('        section: "Fact # is {q}. "\n', n), (500, 2500)),
    "numbered sections": Shape(
        lambda n: _sections('        section: "#. fact {q} "\n', n), (500, 2500)
    ),
    "programs": Shape(_programs, (300, 1500)),
    "turns": Shape(lambda n: _rows(_TURN, n, _FIRST), (250, 1250)),
    "one long text": Shape(_one_text, (50_000, 800_000)),
    "host functions": Shape(
        lambda n: f"extern def h(x: str) -> str\n{_rows(_HOST, n, _FIRST)}", (400, 2000)
    ),
    "a list": Shape(
        lambda n: _rows("", 0, f'    for x in [{_quoted(n)}]:\n        "{{x}} "\n{_END}'),
        (2000, 10000),
    ),
    "one long expression": Shape(
        lambda n: _rows("", 0, f'    x = {" + ".join(["len(q)"] * n)}\n    "{{x}}"\n{_END}'),
        (48, 192),
        is_deep=True,
    ),
    "a chain of expressions": Shape(
        lambda n: _rows("    x = x * 3 % 7 + #\n", n, f'    "{{x}}"\n{_END}').replace(
            _HEAD, f"{_HEAD}    x = len(q)\n"
        ),
        (500, 2500),
    ),
    "expressions": Shape(
        lambda n: _rows("    x = len(q) * 3 % 7 + #\n", n, f'    "{{x}}"\n{_END}'),
        (500, 2500),
    ),
    "choices": Shape(
        lambda n: f"{_HEAD}    z = select({_quoted(n)})\n    return z\n",
        (1000, 5000),
    ),
    "nested ifs": Shape(lambda n: _nested('if q != "#":', n), (16, 64), is_deep=True),
    "nested loops": Shape(lambda n: _nested("for x# in xs:", n), (16, 64), is_deep=True),
    "nested whiles": Shape(lambda n: _nested('while q != "#" max 2:', n), (16, 64), is_deep=True),
}
_CALL = "sgl.gen('g', temperature=0, max_tokens=3)"


def _function(lines: Iterable[str]) -> str:
    return "@sgl.function\ndef main(s, xs):\n" + "".join(f"    {line}\n" for line in lines)


def _python_rows(lines: Sequence[str], count: int) -> str:
    rows = (line.replace("#", str(i)) for i in range(count) for line in lines)
    return _function([*rows, f"s += {_CALL}"])


def _python_nested(lines: Sequence[str], count: int) -> str:
    """Every line but the last stands as deep as the block around, the last opens the next."""
    deep = (" " * i + line.replace("#", str(i)) for i in range(count) for line in lines)
    return _function([*deep, " " * count + f"s += 'x' + {_CALL}"])


def _python_arms(count: int) -> str:
    arms = [
        f"f[{i}] += 'arm {i} ' + sgl.gen('a', temperature=0, max_tokens=3)" for i in range(count)
    ]
    return _function([f"f = s.fork({count})", *arms, "s += f[0]['a']"])


def _python_value(lines: Iterable[str]) -> str:
    """Lines that bind `x`, which is said before a call."""
    return _function([*lines, "s += str(x)", f"s += {_CALL}"])


_PYTHON_IF = ["if xs[0] == '#':", f"    s += 'yes # ' + {_CALL}", "else:", "    s += 'no #'"]
_PYTHON_FORK = [
    "f# = s.fork(2)",
    "for i#, a# in enumerate(f#):",
    "    a# += 'F# ' + str(i#) + sgl.gen('g#', temperature=0, max_tokens=2)",
    "s += 't# ' + f#[0]['g#']",
]
_PYTHON_TURN = [
    "s += sgl.user('T# ' + xs[0])",
    "s += sgl.assistant(sgl.gen('a#', temperature=0, max_tokens=2))",
]
PYTHON_SHAPES: dict[str, Shape] = {
    "siblings": Shape(_python_arms, (12, 60)),
    "ifs": Shape(lambda n: _python_rows(_PYTHON_IF, n), (50, 250)),
    "forks": Shape(lambda n: _python_rows(_PYTHON_FORK, n), (30, 150)),
    "turns": Shape(lambda n: _python_rows(_PYTHON_TURN, n), (50, 250)),
    "one long text": Shape(
        lambda n: _function([f"s += '{'lorem ipsum ' * (n // 12)}' + xs[0] + {_CALL}"]), (50_000, 800_000)
    ),
    "a list": Shape(
        lambda n: _function([f"for x in [{_quoted(n)}]:", "    s += x + ' '", f"s += {_CALL}"]), (200, 1000)
    ),
    "choices": Shape(lambda n: _function([f"s += sgl.select('a', [{_quoted(n)}])"]), (20_000, 80_000)),
    "a chain of expressions": Shape(
        lambda n: _python_value(["x = len(xs)", *(f"x = x * 3 % 7 + {i}" for i in range(n))]), (100, 500)
    ),
    "one long expression": Shape(
        lambda n: _python_value(["x = " + " + ".join(["len(xs)"] * n)]), (48, 192), is_deep=True
    ),
    "texts": Shape(lambda n: _python_rows(["s += 'line # ' + xs[0]"], n), (200, 1000)),
    "calls": Shape(lambda n: _python_rows([f"s += 'line # ' + {_CALL}"], n), (100, 500)),
    "loops": Shape(lambda n: _python_rows(["for x in xs:", f"    s += x + {_CALL}"], n), (25, 100)),
    "early returns": Shape(
        lambda n: _python_rows(["if len(xs) > # + 5:", "    return #"], n), (12, 60)
    ),
    "partial returns": Shape(
        lambda n: _python_rows(
            ["if len(xs) > #:", "    s += 'a#'", "    if 'z' in xs[0]:", "        return #"], n
        ),
        (6, 30),
    ),
    "nested ifs": Shape(
        lambda n: _python_nested(["if xs[0] != '#':", " s += 'In #. '"], n), (16, 64), is_deep=True
    ),
    "nested loops": Shape(lambda n: _python_nested(["for x# in xs:"], n), (4, 16), is_deep=True),
    "nested whiles": Shape(
        lambda n: _python_nested(["k# = 0", "while k# < 2:", " k# += 1"], n), (3, 12), is_deep=True
    ),
}  # fmt: skip
_NUMBERS = itertools.count()


def time_sgl(text: str, size: int = 0) -> Timing:
    """Compile a text."""
    started = time.process_time()
    module, diagnostics = compile_source(Source("shape.sgl", text))
    assert module is not None, diagnostics
    read = time.process_time()
    compile_module(module, Options(entry="main"), choose_target("estimate"))
    return Timing(size, read - started, time.process_time() - read)


def time_python(text: str, size: int = 0) -> Timing:
    """Compile a function."""
    name = f"<shape {next(_NUMBERS)}>"
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    scope: dict[str, Any] = {"sgl": sgl}
    exec(compile(text, name, "exec"), scope)
    with sgl.Mock() as mock:
        started = time.process_time()
        scope["main"].compile(["a", "b"], backend=mock)
        return Timing(size, 0.0, time.process_time() - started)


def measure(shape: Shape, run: Callable[[str, int], Timing], repeats: int = 1) -> list[Timing]:
    """The best of some runs for each size, smallest first."""
    run(shape.write(shape.sizes[0]), 0)  # what is loaded once
    return [
        min((run(shape.write(size), size) for _ in range(repeats)), key=lambda found: found.total)
        for size in shape.sizes
    ]


def exponent(found: Sequence[Timing]) -> float:
    """Of the growth from the smallest to the largest: 1 is a line, 2 the square."""
    small, large = found[0], found[-1]
    return math.log(large.total / max(small.total, 1e-3)) / math.log(large.size / small.size)


def main() -> int:
    """Measure from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shapes", nargs="*", help="only these")
    parser.add_argument("--python", action="store_true", help="functions in place of `.sgl`")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    shapes = PYTHON_SHAPES if options.python else SHAPES
    run = time_python if options.python else time_sgl
    for name in options.shapes or shapes:
        found = measure(shapes[name], run)
        sizes = "  ".join(f"{t.size}: {t.reading:.2f} + {t.rest:.2f} s" for t in found)
        print(f"{name:18} {sizes}  exponent {exponent(found):.2f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
