"""Statements with blocks: branches, loops, `try`, `with`, `match`, early returns, forks."""

from __future__ import annotations

from . import expressions, plain
from .expressions import GEN
from .names import Names, indented


def within(w: Names, size: int = 2) -> list[str]:
    """A block one level deeper."""
    w.depth += 1
    lines = w.block(w.random.randint(1, size))
    w.depth -= 1
    return indented(lines)


def branch(w: Names) -> list[str]:
    lines = [f"if {expressions.condition(w)}:", *within(w)]
    if w.random.random() < 0.3:
        lines += [f"elif {expressions.condition(w)}:", *within(w, 1)]
    if w.random.random() < 0.5:
        lines += ["else:", *within(w)]
    return lines


def quiet_branch(w: Names) -> list[str]:
    name = w.new("str")
    kept = [f"{name} = 'kept'"] if w.random.random() < 0.7 else []
    return [
        *kept,
        f"if {expressions.condition(w)}:",
        f"    {name} = {expressions.text(w)}",
        f"s += {name} + {expressions.call(w)}",
    ]


def quiet_loop(w: Names) -> list[str]:
    name, last = w.new("int"), w.new("str")
    return [
        f"{name} = 0",
        f"for {last} in {w.pick('list')}:",
        f"    if {last} == 'stop':",
        f"        {w.random.choice(['break', 'continue'])}",
        f"    {name} += 1",
        f"s += str({name}) + {expressions.call(w)}",
    ]


def loop(w: Names) -> list[str]:
    item = w.new("str")
    index = w.new("int")
    x = w.pick("list")
    head = w.random.choice([
        f"for {item} in {x}:", f"for {index} in range({w.pick('int')}):",
        f"for {index}, {item} in enumerate({x}):",
        f"for {item}, {index} in zip({x}, itertools.count(3)):", f"for {item} in WORDS:",
        f"for {item} in list({x}):",
        f"for {item}, {index} in d.items():", f"for {item} in t:", f"for {item} in ('one', 'two'):",
        f"for {item} in lines({w.pick('int')}):", f"for {item} in reversed({x}):",
    ])  # fmt: skip
    w.loops += 1
    lines = [head, *within(w)]
    jump = w.random.random()
    if jump < 0.35:
        word = w.random.choice(["break", "continue"])
        w.seen[word] += 1
        lines += indented([f"if {expressions.condition(w)}:", f"    {word}"])
        lines += indented(plain.append(w))
    if w.random.random() < 0.15:
        w.seen["return in a loop"] += 1
        lines += indented([f"if {expressions.condition(w)}:", f"    return {expressions.text(w)}"])
        lines += indented(plain.append(w))
    if w.random.random() < 0.5 and x.isidentifier():
        w.seen["grows while gone through"] += 1
        lines += indented([f"if len({x}) < 5:", f"    {x}.append('grown')"])
    if w.random.random() < 0.15:
        w.seen["else of a loop"] += 1
        lines += ["else:", *within(w, 1)]
    w.loops -= 1
    return lines


def while_(w: Names) -> list[str]:
    w.fresh += 1
    count = f"w{w.fresh}"
    lines = [
        f"{count} = 0",
        f"while {count} < {w.random.randint(1, 3)}:",
        f"    {count} += 1",
    ]
    w.loops += 1
    lines += within(w)
    w.loops -= 1
    if w.random.random() < 0.3:
        lines += indented([f"if {expressions.condition(w)}:", "    break"])
    return lines


def try_(w: Names) -> list[str]:
    name, other = w.new("int"), w.new("str")
    risky = w.random.choice(
        [
            f"{name} = int({w.pick('str')})",
            f"{other} = {w.pick('list')}[4]",
            f"{name} = 1 // {w.pick('int')}",
        ]
    )
    lines = ["try:", f"    {risky}"]
    if w.random.random() < 0.7:
        lines += [
            "except (ValueError, IndexError, ZeroDivisionError) as error:",
            f"    {w.random.choice([f'{other} = str(error)', 'pass'])}",
        ]
        if w.random.random() < 0.3:
            lines += ["else:", f"    {other} = 'fine'"]
    if len(lines) == 2 or w.random.random() < 0.3:
        w.seen["finally"] += 1
        lines += ["finally:", "    note('finally')"]
    return [*lines, *plain.append(w)]


def with_(w: Names) -> list[str]:
    name = w.new("str")
    return w.random.choice([
        [f"with noted({expressions.text(w)}) as {name}:", f"    {w.new('str')} = {name} + '.'", *plain.append(w)],
        ["with noted('w'):", *within(w, 1)],
    ])  # fmt: skip


def match(w: Names) -> list[str]:
    name = w.new("str")
    return [
        f"match {w.pick('str')}:",
        "    case 'stop':",
        f"        {name} = 'one'",
        "    case _:",
        f"        {name} = {expressions.text(w)}",
        f"s += {name} + {expressions.call(w)}",
    ]


def early(w: Names) -> list[str]:
    inner = [f"if {expressions.condition(w)}:", f"    return {expressions.text(w)}"]
    if w.random.random() < 0.4:
        w.seen["return on some paths of a branch"] += 1
        return [f"if {expressions.condition(w)}:", *indented(plain.append(w)), *indented(inner)]
    return [inner[0], *indented(plain.append(w)), inner[1]]


def fork(w: Names) -> list[str]:
    w.fresh += 1
    f = f"forks{w.fresh}"
    one, size = f"arm{w.fresh}", w.random.randint(2, 3)
    ask = f"sgl.gen('x{w.fresh}', {GEN})"
    lines = w.random.choice([
        [f"for i{w.fresh}, {one} in enumerate({f}):",
         f"    {one} += f'arm {{i{w.fresh}}} ' + {expressions.text(w)} + {ask}"],
        [f"for {one} in {f}:", f"    {one} += {expressions.text(w)} + {ask}"],
        [f"{f} += {expressions.text(w)} + {ask}"],
    ])  # fmt: skip
    return [f"{f} = s.fork({size})", *lines, f"{f}.join()", f"s += str(s['x{w.fresh}'])"]
