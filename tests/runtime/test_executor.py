"""The executor on hand-written plans: values, control flow, concurrency, errors, cancellation."""

import asyncio
import threading

import pytest
from plan_writer import TARGET, PlanWriter, Script

from sglc.runtime.backend import Usage
from sglc.runtime.executor.executor import Executor, execute
from sglc.runtime.plan.errors import RunError
from sglc.runtime.plan.schema import (
    ArithExpr,
    Body,
    CallStep,
    CollectStep,
    CompareExpr,
    EvalStep,
    ForkStep,
    ForStep,
    Group,
    HostBinding,
    HostStep,
    IfStep,
    ImageStep,
    IndexExpr,
    ListExpr,
    Lit,
    PlanProgram,
    PrefetchStep,
    RecordExpr,
    Ref,
    ReturnStep,
    TogetherStep,
    WhileStep,
)
from sglc.runtime.trace.records import Trace


def run(writer: PlanWriter, result, *, script=None, trace=None, hosts=None, **args):
    return asyncio.run(
        execute(
            writer.plan(result),
            writer.name,
            args,
            backend=script or Script(),
            target=TARGET,
            hosts=hosts,
            trace=trace,
        )
    )


def test_text_values_and_generated_text_make_the_prompt():
    writer, script, trace = PlanWriter(parameters=[("topic", "str")]), Script(), Trace()
    prompt = writer.insert(writer.text(writer.root(), "About "), Ref(0))
    value, after = writer.gen(writer.text(prompt, ":"))
    writer.gen(writer.text(after, " And"))
    assert run(writer, Ref(value), script=script, trace=trace, topic="cats") == " ok"
    assert script.asked == ["About cats:", "About cats: ok And"]
    assert [call.texts for call in trace.calls] == [[" ok"], [" ok"]]
    first, second = trace.calls
    assert second.prompt[: len(first.prompt) + 1] == first.prompt + first.kept[0][:1]


def test_values_never_make_control_tokens():
    writer, script = PlanWriter(parameters=[("text", "str")]), Script()
    writer.gen(writer.insert(writer.text(writer.root(), "<|im_start|>user\n"), Ref(0)))
    trace = Trace()
    run(writer, Lit(None), script=script, trace=trace, text="a<|im_end|>b")
    special = TARGET.tokenizer.special
    assert trace.calls[0].prompt.count(special["<|im_start|>"]) == 1
    assert special["<|im_end|>"] not in trace.calls[0].prompt


def test_select_appends_the_best_choice():
    writer, script, trace = PlanWriter(), Script(lambda text: "two"), Trace()
    value, after = writer.select(writer.text(writer.root(), "Pick:"), Lit(["one", "two"]))
    writer.gen(after)
    assert run(writer, Ref(value), script=script, trace=trace) == "two"
    assert script.asked[1] == "Pick:two"
    assert trace.calls[0].chosen == 1
    assert trace.calls[0].scores == [-1.0, 0.0]


@pytest.mark.parametrize("choices", [[], ["a", ""], "ab", [1]])
def test_select_needs_texts(choices):
    writer = PlanWriter()
    writer.select(writer.root(), Lit(choices))
    with pytest.raises(RunError) as failed:
        run(writer, Lit(None))
    assert failed.value.code == "SGL3205"


def test_samples_leave_the_prompt_and_make_a_list():
    writer, trace = PlanWriter(), Trace()
    value, _ = writer.gen(writer.text(writer.root(), "Q"), n=3, temperature=1.0)
    assert run(writer, Ref(value), trace=trace) == [" ok"] * 3
    assert len(set(trace.calls[0].seeds)) == 3


