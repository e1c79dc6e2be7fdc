"""A generation as the engine works on it: what each continuation samples, when it ends, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import torch

from ...ir.target import SearchTime, StopTracker, Tokenizer
from ..backend import Completion, Finish, GenReply, GenRequest
from .faults import ListenerFailed
from .grammar.protocol import Matcher
from .lookup import look_up
from .radix import Ids
from .requests import Done, Request, array
from .sampler import Row, Sampled
from .task import Task

Scores = tuple[tuple[float, ...], tuple[tuple[tuple[int, float], ...], ...]]
"""Log probabilities of tokens, and the likeliest tokens in the place of each."""


class GenJob(Request):
    """Continuations of one prompt: one task each; the first computes the prompt and the others find it."""

    def __init__(
        self,
        request: GenRequest,
        tokenizer: Tokenizer,
        make_matcher: Callable[[], Matcher] | None,
        done: Done,
    ) -> None:
        super().__init__(request.namespace, len(request.ids), done)
        self.on_tokens, self.on_logprobs = request.on_tokens, request.on_logprobs
        self.search_time = SearchTime()
        ids, limit = array(request.ids), request.sampling.max_tokens
        room = limit if 0 <= limit <= 4096 else 4096
        for number, seed in enumerate(request.seeds):
            matcher = make_matcher() if make_matcher else None
            row = Row(request.sampling, seed)
            self.tasks.append(GenTask(self, ids, number, row, matcher, tokenizer, room))
        self._left = len(self.tasks)

    def finish_one(self) -> bool:
        """One sample has ended; returns whether it was the last."""
        self._left -= 1
        return self._left == 0

    def tell(self, task: GenTask) -> None:
        """Hand a task's new tokens to who listens. Raises ListenerFailed."""
        if self.on_tokens is None or not (new := task.untold()):
            return
        try:
            if self.on_logprobs is not None and (scores := task.untold_logprobs()):
                self.on_logprobs(task.number, *scores)
            self.on_tokens(task.number, new)
        except (
            BaseException
        ) as error:  # not ours: a cancelled loop's, or an exit, is no reason to leave
            raise ListenerFailed from error

    def reply(self) -> GenReply:
        """All completions, in order."""
        completions = tuple(task.completion() for task in self.tasks if isinstance(task, GenTask))
        return GenReply(completions, self.close_account())


