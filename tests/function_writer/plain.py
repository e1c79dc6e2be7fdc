"""Statements without blocks of their own: appends, assignments, what changes outside, closures, and the like."""

from __future__ import annotations

from . import expressions
from .expressions import GEN
from .names import Names, indented


def append(w: Names) -> list[str]:
    parts = [
        w.random.choice([expressions.text(w), "' and '"]) for _ in range(w.random.randint(1, 2))
    ]
    if w.random.random() < 0.75:
        parts.append(expressions.call(w))
    return [f"s += {' + '.join(parts)}"]


def assign(w: Names) -> list[str]:
    kind = w.random.choice(["str", "int", "list"])
    makers = {"str": expressions.text, "int": expressions.number, "list": expressions.some_list}
    value = makers[kind](w)
    return [f"{w.new(kind)} = {value}"]


def grow(w: Names) -> list[str]:
    return w.random.choice([
        lambda: [f"{w.new('int')} = {w.pick('int')}", f"{w.names['int'][-1]} += {expressions.number(w)}"],
        lambda: longer(w, "{0}.append({1})"),
        lambda: longer(w, "{0} += [{1}]"),
        lambda: [f"{w.pick_bound('str')} += {expressions.text(w)}"],
    ])()  # fmt: skip


def longer(w: Names, how: str) -> list[str]:
    """A list grows, but never without end: it may be the one that is gone through."""
    name = w.pick_bound("list")
    return [f"if len({name}) < 6:", f"    {how.format(name, expressions.text(w))}"]


def walrus(w: Names) -> list[str]:
    name = w.new("int")
    return w.random.choice([
        [f"if ({name} := {expressions.number(w)}) > 1:", *indented(append(w))],
        [f's += f"{{({name} := {expressions.number(w)})}} of " + {expressions.call(w)}'],
        [f"{w.new('list')} = [({name} := len(y)) for y in {w.pick('list')}] and ['w']"],
    ])  # fmt: skip


def comprehension(w: Names) -> list[str]:
    name = w.pick_bound("str")
    return w.random.choice([
        [f"{w.new('list')} = [{name} + '1' for {name} in {w.pick('list')}]"],
        [f"{w.new('list')} = [y for y in {w.pick('list')} if y != {w.pick('str')}]"],
        [f"s += ','.join(y + str(k) for k, y in enumerate({w.pick('list')})) + {expressions.call(w)}"],
        [f"s += str({{y: len(y) for y in {w.pick('list')}}}) + {expressions.call(w)}"],
    ])  # fmt: skip


def outside(w: Names) -> list[str]:
    what = w.random.choice([
        "MOOD", "Config.style", "ITEM.name", "ITEM.label", "str(COUNT)", "str(WORDS)", "TABLE['a']",
        "f'{Config.level}'",             "f'{ITEM}'", "'/'.join(WORDS)", "str(LOG[-2:])",
    ])  # fmt: skip
    return [f"s += {what} + ' ' + {expressions.call(w)}"]


def change_outside(w: Names) -> list[str]:
    return [w.random.choice([
        "len(WORDS) < 6 and WORDS.append('more')", "Config.level += 1", "ITEM.size = 5", "TABLE['b'] = 'other'",
        "bump(2)",             "Config.style = 'set'", "ITEM.name += '?'", "LOG.clear()",
    ])]  # fmt: skip


def unpack(w: Names) -> list[str]:
    return w.random.choice([
        [f"{w.new('str')}, *{w.new('list')} = [{w.pick('str')}, 'r1', 'r2']"],
        [f"{w.new('str')} = {w.new('str')} = {expressions.text(w)}"],
        [f"{w.new('str')}, ({w.new('int')}, {w.new('int')}) = {expressions.text(w)}, (1, {expressions.number(w)})"],
    ])  # fmt: skip


def doubtful(w: Names) -> list[str]:
    names = [*w.names["maybe"], *w.names["str"]]
    return [f"s += f'<{{{w.random.choice(names)}}}>' + {expressions.call(w)}"]


def effect(w: Names) -> list[str]:
    number, text = expressions.number, expressions.text
    return [w.random.choice([
        f"note({text(w)})", f"LOG.append(({number(w)}, {text(w)}))", f"bump({number(w)})",
        f"assert {w.pick('int')} is not None", f"sorted({w.pick('list')}, key=lambda y: (len(y), y))",
    ])]  # fmt: skip


