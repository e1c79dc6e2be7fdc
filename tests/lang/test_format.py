"""`sglc fmt`: one layout, comments kept, nothing else changed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sglc.ir.diagnostic import CompileFailed
from sglc.ir.span import Source
from sglc.ir.text.printer import print_module
from sglc.lang import compile_source
from sglc.lang.format.files import format_source

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.sgl"))


def formatted(text: str) -> str:
    return format_source(Source("t.sgl", text))


def ir_of(text: str) -> str:
    module, found = compile_source(Source("t.sgl", text), ROOT / "examples" / "t.sgl")
    assert module is not None, found
    return print_module(module)


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_the_examples_are_formatted(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert formatted(text) == text


MESSY = """#top
'doc'
text A='x'
text  B = "y"  #trail


program f( x:str@release , n:int=3 )->{a:str} :
      # comment one


      system: A
      user:
            "hi {x}"   # c
            # end of user
      if n>-1 and not (n==2): m = 1
      else :
          # inside else
          user:
              "b"
      y=[i*2 for i in range( n ) if i%2==0 ]
      z = json({a:1,
         b: y[0]})
      w = upper(
          "a", # the a
          # own
      )
      assistant:
          a : str=gen(max_tokens=3,
              stop=["a",'b'])
      # before return
      return {a}
# end
"""

NEAT = """# top
"doc"
text A = "x"
text B = "y"  # trail

program f(x: str @release, n: int = 3) -> {a: str}:
    # comment one

    system: A
    user:
        "hi {x}"   # c
        # end of user
    if n > -1 and not (n == 2):
        m = 1
    else:
        # inside else
        user: "b"
    y = [i * 2 for i in range(n) if i % 2 == 0]
    z = json({a: 1, b: y[0]})
    w = upper(
        "a",  # the a
        # own
    )
    assistant: a: str = gen(max_tokens=3, stop=["a", "b"])
    # before return
    return {a}
# end
"""


def test_a_messy_file() -> None:
    assert formatted(MESSY) == NEAT
    assert formatted(NEAT) == NEAT
    assert ir_of(MESSY) == ir_of(NEAT)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("x=a[ 1 : ]", "x = a[1:]"),
        ("x=-1", "x = -1"),
        ("x = a -1", "x = a - 1"),
        ("x = 2**-1", "x = 2 ** -1"),
        ("x : int?=none", "x: int? = none"),
        ('x:"a"|"b"="a"', 'x: "a" | "b" = "a"'),
        ("x = not(a)", "x = not (a)"),
        ("x=f( a=1 , b = 2 )", "x = f(a=1, b=2)"),
        ("x = {a:1,}", "x = {a: 1}"),
        ("x = [a,b][0]", "x = [a, b][0]"),
        ("x = a.b [0] . c", "x = a.b[0].c"),
        (
            "x={\n      a:[i for i in y],\n      b:1}",
            "x = {\n        a: [i for i in y],\n        b: 1,\n    }",
        ),
        ("x=[\n      i\n      for i in y]", "x = [\n        i for i in y\n    ]"),
        ("x+=1", "x += 1"),
        ("resume  arms [0]", "resume arms[0]"),
        ("system(tools= t):'a'", 'system(tools=t): "a"'),
        ("x = 'it\"s'", "x = 'it\"s'"),
        ('x = f( """a\n  b""" )', 'x = f("""a\n  b""")'),
    ],
)
def test_spaces(line: str, expected: str) -> None:
    assert formatted(f"program p():\n  {line}\n") == f"program p():\n    {expected}\n"


def test_a_file_with_syntax_errors_is_left_alone() -> None:
    with pytest.raises(CompileFailed):
        formatted("program p(:\n    x\n")


def test_a_file_with_other_errors_is_formatted() -> None:
    assert formatted("program p():\n  nope\n") == "program p():\n    nope\n"


@pytest.mark.parametrize("text", ["", "\n\n", "# only\n\n\n# comments"])
def test_small_files(text: str) -> None:
    assert formatted(formatted(text)) == formatted(text)


@st.composite
def disturbed(draw: st.DrawFn) -> tuple[str, str]:
    """An example, and the same with other spaces, blank lines, indentation and comments."""
    text = draw(st.sampled_from(EXAMPLES)).read_text(encoding="utf-8")
    width = draw(st.integers(1, 7))
    lines: list[str] = []
    inside = False
    for line in text.split("\n"):
        indent = len(line) - len(line.lstrip(" "))
        if not inside and line.strip():
            line = " " * (indent // 4 * width) + line.lstrip(" ")
            opens = line.count('"""') % 2 == 1  # what follows on this line belongs to the text
            plain = "#" not in line and not opens
            line += draw(st.sampled_from(["", "", "  ", "  # note"])) if plain else ""
            if draw(st.integers(0, 9)) == 0:
                lines.append(draw(st.sampled_from(["", "# a comment", " " * 30])))
        inside ^= line.count('"""') % 2 == 1
        lines.append(line)
    return text, "\n".join(lines)


@given(disturbed())
@settings(max_examples=40, deadline=None)
def test_any_layout_of_a_program_means_the_same(pair: tuple[str, str]) -> None:
    original, text = pair
    first = formatted(text)
    assert formatted(first) == first
    assert ir_of(first) == ir_of(text) == ir_of(original)
    assert text.count("# ") <= first.count("# ") + text.count('"')