def arms(writer: PlanWriter, prompt: int, count: int) -> tuple[int, int]:
    """A fork over `count` items; registers of the values, and of the items."""
    items, index, item = writer.register(), writer.register(), writer.register()
    writer.steps.append(EvalStep(items, Lit([f"item {i}" for i in range(count)])))
    steps: list = []
    value, _ = writer.gen(writer.insert(prompt, Ref(item), steps), steps)
    out = writer.register()
    body = Body([index, item], steps, [Ref(value)])
    node = writer.last_node
    writer.groups.append(Group(0, node, [0]))
    writer.steps.append(ForkStep([out], Ref(items), [body], 0, Ref(prompt)))
    return out, items


def test_a_fork_sends_its_prefix_and_then_all_arms_at_once():
    writer, script = PlanWriter(), Script(lambda text: text[-1])
    out, _ = arms(writer, writer.text(writer.root(), "<|im_start|>Shared\n"), 20)
    assert run(writer, Ref(out), script=script) == [str(i)[-1] for i in range(20)]
    assert script.asked[0].startswith("prefill:<|im_start|>")
    assert sum(text.startswith("prefill:") for text in script.asked) == 1
    assert script.peak == 20


def test_a_fork_without_arms_sends_nothing():
    writer, script = PlanWriter(), Script()
    out, _ = arms(writer, writer.text(writer.root(), "<|im_start|>Shared\n"), 0)
    assert run(writer, Ref(out), script=script) == []
    assert script.asked == []


def test_no_prefix_is_sent_where_it_cannot_pay():
    writer, script = PlanWriter(), Script(prefill=False)
    out, _ = arms(writer, writer.text(writer.root(), "<|im_start|>Shared\n"), 3)
    run(writer, Ref(out), script=script)
    assert len(script.asked) == 3


def test_calls_in_flight_are_bounded():
    writer, script = PlanWriter(), Script()
    out, _ = arms(writer, writer.text(writer.root(), "S"), 20)
    plan = writer.plan(Ref(out))

    async def main():
        with Executor(plan, backend=script, target=TARGET, in_flight=4) as executor:
            return await executor.run("main", {})

    assert len(asyncio.run(main())) == 20
    assert script.peak == 4


def test_branches_loops_and_comprehensions():
    writer = PlanWriter(parameters=[("numbers", "list[int]")])
    index, item, total, out = (writer.register() for _ in range(4))
    body = Body([index, item, total], [], [ArithExpr("add", [Ref(total), Ref(item)])])
    writer.steps.append(ForStep([out], Ref(0), [Lit(0)], body))
    big, small = writer.register(), writer.register()
    is_big = CompareExpr("gt", Ref(out), Lit(5))
    writer.steps.append(
        IfStep([big], is_big, Body([], [], [Lit("big")]), Body([], [], [Lit("small")]))
    )
    keep = Body(
        [small], [], [ArithExpr("mul", [Ref(small), Lit(2)]), CompareExpr("ne", Ref(small), Lit(2))]
    )
    doubled = writer.register()
    writer.steps.append(CollectStep(doubled, Ref(0), keep))
    result = ListExpr([Ref(out), Ref(big), Ref(doubled)])
    assert run(writer, result, numbers=[1, 2, 3]) == [6, "big", [2, 6]]
    assert run(writer, result, numbers=[]) == [0, "small", []]


@pytest.mark.parametrize(("limit", "turns", "notes"), [(3, 3, 1), (9, 5, 0), (0, 0, 1)])
def test_a_while_ends_at_its_limit_and_says_so(limit, turns, notes):
    writer, trace = PlanWriter(), Trace()
    n, index, m, out = (writer.register() for _ in range(4))
    cond = Body([n], [], [CompareExpr("lt", Ref(n), Lit(5))])
    body = Body([index, m], [], [ArithExpr("add", [Ref(m), Lit(1)])])
    writer.steps.append(WhileStep([out], [Lit(0)], cond, body, Lit(limit)))
    assert run(writer, Ref(out), trace=trace) == turns
    assert [note.code for note in trace.notes] == ["SGL3901"] * notes


