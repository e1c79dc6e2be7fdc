"""Calls, parameters, appended values, variables, scopes, arguments of every kind, and programs in programs."""

import functools
from dataclasses import dataclass

from sglang_programs.cases import Cases

import sglc as sgl

CASES = Cases()
gen, sel = sgl.gen, sgl.select
HEADER = "A header.\n"
OPTIONS = {"max_tokens": 8, "temperature": 0}
terse = functools.partial(sgl.gen, max_tokens=4)


@dataclass
class Settings:
    style: str = "brief"
    tokens: int = 6


SETTINGS = Settings()


@sgl.function
def every_parameter(s, q):
    s += q + gen(
        "a", max_tokens=7, min_tokens=2, temperature=0.5, top_p=0.9, top_k=20, min_p=0.1, stop=["x", "y"],
        stop_token_ids=[5], frequency_penalty=0.1, presence_penalty=0.2, ignore_eos=True,
    )  # fmt: skip


CASES.add(every_parameter, q="q")


@sgl.function
def defaults_of_the_run(s, q):
    s += q + gen("a") + gen("b", temperature=0.3, stop="z")


CASES.add(
    defaults_of_the_run, q="q", max_new_tokens=9, temperature=0.7, top_p=0.8, top_k=5, min_p=0.05, stop=["u"],
    frequency_penalty=0.3, presence_penalty=0.4, ignore_eos=True,
)  # fmt: skip
CASES.add(defaults_of_the_run, "no_defaults_of_the_run", q="q")


@sgl.function
def positional(s, q):
    s += q + gen("a", 5) + gen("b", 6, 2)


CASES.add(positional, q="q")


@sgl.function
def parameters_computed(s, q, tokens, heat, stops):
    s += q + gen("a", max_tokens=tokens, temperature=heat, stop=stops + ["!"])
    s += gen("b", max_tokens=len(q) + 2, temperature=heat / 2)


CASES.add(parameters_computed, q="quick", tokens=6, heat=0.5, stops=["x"])


@sgl.function
def parameters_unpacked(s, q):
    options = {"max_tokens": 6, "stop": "z"}
    s += q + gen("a", **options) + gen("b", **OPTIONS)


CASES.add(parameters_unpacked, q="q")


@sgl.function
def parameters_of_an_object(s, q):
    s += f"{SETTINGS.style}: {q}" + gen("a", max_tokens=SETTINGS.tokens)


CASES.add(parameters_of_an_object, q="q")


@sgl.function
def parameters_from_a_dict(s, cfg):
    s += cfg["prompt"].format(x=1) + gen(
        "t", max_tokens=cfg["mt"], temperature=cfg.get("temp", 0.0)
    )


CASES.add(parameters_from_a_dict, cfg={"prompt": "P{x}", "mt": 3})


@sgl.function
def parameters_of_none(s, q, tokens=None, stop=None):
    s += q + gen("a", max_tokens=tokens, stop=stop)


CASES.add(parameters_of_none, q="q")


@sgl.function
def unnamed_calls(s, q):
    s += q + gen(max_tokens=4) + " and " + gen(max_tokens=5) + sel(choices=["a", "b"])


CASES.add(unnamed_calls, q="q")


@sgl.function
def name_twice(s, q):
    s += q + gen("a", max_tokens=4)
    first = s["a"]
    s += " again:" + gen("a", max_tokens=4)
    return first, s["a"]


CASES.add(name_twice, q="q")


@sgl.function
def alias_of_gen(s, q):
    g = gen
    s += q + g("x", max_tokens=4)


CASES.add(alias_of_gen, q="q")


@sgl.function
def call_kept_in_a_name(s, q):
    call = gen("x", max_tokens=4)
    s += "Q: " + q + call
    s += " end"


CASES.add(call_kept_in_a_name, q="q")


@sgl.function
def partial_of_gen(s, q):
    s += q + terse("x")


CASES.add(partial_of_gen, q="q")


def asked(name, **options):
    return sgl.gen(name, max_tokens=4, **options)


@sgl.function
def gen_from_a_function(s, q):
    s += q + asked("x", stop="\n")
    s += asked("y")


CASES.add(gen_from_a_function, q="q")


def quoted(name):
    return '"' + sgl.gen(name, max_tokens=4, stop='"') + '"'


@sgl.function
def expression_from_a_function(s, q):
    s += q + "{name: " + quoted("name") + ", place: " + quoted("place") + "}"


