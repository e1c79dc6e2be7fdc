"""One prompt of a session in direct mode: where it stands, and the steps that are executed on it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ...ir.ops import Role
from ...runtime.executor.asking.rendering import shown_text
from ...runtime.executor.control import run_steps
from ...runtime.executor.instance import Frame, Run
from ...runtime.executor.prompts import PromptState
from ...runtime.plan.errors import RunError
from ...runtime.plan.schema import RootStep, SourceSpan, Step
from .group import Group
from .session import ROOT, Session
from .streams import TextStream

PROMPT, VALUE = 0, 1
"""The registers of a prompt's frame."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a prompt stands: its state, the turn that is open and the one before.

    `is_called`: the open turn may have called a tool, and nothing follows in it but its end.
    """

    prompt: PromptState | None = None
    open: Role | None = None
    before: Role | None = None
    is_called: bool = False


@dataclass(eq=False)
class LivePrompt:
    """A prompt that grows step by step. `arm` says in which arm of which fork it is; `group`, what it shares."""

    session: Session
    frame: Frame
    arm: tuple[int, ...] = ()
    place: Place = Place()
    group: Group | None = None
    stream: TextStream = field(default_factory=TextStream)

    def text(self) -> str:
        """The whole of it as text, turn markers included."""
        run, prompt = self.session.run, self.place.prompt
        if prompt is None:
            return ""
        return shown_text(run.plan.target.whole_render, run.target.template, prompt)

    def stand_at(self, place: Place) -> None:
        """Go on from a place."""
        self.place = place
        if place.prompt is not None:
            self.frame.registers[PROMPT] = place.prompt

    async def execute(
        self, step: Step, span: SourceSpan | None, run: Run | None = None, turns: bool = False
    ) -> None:
        """Execute one step of a plan on this prompt. `turns`: the prompt is a conversation. Raises RunError."""
        if self.place.is_called:
            headline = "something behind a call of a tool: the call ends its turn"
            raise RunError("SGL0591", headline, span=span)
        try:
            if self.place.prompt is None:
                root = RootStep(PROMPT, not turns, ROOT)
                await run_steps(self.session.run, self.frame, [root])
            await run_steps(run or self.session.run, self.frame, [step])
        except RunError as error:
            error.located(span)
            raise
        self.place = replace(self.place, prompt=self.frame.registers[PROMPT])