def test_a_program_calls_another_with_its_own_prompt():
    inner = PlanWriter("inner", [("x", "str")])
    value, _ = inner.gen(inner.insert(inner.root(), Ref(0)), temperature=1.0)
    outer, script, trace = PlanWriter("outer"), Script(), Trace()
    outer.families, outer.nodes = inner.families, inner.nodes
    out = outer.register()
    outer.steps.append(CallStep(out, "inner", [Lit("hello")], "7", [Lit(2)]))
    plan = outer.plan(Ref(out))
    program = PlanProgram(
        "inner", inner.parameters, "str", [*inner.steps, ReturnStep(Ref(value))], inner.registers
    )
    plan.programs.append(program)
    result = asyncio.run(execute(plan, "outer", {}, backend=script, target=TARGET, trace=trace))
    assert (result, script.asked) == (" ok", ["hello"])
    assert (trace.calls[0].path, trace.calls[0].indices) == (["outer", "7", "inner"], [2])


# --- host functions -----------------------------------------------------------------------------


def host(writer: PlanWriter, extern: str, *args, pure: bool = False, steps=None) -> int:
    out = writer.register()
    if all(each.name != extern for each in writer.hosts):
        writer.hosts.append(HostBinding(extern, [], "any", pure))
    (writer.steps if steps is None else steps).append(HostStep(out, extern, list(args), pure))
    return out


def test_host_functions_may_be_sync_or_async():
    async def twice(x):
        return 2 * x

    writer = PlanWriter()
    one = host(writer, "twice", Lit(4))
    two = host(writer, "where")
    seen = run(
        writer,
        ListExpr([Ref(one), Ref(two)]),
        hosts={"twice": twice, "where": lambda: threading.current_thread().name},
    )
    assert seen[0] == 8
    assert seen[1].startswith("sglc-host")


def test_effectful_host_calls_keep_program_order_and_pure_ones_run_beside():
    log: list[str] = []
    gate = threading.Barrier(2)

    def meet() -> None:
        gate.wait(5)  # passes only when both are called at once

    writer, steps = PlanWriter(), []
    for name in "abc":
        host(writer, "note", Lit(name), steps=steps)
    host(writer, "meet", pure=True, steps=steps)
    host(writer, "meet", pure=True, steps=steps)
    writer.steps.append(TogetherStep(steps))
    run(writer, Lit(None), hosts={"note": log.append, "meet": meet})
    assert log == ["a", "b", "c"]


def test_idempotency_keys_name_the_same_call_the_same():
    def keys() -> list[str]:
        seen: list[str] = []

        def effect(x, idempotency_key):
            seen.append(idempotency_key)

        writer, steps, index, item = PlanWriter(), [], 0, 0
        host(writer, "effect", Lit(1))
        index, item = writer.register(), writer.register()
        host(writer, "effect", Ref(item), steps=steps)
        body = Body([index, item], steps, [])
        writer.steps.append(ForkStep([], Lit([5, 5, 5]), [body]))
        run(writer, Lit(None), hosts={"effect": effect})
        return sorted(seen)

    first = keys()
    assert len(set(first)) == 4
    assert keys() == first


def test_a_host_that_raises_is_an_error_with_a_code():
    writer = PlanWriter()
    host(writer, "broken")
    with pytest.raises(RunError) as failed:
        run(writer, Lit(None), hosts={"broken": lambda: 1 / 0})
    assert failed.value.code == "SGL3502"
    assert "ZeroDivisionError" in failed.value.message


def test_a_host_result_is_checked():
    writer = PlanWriter()
    writer.hosts.append(HostBinding("f", [], "list[int]"))
    host(writer, "f")
    with pytest.raises(RunError, match=r'returned "x" at `\[1\]`; it is declared as `list\[int\]`'):
        run(writer, Lit(None), hosts={"f": lambda: [1, "x"]})


def test_an_unbound_host_is_found_before_anything_runs():
    writer, script = PlanWriter(), Script()
    writer.gen(writer.root())
    host(writer, "search")
    with pytest.raises(RunError) as failed:
        run(writer, Lit(None), script=script)
    assert (failed.value.code, script.asked) == ("SGL3501", [])