class GenTask(Task):
    """One continuation: what it samples, and when it ends."""

    def __init__(
        self,
        job: GenJob,
        ids: Ids,
        number: int,
        row: Row,
        matcher: Matcher | None,
        tokenizer: Tokenizer,
        room: int,
    ) -> None:
        super().__init__(job, ids, prompt=len(ids), room=room, generates=True)
        self.number = number
        self.row = row
        self.matcher = matcher
        start = job_prompt(ids, tokenizer)
        self.tracker = StopTracker(tokenizer, row.sampling, start, job.search_time)
        self.logprobs: list[float] = []
        self.top: list[tuple[tuple[int, float], ...]] = []
        self._ends = tuple(sorted(self.tracker.end_ids))
        self._wants_logprobs = row.sampling.logprobs or row.sampling.top_logprobs > 0
        row.banned = () if self.tracker.may_end else self._ends
        self._told, self._scores_told = len(ids), 0
        if matcher is not None and matcher.is_finished:
            self.tracker.end("constraint")
        self.take_forced()  # what any output begins with is computed together with the prompt

    @property
    def finish(self) -> Finish | None:
        """Why it ended; None while it goes on."""
        return self.tracker.finish

    @property
    def may_go_unread(self) -> bool:
        """Whether nothing but the token is wanted of the next sampling."""
        return self.finish is None and not self._wants_logprobs

    @property
    def is_plain(self) -> bool:
        """Whether the host's look at a token changes nothing about how the next is chosen, either."""
        return self.may_go_unread and self.matcher is None and not self.row.banned

    @property
    def ends_at_its_limit(self) -> bool:
        """Whether its next token is its last, whatever it is."""
        return self.row.position + 1 >= self.row.sampling.max_tokens

    def take(self, sampled: Sampled, is_noted: bool = False) -> bool:
        """Add a sampled token; returns whether the continuation is finished. `is_noted`: penalties have counted it."""
        token = sampled.token
        written = token if self.matcher is None else self.matcher.accept(token)
        if written is None:
            self.tracker.end("constraint")
            return True
        if self._wants_logprobs:
            self.logprobs.append(sampled.logprob)
            self.top.append(sampled.top)
        return self._add(written, token if is_noted else None)

    def take_unread(self, token: int) -> bool:
        """Add a token that was left unread; returns whether it is what was written, and more is to follow."""
        at = self.length
        if not self.take(Sampled(token), is_noted=True):
            self.take_forced()
        return self.finish is None and int(self.ids[at]) == token

    def take_all(self, sampled: Sequence[Sampled]) -> int:
        """Add what was sampled, as far as the guesses before it were right; returns how many of these were."""
        guesses, right = self.guesses(), 0
        finished = self.take(sampled[0])
        while not finished and right < len(guesses) and sampled[right].token == guesses[right]:
            right += 1
            finished = self.take(sampled[right])
        if not finished:
            self.take_forced()
        return right

    def take_forced(self) -> None:
        """Add the tokens that must follow; they need no sampling."""
        if self.matcher is None or self._wants_logprobs or self.finish is not None:
            return
        for token in self.matcher.forced():
            self.matcher.accept(token)
            self.forced.add(self.length)
            self.job.work.forced += 1
            if self._add(token):
                return

    def guess(self, most: int) -> int:
        """Guess by prompt lookup, where nothing but the model decides and nothing ends before its limit."""
        left = self.row.sampling.max_tokens - self.row.position - 1
        if self.matcher is not None or self.row.has_penalties or self.row.banned or left <= 0:
            return 0
        found = look_up(self.known, min(most, left, len(self.ids) - self.length))
        self.ids[self.length : self.length + len(found)] = found
        return len(found)

    def guesses(self) -> list[int]:
        """The tokens guessed in this step."""
        return self.ids[self.length : self.length + self.guessed].tolist()

    def start_counting(self, vocab: int, device: torch.device) -> None:
        """Prepare for penalties, if there are any, when the first token is due."""
        if self.row.has_penalties:
            self.row.start_counting(
                self.ids[: self.prompt], self.ids[self.prompt : self.length], vocab, device
            )

    def rows(self) -> list[Row]:
        """What is sampled after this step: the next token, and one after each guess."""
        row = self.row
        more = (replace(row, position=row.position + n) for n in range(1, self.guessed + 1))
        return [row, *more]

    def sampled_slots(self) -> list[int]:
        """The slots of the tokens before those of `rows`."""
        if not self.guessed:
            return [self.last_slot]
        return self.slots[self.own_end - self.guessed - 1 : self.own_end].tolist()

    def untold(self) -> tuple[int, ...]:
        """The generated tokens since this was last asked."""
        start, self._told = self._told, self.length
        return tuple(self.ids[start : self.length].tolist())

    def untold_logprobs(self) -> Scores | None:
        """The log probabilities and alternatives since this was last asked; None without any."""
        start, self._scores_told = self._scores_told, len(self.logprobs)
        if start == self._scores_told:
            return None
        return tuple(self.logprobs[start:]), tuple(self.top[start:])

    def completion(self) -> Completion:
        """What came of it."""
        stopped = self.tracker.completion()
        return Completion(
            stopped.ids,
            stopped.kept,
            stopped.text,
            stopped.finish,
            tuple(self.logprobs),
            tuple(self.top),
            stopped.matched,
            self._fed(len(stopped.ids)),
        )

    def _fed(self, count: int) -> int:
        """How many of the generated tokens have keys and values that stay; the last has if all were forced."""
        most = count if len(self.forced) == count else count - 1
        return max(0, min(max(self.high_water, self.found) - self.prompt, most))

    def _add(self, token: int, noted: int | None = None) -> bool:
        self.push(token)
        self.row.count(token, noted)
        finished = self.tracker.feed(token)
        if not finished and self.matcher is not None and self.matcher.is_finished:
            self.tracker.end("constraint")
            return True
        self.row.banned = () if self.tracker.may_end else self._ends
        return finished


def job_prompt(ids: Ids, tokenizer: Tokenizer) -> list[int]:
    """The start of a prompt, enough for the tracker to tell whether text precedes the generation."""
    return ids[: len(tokenizer.bos_ids) + 1].tolist()
