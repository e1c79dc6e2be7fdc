"""One model call under way: its prompt, its prediction, its request, its reply and its record.

Every call ends in exactly one trace record, also when it fails or is cancelled.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from ....ir.sampling import Constraint, Sampling, call_seed
from ....ir.target import Part, PatternError
from ...backend import (
    BackendError,
    Completion,
    GenReply,
    GenRequest,
    PromptText,
    SelectReply,
    SelectRequest,
    Usage,
    work_of,
)
from ...plan.errors import RunError
from ...plan.parameters import PATTERN_HELP
from ...plan.schema import Family, GenStep, SelectStep
from ...trace.records import CallRecord
from ..instance import Frame, Run
from ..prompts import PromptState
from ..retention import tell_claims
from ..streaming import Delta
from .called import is_apart, spoken, unmarked
from .choices import decide
from .composition import holds
from .drafts import Draft
from .listening import Listening
from .notes import note_chosen, note_control_text
from .prediction import fed_by_gen, fed_by_select, predict, predict_rendered
from .rendering import rendered_ids, rendered_text, thinking_of
from .sharing import shared_places
from .turns import prompt_text

CANCELLED = RunError("SGL3606", "the call was cancelled")
Reply = TypeVar("Reply")


class ModelCall:
    """A call of `family`, as a step asks for it."""

    def __init__(self, run: Run, frame: Frame, family: Family, step: GenStep | SelectStep) -> None:
        self._run, self._scope, self._family = run, frame.scope, family
        state, indices = frame.prompt(step.prompt), frame.indices(step.indices)
        self._state, self.indices = state, indices
        self._is_main = not frame.in_arm and len(frame.scope.path) == 1
        self._holds = holds(run, frame.scope.row, family, state)
        self._ids = (
            state.ids(run.target.tokenizer)
            if self._holds
            else rendered_ids(run, state, thinking_of(family))
        )
        self._draft = Draft(run, frame.scope, family.kind, self._ids, family.node)
        self._draft.note(
            family=family.id,
            site=family.site,
            name=family.name,
            indices=list(indices),
            speculative=step.speculative,
        )
        found = (
            predict(family, state, self._ids) if self._holds else predict_rendered(state, self._ids)
        )
        self._draft.note(predicted_node=found.node, predicted_cached=found.cached)
        self._shared = shared_places(run, state)  # what earlier calls have asked about
        self._ask(self._ids)

    async def generate(self, sampling: Sampling, constraint: Constraint | None) -> GenReply:
        """Ask for one completion per seed. Raises RunError."""
        self._check_context(1)
        seeds = self._seeds(sampling)
        listening = Listening(self._run, sampling, self._ids, len(seeds), self._tell)
        apart = constraint if is_apart(self._run, constraint) else None
        request = GenRequest(
            self._ids,
            unmarked(sampling, apart) if apart else sampling,
            seeds,
            None if apart else constraint,
            on_tokens=listening.on_tokens,
            on_logprobs=listening.on_logprobs,
            prompt_text=self._text(constraint),
        )
        self._draft.note_parameters(sampling, constraint, seeds)
        self._announce()
        reply = await self._send(
            len(seeds), sampling.max_tokens, lambda: self._run.backend.generate(request)
        )
        said = reply.completions
        said = tuple(spoken(self._run, each, apart) for each in said) if apart else said
        done = tuple(self._with_ids(each) for each in said)
        return self._heard(done, reply.usage, listening)

    async def think(
        self, sampling: Sampling, answer: Sampling, constraint: Constraint | None
    ) -> tuple[GenReply, Completion]:
        """Ask a chat for reasoning and the answer behind it, in one request. Raises RunError."""
        seeds, text = self._seeds(sampling), self._text()
        budget = sampling.max_tokens
        request = GenRequest(
            self._ids, answer, seeds, constraint, prompt_text=text, reasoning=budget
        )
        self._draft.note_parameters(sampling, None, seeds)
        self._announce()
        reply = await self._send(1, budget, lambda: self._run.backend.generate(request))
        done = self._with_ids(reply.completions[0])
        thought = self._with_ids(Completion((), (), done.reasoning, "stop"))
        return self._heard((thought,), reply.usage, self._listening(sampling)), done

    def given(
        self, sampling: Sampling, constraint: Constraint | None, done: Completion
    ) -> GenReply:
        """Take an answer that came with its reasoning; nothing is sent."""
        self._draft.note_parameters(sampling, constraint, self._seeds(sampling))
        self._announce()
        return self._heard((done,), Usage(), self._listening(sampling))

    def _listening(self, sampling: Sampling) -> Listening:
        return Listening(self._run, sampling, self._ids, 1, self._tell)

    def _heard(self, done: tuple[Completion, ...], usage: Usage, listening: Listening) -> GenReply:
        """Write down what was said, and tell who listens."""
        tell_claims(self._run, self._state, self._ids + done[0].kept if len(done) == 1 else ())
        said = (self._ids + each.with_kv for each in done if each.with_kv)
        self._ask(*said, decoded=True)
        self._draft.note(
            outputs=[list(each.ids) for each in done],
            fed=_fed(done),
            kept=[list(each.kept) for each in done],
            texts=[each.text for each in done],
            finish=[each.finish for each in done],
            matched=[each.matched for each in done],
            logprobs=[list(each.logprobs) for each in done if each.logprobs],
            top_logprobs=[list(map(list, each.top_logprobs)) for each in done if each.top_logprobs],
        )
        for sample, rest in enumerate(listening.rest(done)):
            self._delta(sample, rest, True, call=self._draft.record(usage))
        self._draft.write(usage)
        return GenReply(done, usage)

    async def select(self, choices: list[str]) -> tuple[int, PromptState]:
        """Ask for scores; the winner's index and the prompt with it. Raises RunError."""
        encode = self._run.target.tokenizer.encode
        ids = tuple(encode((Part(choice, False),), continuation=True) for choice in choices)
        self._check_context(max(map(len, ids)))
        alone = self._unconditional()
        request = SelectRequest(
            self._ids, ids, alone, prompt_text=self._text(), choice_texts=tuple(choices)
        )
        self._draft.note(
            choices=[list(choice) for choice in ids],
            unconditional=None if alone is None else list(alone),
        )
        self._announce()
        reply = await self._send(len(ids), 0, lambda: self._run.backend.select(request))
        index = self._decided(reply, choices)
        tell_claims(self._run, self._state, self._ids + ids[index])
        if self._run.listener is not None:
            self._delta(0, choices[index], True, call=self._draft.record(reply.usage))
        self._ask(*(self._ids + each[:-1] for each in ids if len(each) > 1))
        fed = fed_by_select(ids[index], ids)
        return index, self._after(ids[index], choices[index], fed)

    def _ask(self, *sequences: tuple[int, ...], decoded: bool = False) -> None:
        """Note what an engine has KV for from here on."""
        mark = self._state.mark
        if mark is not None and self._holds:
            mark.ask(*sequences, decoded=decoded)
        elif mark is not None:
            mark.ask_beside(*sequences, decoded=decoded)

    def after_gen(self, reply: GenReply, sample: int) -> PromptState:
        """The prompt with what one sample said."""
        done = reply.completions[sample]
        fed = fed_by_gen(done.kept, (each.with_kv for each in reply.completions))
        return self._after(done.kept, done.text, fed)

    def _after(self, kept: tuple[int, ...], text: str, fed: int) -> PromptState:
        """The prompt with an answer; what was asked beside the plan is not where the plan goes on."""
        node = self._family.out_node
        if self._holds:
            return self._state.extended(self._ids, kept, text, node, fed)
        return self._state.repeated(self._run.target.tokenizer, kept, text, node)

    def _decided(self, reply: SelectReply, choices: list[str]) -> int:
        if reply.chosen is not None:
            note_chosen(self._run, self._scope.row, self._family)
            self._draft.note(chosen=reply.chosen, texts=[choices[reply.chosen]])
            self._draft.write(reply.usage)
            return reply.chosen
        method = self._family.method
        index, scores = decide(method, reply.logprobs, reply.unconditional)  # type: ignore[arg-type]
        self._draft.note(
            chosen=index,
            scores=list(scores),
            texts=[choices[index]],
            logprobs=[list(each) for each in reply.logprobs],
        )
        self._draft.write(reply.usage)
        return index

    def _seeds(self, sampling: Sampling) -> tuple[int, ...]:
        """One per sample: the given one and those after it, or what `call_seed` says."""
        count = sampling.n or 1
        if sampling.seed is not None:
            return tuple(sampling.seed + sample for sample in range(count))
        scope = self._scope
        path = (*scope.path, self._family.site)
        seed = self._run.run_seed
        return tuple(call_seed(seed, scope.row, path, self.indices, i) for i in range(count))

    def _unconditional(self) -> tuple[int, ...] | None:
        """A prompt that says nothing, for the method that needs one."""
        if self._family.method != "unconditional_likelihood_normalized":
            return None
        tokenizer = self._run.target.tokenizer
        return tokenizer.bos_ids or tuple(sorted(tokenizer.eos_ids))[:1]

    def _text(self, constraint: Constraint | None = None) -> PromptText | None:
        """The prompt as text and turns, for backends that do not take token ids."""
        if self._run.backend.capabilities.token_ids:
            return None
        note_control_text(self._run, self._scope.row, self._family, self._state)
        return prompt_text(self._run, self._state, self._shown(), self._shared, constraint)

    def _shown(self) -> str:
        """The prompt as text."""
        if self._holds:
            return self._state.text
        return rendered_text(self._run, self._state, thinking_of(self._family))

    def _check_context(self, room: int) -> None:
        limit, name = self._run.backend.capabilities.max_context, self._run.backend.name
        if limit is not None and len(self._ids) + room > limit:
            error = RunError(
                "SGL3101",
                f"the prompt has {len(self._ids)} tokens, and `{name}` takes {limit}",
                "a shorter text, or a model with a longer context, fits",
                self._family.span,
            )
            self._draft.write(Usage(), error)
            raise error

    async def _send(self, weight: int, more: int, send: Callable[[], Awaitable[Reply]]) -> Reply:
        """Wait for room, then for the reply of up to `more` tokens; a failure is recorded and raised."""
        try:
            await self._run.room.come(self._scope.guest, self._ids, more)
            await self._run.warming.over(self._ids)
            async with self._run.limit.hold(weight):
                self._draft.start()
                return await send()
        except BackendError as error:
            failed = as_run_error(error).located(self._family.span)
            self._draft.write(Usage(), failed)
            raise failed from error
        except asyncio.CancelledError as cancelled:
            self._draft.write(work_of(cancelled), CANCELLED)
            raise
        except PatternError as error:
            failed = RunError("SGL3207", f"`stop_regex`: {error}", PATTERN_HELP, self._family.span)
            self._draft.write(Usage(), failed)
            raise failed from error
        except Exception as error:
            message = f"`{self._run.backend.name}` raised {type(error).__name__}: {error}"
            failed = RunError("SGL3105", message, span=self._family.span)
            self._draft.write(Usage(), failed)
            raise failed from error

    def _with_ids(self, done: Completion) -> Completion:
        """The completion of a backend without token ids, encoded once, as a continuation."""
        if self._run.backend.capabilities.token_ids:
            return done
        ids = self._run.target.tokenizer.encode((Part(done.text, False),), continuation=True)
        return replace(done, ids=ids, kept=ids)

    def _announce(self) -> None:
        """Tell who listens that the call begins, and after what."""
        if self._run.listener is not None:
            self._delta(0, "", False, self._shown())

    def _tell(self, sample: int, text: str, so_far: dict[str, Any]) -> None:
        """Tell new text of a sample, which is the only one in the record that goes with it."""
        self._delta(sample, text, False, call=self._draft.record(Usage(), **so_far))

    def _delta(
        self,
        sample: int,
        text: str,
        done: bool,
        before: str | None = None,
        call: CallRecord | None = None,
    ) -> None:
        scope, family = self._scope, self._family
        assert self._run.listener is not None
        self._run.listener(
            Delta(
                scope.row,
                scope.path,
                family.site,
                self.indices,
                family.name,
                sample,
                text,
                done,
                before,
                self._is_main,
                call,
            )
        )


def _fed(done: Sequence[Completion]) -> list[int]:
    """How many ids of each output have KV; empty where it is all but the last of each."""
    fed = [len(each.with_kv) for each in done]
    return [] if fed == [max(0, len(each.ids) - 1) for each in done] else fed


def as_run_error(error: BackendError) -> RunError:
    """The error of the row that a backend's error makes."""
    code = error.code if error.code.startswith("SGL") else f"SGL{error.code}"
    return RunError(code, error.message, error.help, transient=error.transient or "")