# --- failures -----------------------------------------------------------------------------------


def test_an_error_in_one_arm_ends_the_others_and_every_call_has_a_record():
    def answer(text: str) -> str:
        if text.endswith("3"):
            raise ValueError("no")
        return "x"

    writer, trace = PlanWriter(), Trace()
    out, _ = arms(writer, writer.text(writer.root(), "S"), 6)
    with pytest.raises(RunError) as failed:
        run(writer, Ref(out), script=Script(answer), trace=trace)
    assert failed.value.code == "SGL3105"
    assert len(trace.calls) == 6
    assert sum(call.error is not None for call in trace.calls) >= 1


def test_cancelling_cancels_the_calls():
    class Slow(Script):
        async def generate(self, request):
            await asyncio.sleep(3600)
            return await super().generate(request)

    writer, trace = PlanWriter(), Trace()
    writer.gen(writer.text(writer.root(), "S"))
    plan = writer.plan(Lit(None))

    async def main():
        task = asyncio.ensure_future(
            execute(plan, "main", {}, backend=Slow(), target=TARGET, trace=trace)
        )
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert trace.calls[0].error is not None
    assert trace.calls[0].error.code == "SGL3606"


def test_a_cut_value_is_an_error_and_an_optional_one_is_none():
    class Cut(Script):
        async def generate(self, request):
            reply = await super().generate(request)
            done = reply.completions[0]
            cut = type(done)(done.ids, done.kept, "[1, 2", "length")
            return type(reply)((cut,), reply.usage)

    for kind, fails in (("list[int]", True), ("list[int]?", False)):
        writer = PlanWriter()
        value, _ = writer.gen(writer.text(writer.root(), "S"), max_tokens=4)
        family = writer.families[0]
        writer.families[0] = type(family)(
            **{f: getattr(family, f) for f in family.__struct_fields__ if f != "constraint"},
            constraint=("type", kind, "canonical"),
        )
        if fails:
            with pytest.raises(RunError, match=r"SGL3201.*cut short"):
                run(writer, Ref(value), script=Cut())
        else:
            assert run(writer, Ref(value), script=Cut()) is None


@pytest.mark.parametrize(
    ("args", "code", "help"),
    [
        ({}, "SGL3602", ""),
        ({"docment": "x"}, "SGL3603", "a parameter `document` exists"),
        ({"document": 3}, "SGL3604", ""),
        ({"document": "x", "n": "many"}, "SGL3604", ""),
    ],
)
def test_arguments_are_checked(args, code, help):
    writer = PlanWriter(parameters=[("document", "str"), ("n", "int?")])
    with pytest.raises(RunError) as failed:
        run(writer, Lit(None), **args)
    assert (failed.value.code, failed.value.help) == (code, help)


def test_what_a_backend_cannot_do_is_found_before_the_first_call():
    writer, script = PlanWriter(), Script(select=False)
    writer.gen(writer.root())
    writer.select(writer.root(), Lit(["a", "b"]))
    with pytest.raises(RunError) as failed:
        run(writer, Lit(None), script=script)
    assert (failed.value.code, script.asked) == ("SGL3104", [])
    assert "union of literals" in failed.value.help


def test_a_prompt_longer_than_the_context_is_an_error_of_its_call():
    writer, script = PlanWriter(), Script(max_context=3)
    writer.gen(writer.text(writer.root(), "one two three four five six seven"))
    with pytest.raises(RunError) as failed:
        run(writer, Lit(None), script=script)
    assert (failed.value.code, script.asked) == ("SGL3101", [])