CASES.add(expression_from_a_function, q="q")


@sgl.function
def scope_of_text(s, q):
    with s.var_scope("v"):
        s += q + gen("z", max_tokens=4) + "."
    s += " seen: " + s["v"]


CASES.add(scope_of_text, q="q")


@sgl.function
def scope_with_a_branch(s, q):
    with s.var_scope("v"):
        s += q + sel("kind", ["short", "long"])
        if s["kind"] == "long":
            s += gen("z", max_tokens=4)
        for i in range(2):
            s += f"{i}" + gen("w", max_tokens=2)
    return s["v"]


CASES.add(scope_with_a_branch, q="q")


@sgl.function
def scope_of_unnamed(s, q):
    with s.var_scope("v"):
        s += q + gen(max_tokens=4) + "."
    return s["v"]


CASES.add(scope_of_unnamed, q="q")


@sgl.function
def scope_of_turns(s, q):
    with s.var_scope("v"):
        s += sgl.user(q)
        s += sgl.assistant(gen("z", max_tokens=4))
    return s["v"]


CASES.add(scope_of_turns, q="q")


@sgl.function
def variables_set(s, q):
    s["n"] = len(q)
    s.set_var("m", q.upper())
    s += s["m"] + str(s["n"]) + gen("a", max_tokens=4)
    s["a"] = s["a"].strip()
    return s.get_var("a")


CASES.add(variables_set, q="quick")


@sgl.function
def more_arguments(s, q, *rest, **extra):
    s += f"{q} {rest} {extra}:" + gen("x", max_tokens=4)


@CASES.script
def arguments_unpacked():
    return more_arguments.run("q", "r", k=1).text()


@sgl.function
def default_arguments(s, q, style="brief", shots=("a", "b"), limit: int = 4):
    s += f"{style} {'/'.join(shots)} {q}" + gen("a", max_tokens=limit)


CASES.add(default_arguments, q="q")
CASES.add(default_arguments, "default_arguments_given", q="q", style="long", shots=("c",), limit=9)


@sgl.function
def keyword_only(s, q, *, style="brief"):
    s += f"{style} {q}" + gen("a", max_tokens=4)


CASES.add(keyword_only, q="q", style="long")


@sgl.function
def formatted(s, q, k):
    s += f"{q!r:>10} {k:03d} {k / 3:.2f} {len(q)} {q.title()}\n"
    s += "%s has %d" % (q, k) + gen("a", max_tokens=4)
    s += "{} of {}".format(s["a"].strip(), k)


CASES.add(formatted, q="quick", k=7)


@sgl.function
def dataclass_argument(s, settings):
    s += f"{settings.style} of {settings.tokens}" + gen("a", max_tokens=settings.tokens)


CASES.add(dataclass_argument, settings=Settings("long", 5))


@sgl.function
def tuples(s, pairs):
    for left, right in pairs:
        s += f"{left} is {right}.\n"
    s += f"{pairs}" + gen("a", max_tokens=4)


CASES.add(tuples, pairs=[("a", 1), ("b", 2)])


@sgl.function
def select_methods(s, q):
    s += (
        q
        + sel("a", ["x", "yy"])
        + sel("b", ["x", "yy"], choices_method=sgl.unconditional_likelihood_normalized)
    )
    s += gen("c", choices=["p", "q"], choices_method=sgl.token_length_normalized)


CASES.add(select_methods, q="q")


@sgl.function
def choices_computed(s, q, options):
    s += q + sel("a", [f"{i}. {each}" for i, each in enumerate(options)])
    s += " then " + sel("b", options) + gen("c", choices=list(reversed(options)))


CASES.add(choices_computed, q="q", options=["one", "two"])


@sgl.function
def samples(s, q):
    s += q + gen("a", max_tokens=4, n=3, temperature=0.7)
    return len(s["a"]), sorted(s["a"])


CASES.add(samples, q="q")


@sgl.function
def samples_of_the_run(s, q):
    s += q + gen("a", max_tokens=4)
    s += " end"


CASES.add(samples_of_the_run, q="q", n=2)


@sgl.function
def schema_as_text(s, q):
    s += q + gen(
        "a",
        max_tokens=32,
        json_schema='{"type": "object", "properties": {"name": {"type": "string"}}}',
    )


CASES.add(schema_as_text, q="q")


@sgl.function
def typed(s, q):
    s += (
        q
        + gen("a", dtype=int)
        + gen("b", dtype="float")
        + sgl.gen_string("c")
        + gen("d", dtype=bool)
    )


