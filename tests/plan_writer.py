"""Hand-written plans and a backend that answers from a script, for tests of the runtime alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from sglc.ir.target import Part, Target
from sglc.runtime.backend import (
    Capabilities,
    Completion,
    GenReply,
    GenRequest,
    PrefillRequest,
    Release,
    Retain,
    SelectReply,
    SelectRequest,
    Usage,
)
from sglc.runtime.plan.schema import (
    PLAN_VERSION,
    Expr,
    Family,
    GenStep,
    Group,
    HostBinding,
    InsertStep,
    Parameter,
    Plan,
    PlanProgram,
    PrefixNode,
    Ref,
    ReturnStep,
    RootStep,
    SelectStep,
    Step,
    TargetInfo,
    TextStep,
)

TARGET = Target.estimating()


def target_info(target: Target = TARGET) -> TargetInfo:
    """What a plan says of its target."""
    return TargetInfo(target.name, target.tokenizer.digest, target.template_digest)


class PlanWriter:
    """Writes the steps of one program; every append is a node of its own."""

    def __init__(self, name: str = "main", parameters: Sequence[tuple[str, str]] = ()) -> None:
        self.name = name
        self.parameters = [Parameter(n, t, i) for i, (n, t) in enumerate(parameters)]
        self.registers = len(self.parameters)
        self.steps: list[Step] = []
        self.nodes: list[PrefixNode] = []
        self.families: list[Family] = []
        self.groups: list[Group] = []
        self.hosts: list[HostBinding] = []

    def register(self) -> int:
        """A new register."""
        self.registers += 1
        return self.registers - 1

    def node(self, kind: Any = "text", parents: Sequence[int] = ()) -> int:
        """A new prefix node; it continues the last one where it is not said which."""
        if kind != "root":
            last = len(self.nodes) - 1 if self.nodes else self.node("root")
            parents = parents or (last,)
        self.nodes.append(PrefixNode(len(self.nodes), kind, list(parents), None))
        return len(self.nodes) - 1

    def root(self) -> int:
        """An empty prompt; its register."""
        out = self.register()
        self.steps.append(RootStep(out, True, self.node("root")))
        return out

    def text(self, prompt: int, text: str, steps: list[Step] | None = None) -> int:
        """A literal after the prompt in a register."""
        out = self.register()
        into = self.steps if steps is None else steps
        into.append(TextStep(out, Ref(prompt), text, self.node()))
        return out

    def insert(self, prompt: int, value: Expr, steps: list[Step] | None = None) -> int:
        """A value after the prompt in a register."""
        out = self.register()
        into = self.steps if steps is None else steps
        into.append(InsertStep(out, Ref(prompt), value, self.node("insert")))
        return out

    def gen(
        self,
        prompt: int,
        steps: list[Step] | None = None,
        cached_at: Sequence[int] = (),
        **sampling: Any,
    ) -> tuple[int, int]:
        """A gen; registers of its value and of the prompt after it."""
        value, after = self.register(), self.register()
        family = self.family("gen", cached_at, sampling=sampling)
        into = self.steps if steps is None else steps
        into.append(GenStep(family, Ref(prompt), value, None if "n" in sampling else after))
        return value, after

    def select(
        self, prompt: int, choices: Expr, method: str = "token_length_normalized"
    ) -> tuple[int, int]:
        """A select; registers of its value and of the prompt after it."""
        value, after = self.register(), self.register()
        family = self.family("select", (), method=method)
        self.steps.append(SelectStep(family, Ref(prompt), choices, value, after))
        return value, after

    @property
    def last_node(self) -> int:
        """The node that was made last."""
        return len(self.nodes) - 1

    def family(self, kind: Any, cached_at: Sequence[int] = (), **fields: Any) -> int:
        """A family with nodes of its own."""
        number = len(self.families)
        self.families.append(
            Family(
                number,
                self.name,
                str(number),
                kind,
                self.node(),
                self.node(kind),
                list(cached_at),
                **fields,
            )
        )
        return number

    def plan(self, result: Expr, source: str = "") -> Plan:
        """The plan that returns `result`."""
        steps = [*self.steps, ReturnStep(result)]
        program = PlanProgram(self.name, self.parameters, "any", steps, self.registers)
        return Plan(
            PLAN_VERSION,
            target_info(),
            self.name,
            [program],
            self.nodes,
            self.families,
            self.groups,
            self.hosts,
            source=source,
        )


class Script:
    """A backend that answers with `answer(prompt text)`, and remembers what it was asked."""

    name = "script"

    def __init__(
        self, answer: Callable[[str], str] = lambda text: " ok", **capabilities: Any
    ) -> None:
        self.capabilities = Capabilities(**capabilities)
        self.asked: list[str] = []
        self.hints: list[Retain | Release] = []
        self.running = self.peak = 0
        self.is_closed = False
        self._answer = answer

    async def generate(self, request: GenRequest) -> GenReply:
        text = TARGET.tokenizer.decode(request.ids)
        self.asked.append(text)
        self.running += 1
        self.peak = max(self.peak, self.running)
        try:
            for _ in range(3):
                await asyncio.sleep(0)
            answer = self._answer(text)
        finally:
            self.running -= 1
        ids = TARGET.tokenizer.encode((Part(answer, False),), continuation=True)
        if request.on_tokens:
            for token in ids:
                request.on_tokens(0, (token,))
        done = Completion(ids, ids, answer, "eos")
        usage = Usage(prompt=len(request.ids), prefilled=len(request.ids), decoded=len(ids))
        return GenReply((done,) * len(request.seeds), usage)

    async def select(self, request: SelectRequest) -> SelectReply:
        self.asked.append(TARGET.tokenizer.decode(request.ids))
        wanted = self._answer(self.asked[-1])
        texts = [TARGET.tokenizer.decode(choice) for choice in request.choices]
        scores = tuple(
            (0.0 if text == wanted else -1.0,) * len(choice)
            for text, choice in zip(texts, request.choices, strict=True)
        )
        return SelectReply(scores, Usage(prompt=len(request.ids)))

    async def prefill(self, request: PrefillRequest) -> Usage:
        self.asked.append("prefill:" + TARGET.tokenizer.decode(request.ids))
        return Usage(prefilled=len(request.ids))

    def hint(self, hint: Retain | Release) -> None:
        self.hints.append(hint)

    async def close(self) -> None:
        self.is_closed = True