def test_streamed_text_adds_up():
    writer, script = PlanWriter(), Script(lambda text: "Zwölf naïve Öfen… 🔥")
    writer.gen(writer.text(writer.root(), "S"))
    deltas = []
    plan = writer.plan(Lit(None))
    asyncio.run(execute(plan, "main", {}, backend=script, target=TARGET, listener=deltas.append))
    assert "".join(delta.text for delta in deltas) == "Zwölf naïve Öfen… 🔥"
    assert deltas[0].before == "S"
    assert [delta.done for delta in deltas] == [False] * (len(deltas) - 1) + [True]
    assert len(deltas) > 3


def test_a_listener_is_told_which_calls_are_not_in_an_arm():
    writer, script = PlanWriter(), Script()
    prompt = writer.text(writer.root(), "P")
    arms(writer, prompt, 2)
    writer.gen(prompt)
    deltas = []
    plan = writer.plan(Lit(None))
    asyncio.run(execute(plan, "main", {}, backend=script, target=TARGET, listener=deltas.append))
    in_an_arm, behind = (family.site for family in plan.families)
    assert {(delta.site, delta.is_main) for delta in deltas} == {(in_an_arm, False), (behind, True)}


def test_a_list_of_prompts_can_be_picked_from():
    writer, script = PlanWriter(), Script()
    one = writer.text(writer.root(), "one")
    two = writer.text(writer.root(), "two")
    both, picked = writer.register(), writer.register()
    writer.steps.append(EvalStep(both, ListExpr([Ref(one), Ref(two)])))
    writer.steps.append(EvalStep(picked, IndexExpr(Ref(both), Lit(1))))
    value, _ = writer.gen(picked)
    assert run(writer, RecordExpr(["v"], [Ref(value)]), script=script) == {"v": " ok"}
    assert script.asked == ["two"]


class SlowPrefill(Script):
    """Warms until it is told to stop."""

    async def prefill(self, request):
        self.asked.append("prefill")
        try:
            await asyncio.sleep(3600)
        finally:
            self.asked.append("given up")
        return Usage()


def speculating() -> PlanWriter:
    writer = PlanWriter()
    arm = writer.text(writer.root(), "Perhaps this is asked about:")
    writer.steps.append(PrefetchStep(Ref(arm), speculative=True))
    writer.gen(writer.text(writer.root(), "Certainly this."))
    return writer


def test_a_guess_is_given_up_when_the_program_ends():
    script, trace = SlowPrefill(), Trace()
    run(speculating(), Lit(None), script=script, trace=trace)
    assert script.asked == ["prefill", "Certainly this.", "given up"]
    warmed, _ = trace.requests if trace.requests[0].kind == "prefill" else trace.requests[::-1]
    assert warmed.speculative
    assert warmed.error is not None
    assert warmed.error.code == "SGL3606"


def test_a_guess_needs_room_for_calls():
    script, trace = SlowPrefill(), Trace()
    plan = speculating().plan(Lit(None))

    async def busy():
        with Executor(plan, backend=script, target=TARGET, trace=trace, in_flight=1) as executor:
            async with executor._run.limit.hold(1):
                task = asyncio.create_task(executor.run("main", {}))
                await asyncio.sleep(0.01)
            await task

    asyncio.run(busy())
    assert script.asked == ["Certainly this."]


def test_an_image_is_refused_before_the_first_call_and_bound_where_a_backend_takes_it():
    writer = PlanWriter()
    value, _ = writer.gen(writer.text(writer.root(), "First."))
    seen = writer.register()
    prompt = writer.text(writer.root(), "Look:")
    writer.steps.append(ImageStep(seen, Ref(prompt), Lit("a.png"), writer.node("image")))
    after, _ = writer.gen(writer.text(seen, " what is it?"))
    for takes in (False, True):
        script = Script(images=takes)
        if takes:
            assert run(writer, ListExpr([Ref(value), Ref(after)]), script=script) == [" ok", " ok"]
            assert script.asked == ["First.", "Look: what is it?"]
        else:
            with pytest.raises(RunError, match="take images") as failed:
                run(writer, Ref(after), script=script)
            assert failed.value.code == "SGL3104"
            assert script.asked == []
