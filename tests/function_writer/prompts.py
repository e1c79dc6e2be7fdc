"""Statements about the prompt: scopes, copies, arms that are counted, samples, names with a number, made turns."""

from __future__ import annotations

from . import expressions
from .expressions import GEN
from .names import Names, indented


def scope(w: Names) -> list[str]:
    """A variable that is the text of what is appended in a block, with whatever is in it."""
    w.fresh += 1
    name, got = f"said{w.fresh}", w.new("str")
    w.depth += 1
    body = w.block(w.random.randint(1, 2))
    w.depth -= 1
    if any(word in line for line in body for word in ("return", "break", "continue")):
        body = [f"s += {expressions.text(w)}"]
    lines = [f"with s.var_scope('{name}'):", *indented(body)]
    return [*lines, f"{got} = s['{name}']", f"s += {got} + {expressions.call(w)}"]


def copied(w: Names) -> list[str]:
    """One arm, joined at the end of its block."""
    w.fresh += 1
    arm, name = f"copy{w.fresh}", f"c{w.fresh}"
    return [
        f"with s.copy() as {arm}:",
        f"    {arm} += {expressions.text(w)} + sgl.gen('{name}', {GEN})",
        f"s += str(s['{name}'])",
    ]


def counted(w: Names) -> list[str]:
    """An arm for each item of an argument."""
    w.fresh += 1
    f, one, name = f"forks{w.fresh}", f"arm{w.fresh}", f"k{w.fresh}"
    ask = f"sgl.gen('{name}', {GEN})"
    lines = w.random.choice([
        [f"for {one}, item{w.fresh} in zip({f}, xs):", f"    {one} += item{w.fresh} + {ask}"],
        [f"for i{w.fresh} in range(len(xs)):", f"    {f}[i{w.fresh}] += xs[i{w.fresh}] + {ask}"],
        [f"for i{w.fresh}, {one} in enumerate({f}):", f"    {one} += f'{{i{w.fresh}}}' + {ask}"],
        [f"{f} += lambda k: f'arm {{k}} ' + {ask}"],
    ])  # fmt: skip
    return [f"{f} = s.fork(len(xs))", *lines, f"s += ','.join(each['{name}'] for each in {f})"]


def joined_texts(w: Names) -> list[str]:
    """Arms whose texts are appended."""
    w.fresh += 1
    f = f"forks{w.fresh}"
    return [
        f"{f} = s.fork({w.random.randint(1, 3)})",
        f"{f} += lambda k: f'({{k}}) ' + sgl.gen('t{w.fresh}', {GEN})",
        f"{f}.join('concate_and_append')",
    ]


def samples(w: Names) -> list[str]:
    """Several answers, of which the first goes on."""
    w.gens += 1
    return [
        f"s += {expressions.text(w)} + sgl.gen('n{w.gens}', n=2, {GEN}) + '.'",
        f"s += str(len(s['n{w.gens}'])) + s['n{w.gens}'][0]",
    ]


def numbered(w: Names) -> list[str]:
    """Names with a number of the loop in them, which is perhaps left."""
    w.fresh += 1
    name, i = f"step{w.fresh}", f"i{w.fresh}"
    leave = w.random.choice(["break", "continue", "pass"])
    return [
        f"for {i} in range(1, {w.random.randint(2, 4)}):",
        f"    s += f'{{{i}}}.' + sgl.gen(f'{name}_{{{i}}}', {GEN})",
        f"    if 'a' in s[f'{name}_{{{i}}}']:",
        f"        {leave}",
        f"    s += {expressions.text(w)}",
    ]


def cases(w: Names) -> list[str]:
    """`match` around what is appended."""
    subject = w.pick("str")
    return [
        f"match {subject}:",
        "    case 'stop' | 'skip':",
        f"        s += 'one' + {expressions.call(w)}",
        "    case '':",
        *indented(indented([f"s += {expressions.text(w)}"])),
        "    case _:",
        f"        s += 'else' + {expressions.call(w)}",
    ]


def made(w: Names) -> list[str]:
    """A function that makes what is appended."""
    w.gens += 1
    return w.random.choice([
        [f"s += {expressions.text(w)} + quoted('q{w.gens}') + '.'"],
        [f"kept{w.gens} = quoted('q{w.gens}', stop='e')", f"s += 'a' + kept{w.gens}"],
        [f"if {expressions.condition(w)}:", f"    s += quoted('q{w.gens}')"],
    ])  # fmt: skip


def counted_by_function(w: Names) -> list[str]:
    """A number that grows by what a function with the state returns."""
    name = w.new("int")
    return [f"{name} = 1", f"{name} += told(s, {expressions.text(w)})", f"s += str({name})"]
