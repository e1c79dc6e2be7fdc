"""What a backend is told of a prompt's future: claims when there is something to keep, releases when it is over."""

import asyncio
from typing import Any

import pytest
from plan_writer import TARGET, PlanWriter, Script

from sglc.runtime.backend import GenRequest, Release, Retain
from sglc.runtime.backends.routing import RoutedBackend
from sglc.runtime.executor.executor import execute
from sglc.runtime.plan.errors import RunError
from sglc.runtime.plan.schema import Lit, Ref, ReleaseStep, RetainStep


def run(writer: PlanWriter, backend: Any, **args: Any) -> Any:
    plan = writer.plan(Lit(None))
    return asyncio.run(execute(plan, writer.name, args, backend=backend, target=TARGET))


def texts(hints: list[Retain | Release]) -> list[tuple[str, str]]:
    return [(type(hint).__name__, TARGET.tokenizer.decode(hint.ids)) for hint in hints]


def twice(pin: bool = False) -> PlanWriter:
    """A document that two calls ask about, retained before the first and released after the last."""
    writer = PlanWriter(parameters=[("document", "str")])
    shared = writer.insert(writer.text(writer.root(), "Read this:<|im_end|>"), Ref(0))
    writer.steps.append(RetainStep(Ref(shared), 3, pin))
    writer.gen(writer.text(shared, "\nWho?"))
    writer.gen(writer.text(shared, "\nWhen?"))
    writer.steps.append(ReleaseStep(Ref(shared)))
    return writer


class Order(Script):
    """Remembers how many calls were over when each hint came."""

    def hint(self, hint: Retain | Release) -> None:
        super().hint(hint)
        self.order = [*getattr(self, "order", []), len(self.asked)]


def test_a_claim_is_told_after_the_first_request_and_released_once() -> None:
    backend = Order(retention=True)
    run(twice(), backend, document="a b c")
    kept, gone = backend.hints
    assert isinstance(kept, Retain)
    assert isinstance(gone, Release)
    assert (kept.claim, kept.next_use, kept.pin) == (gone.claim, 3, False)
    assert gone.ids == kept.ids
    assert gone.start is not None
    assert 0 < gone.start < len(gone.ids)
    assert TARGET.tokenizer.decode(gone.ids[gone.start :]).strip() in "a b c"
    assert backend.order == [1, 2]


def test_an_answer_is_claimed_at_once() -> None:
    backend, writer = Order(retention=True), PlanWriter()
    _, after = writer.gen(writer.text(writer.root(), "Name one:"))
    writer.steps.append(RetainStep(Ref(after), 2))
    writer.gen(writer.text(writer.root(), "Something else."))
    run(writer, backend)
    assert texts(backend.hints[:1]) == [("Retain", "Name one: ok")]
    assert backend.order[0] == 1


def test_a_claim_on_what_is_asked_covers_the_answer() -> None:
    backend, writer = Script(retention=True), PlanWriter()
    asked = writer.text(writer.root(), "Name one:")
    writer.steps.append(RetainStep(Ref(asked), 2))
    writer.gen(asked)
    writer.gen(writer.text(writer.root(), "Something else."))
    run(writer, backend)
    assert texts(backend.hints)[0] == ("Retain", "Name one: ok")


def test_a_row_that_ends_leaves_no_claim() -> None:
    """It failed before its release: the claim is over, and nothing is said of the text."""

    class Fails(Script):
        async def generate(self, request: GenRequest) -> Any:
            if self.asked:
                raise ValueError("no")
            return await super().generate(request)

    backend = Fails(retention=True)
    with pytest.raises(RunError):
        run(twice(), backend, document="a")
    kept, gone = backend.hints
    assert isinstance(kept, Retain)
    assert gone == Release(kept.ids, kept.claim, None)


def test_a_pin_outlives_its_row() -> None:
    backend, writer = Script(retention=True), PlanWriter()
    head = writer.text(writer.root(), "You are brief.\n")
    writer.steps.append(RetainStep(Ref(head), 0, True))
    writer.gen(writer.text(head, "Hello!"))
    run(writer, backend)
    (kept,) = backend.hints
    assert isinstance(kept, Retain)
    assert kept.pin


def test_who_takes_no_hints_gets_none() -> None:
    backend = Script()
    run(twice(), backend, document="a")
    assert not backend.hints


def test_a_router_tells_those_that_take_hints() -> None:
    takes, refuses = Script(retention=True), Script()
    router = RoutedBackend([takes, refuses])
    assert router.capabilities.retention
    router.hint(Release((1,), 1, 0))
    assert (len(takes.hints), len(refuses.hints)) == (1, 0)