CASES.add(typed, q="q")


@sgl.function
def regex_computed(s, q, letters):
    s += q + gen("a", max_tokens=4, regex=f"[{letters}]{{2}}")


CASES.add(regex_computed, q="q", letters="abc")


@sgl.function
def inner(s, q):
    s += "inner " + q + gen("inner", max_tokens=4)
    return s["inner"]


@sgl.function
def recursive(s, depth):
    if depth > 1:
        below = recursive.run(depth=depth - 1)["x"]
        s += "Merge " + below
    s += "T:" + gen("x", max_tokens=4)


CASES.add(recursive, depth=3)


@sgl.function
def program_in_a_program(s, q):
    found = inner.run(q=q + "?")["inner"]
    s += "outer " + found + gen("outer", max_tokens=4)


CASES.add(program_in_a_program, q="q")


@sgl.function
def printed(s, q):
    s += q + gen("a", max_tokens=4)
    print(end="")
    s += s["a"].upper() + gen("b", max_tokens=4)


CASES.add(printed, q="q")


@sgl.function
def helper_with_state(s, items):
    s += HEADER
    total = 0
    for item in items:
        total += counted(s, item)
    s += f"{total} in all" + gen("end", max_tokens=4)


def counted(s, item):
    if not item:
        return 0
    s += item + ":" + gen("a", max_tokens=4) + "\n"
    return len(s["a"])


CASES.add(helper_with_state, items=["a", "", "b"])


@sgl.function
def appended_lists(s, q):
    s += [q, " ", gen("a", max_tokens=4)] if False else q
    s += "a" + ("b" + gen("x", max_tokens=4)) + "c"
    s += ("d" + gen("y", max_tokens=4)) + ("e" + gen("z", max_tokens=4))


CASES.add(appended_lists, q="q")


@sgl.function
def json_record(s, fields, text):
    s += text + "\n{\n"
    for i, (name, kind) in enumerate(fields):
        s += f'  "{name}": '
        if kind == "int":
            s += sgl.gen_int(name)
        else:
            s += sgl.gen_string(name)
        s += ",\n" if i + 1 < len(fields) else "\n"
    s += "}"


CASES.add(json_record, fields=[("age", "int"), ("city", "str")], text="Ada is 36.")


@sgl.function
def closure_over_a_list(s, q):
    notes = []

    def note(text):
        notes.append(text)
        return f"[{len(notes)}]"

    s += note(q) + gen("a", max_tokens=4)
    s += note(s["a"]) + gen("b", max_tokens=4)
    return notes


CASES.add(closure_over_a_list, q="q")


@sgl.function
def counted_calls(s, q):
    calls = 0

    def next_name():
        nonlocal calls
        calls += 1
        return str(calls)

    s += q + next_name() + gen("a", max_tokens=4)
    s += next_name() + gen("b", max_tokens=4)
    return calls


CASES.add(counted_calls, q="q")


@CASES.script
def positional_rows():
    states = simple.run_batch([("a", 1), ("b", 2)], max_new_tokens=4)
    return [state["x"] for state in states]


@sgl.function
def simple(s, q, k):
    s += f"{q} {k}" + gen("x")


@CASES.script
def a_bound_program():
    bound = simple.bind(q="fixed")
    return bound.run(k=1)["x"], [state["x"] for state in bound.run_batch([{"k": 2}, {"k": 3}])]


@CASES.script
def a_call_is_a_run():
    state = simple(q="called", k=4)
    return state["x"], state.text()


@CASES.script
def an_empty_batch():
    return list(simple.run_batch([]))


@CASES.script
def a_state_goes_on():
    state = simple.run(q="on", k=1)
    state += " and " + gen("y", max_tokens=4)
    state["z"] = 3
    return state["y"], state["z"], "y" in state, "w" in state, state.text()


@CASES.script
def a_state_is_forked():
    state = simple.run(q="fork", k=1)
    arms = state.fork(2)
    arms += lambda i: f" {i}" + gen("arm", max_tokens=4)
    arms.join()
    return state["arm"]


@CASES.script
def a_stream_of_one_variable():
    state = simple.run(q="stream", k=1, stream=True)
    return "".join(state.text_iter("x")), state["x"], state.text()


@CASES.script
def text_iter_without_stream():
    state = simple.run(q="plain", k=1)
    return list(state.text_iter()), list(state.text_iter("x"))