def generator(w: Names) -> list[str]:
    name = w.new("str")
    body = append(w)
    w.fresh += 1
    it = f"it{w.fresh}"
    return w.random.choice([
        [f"{it} = iter({w.pick('list')})", f"{name} = next({it}, 'end')", f"s += {name} + str(list({it}))"],
        [f"{it} = (y + '~' for y in {w.pick('list')})", f"{name} = next({it}, 'end')"],
        [f"{name} = 'none'", f"for {name} in lines({w.pick('int')}):", *indented(body),
         f"    if {name} == 'line1':", "        break"],
    ])  # fmt: skip


def closure(w: Names) -> list[str]:
    name = w.pick_bound("str")
    w.fresh += 1
    f = f"f{w.fresh}"
    return w.random.choice([
        [f"{f} = lambda: {name}", f"s += {f}() + ' ' + {expressions.call(w)}"],
        [f"{f} = lambda: {name}", f"{w.new('str')} = 'later'", f"s += {f}() + {expressions.call(w)}"],
        [f"{f} = []", f"for y{w.fresh} in {w.pick('list')}:", f"    {f}.append(lambda: y{w.fresh})",
         f"    s += y{w.fresh} + {expressions.call(w)}", f"s += str([g() for g in {f}])"],
    ])  # fmt: skip


def inner(w: Names) -> list[str]:
    w.fresh += 1
    f, held = f"inner{w.fresh}", w.pick_bound("list")
    count = w.new("int")
    return w.random.choice([
        [f"def {f}(x, y={w.pick('str')}):", f"    len({held}) < 6 and {held}.append(y)", "    return x + y",
         f"s += {f}({expressions.text(w)}) + {expressions.call(w)}"],
        [f"{count} = 0", f"def {f}():", f"    nonlocal {count}", f"    {count} += 1", f"    return {count}",
         f"{f}()", f"s += str({f}()) + str({count}) + {expressions.call(w)}"],
        [f"def {f}():", f"    for y in {held}:", "        LOG.append(y)", "        yield y + '^'",
         f"for z{w.fresh} in {f}():", f"    s += z{w.fresh} + {expressions.call(w)}"],
    ])  # fmt: skip


def helper(w: Names) -> list[str]:
    return w.random.choice([
        [f"{w.new('str')} = ask(s, {expressions.text(w)})"],
        [f"{w.new('int')} = told(s, {expressions.text(w)}, n={expressions.number(w)})"],
        [f"ask(s, q={w.pick('str')})"],
    ])  # fmt: skip


def delete(w: Names) -> list[str]:
    w.fresh += 1
    name, got = f"gone{w.fresh}", w.new("str")
    return [
        f"{name} = {expressions.text(w)}",
        f"del {name}",
        "try:",
        f"    {got} = {name}",
        "except NameError:",
        f"    {got} = 'gone'",
    ]


def variable(w: Names) -> list[str]:
    w.gens += 1
    made = f"g{w.gens}"
    return [
        f"s += {expressions.text(w)} + sgl.gen('{made}', {GEN})",
        f"{w.new('str')} = s['{made}']",
    ]


def object_in_box(w: Names) -> list[str]:
    w.fresh += 1
    box = f"box{w.fresh}"
    return w.random.choice([
        [f"{box} = Item({expressions.text(w)})", f"{box}.size += {w.pick('int')}",
         f"s += f'{{{box}}} {{{box}.label}}' + {expressions.call(w)}"],
        [f"{box} = {{'s': s}}", f"{box}['s'] += {expressions.text(w)} + {expressions.call(w)}"],
        [f"{box} = dict(d)", f"{box}['new'] = {expressions.number(w)}", f"s += str({box}) + {expressions.call(w)}"],
    ])  # fmt: skip


def swap(w: Names) -> list[str]:
    one, two = w.new("str"), w.new("str")
    return [
        f"{one} = {expressions.text(w)}",
        f"{two} = {expressions.text(w)}",
        f"{one}, {two} = {two}, {one}",
        f"s += {one} + {two}",
    ]
