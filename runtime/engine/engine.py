"""The engine: one thread that owns a model, its pool, its tree and its scheduler, and is fed through a mailbox.

Callers are on other threads (the backend's event loop). They send commands and are called back; they share no state
with the engine but a few counters that are read only. When the thread ends, for whatever reason, everyone is told.
"""

from __future__ import annotations

import queue
import threading
from functools import partial

import torch

from ..backend import BackendError, Release, Retain
from .device import DeviceLost, use
from .faults import said
from .lifetime import unwatch, watch
from .mailbox import Mailbox
from .metrics import Calls, Metrics, Times
from .parts import Parts
from .process import leave_torch_one_thread
from .requests import Request
from .runner import Runner
from .scheduler import Scheduler
from .steps import Steps

Command = tuple[str, Request | Retain | Release | None]
CLOSED = "the engine was closed"
FORKED = "an engine serves the process that made it, and this is a fork of that process"


class Engine:
    """Serves requests until it is closed. Several engines may live in one process."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.times, self.calls = Times(), Calls()
        self._runner = Runner(parts, self.times)
        self.steps = Steps(parts, self._runner, self.times, self.calls)
        self._commands = Mailbox[Command](self._refuse)
        self._is_closing = False
        self._over: str | None = None
        self._way_out = ""
        self._thread = threading.Thread(target=self._run, name="sglc-engine", daemon=True)

    # ---- for callers, from any thread

    @property
    def over(self) -> BackendError | None:
        """What whoever asks is told once it serves nobody any more; None while it does."""
        return BackendError("3106", self._over, self._way_out) if self._over else None

    @property
    def scheduler(self) -> Scheduler:
        """The scheduler, with its tree and its slots; another one after a fault of theirs."""
        return self.steps.scheduler

    def start(self) -> None:
        """Begin to serve."""
        watch(self)
        self._thread.start()

    def submit(self, request: Request) -> None:
        """Queue a request; its caller is told when it ends."""
        self._commands.put(("submit", request))

    def abort(self, request: Request) -> None:
        """Stop working on a request and free what it holds. Nothing happens if it has ended."""
        self._commands.put(("abort", request))

    def flush(self) -> None:
        """Forget all keys and values that no request holds."""
        self._commands.put(("flush", None))

    def hint(self, hint: Retain | Release) -> None:
        """Note what the plan knows of a prompt's future; it counts for evictions from then on."""
        self._commands.put(("hint", hint))

    def close(self, timeout: float | None = None) -> None:
        """Stop; whatever is pending fails with 3106. Returns when the thread has ended, or after `timeout` seconds."""
        self._commands.put(("close", None))
        if self._thread.ident is None:
            self._end(CLOSED)
        elif self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(timeout)

    def leave(self) -> None:
        """Told in a process that was forked from the engine's, where its thread is not: nobody is served here."""
        self._commands.leave()
        self._end(FORKED)

    def metrics(self) -> Metrics:
        """What was done so far, and how long it took."""
        scheduler = self.scheduler
        return Metrics.of(
            self.calls, self.times, scheduler.counters, scheduler.slots, scheduler.cache
        )

    # ---- the thread

    def _run(self) -> None:
        reason = CLOSED
        try:
            self._serve()
        except DeviceLost as error:
            reason, self._way_out = str(error), error.help
        except BaseException as error:
            reason = f"the engine's thread has ended: {said(error)}"
            raise
        finally:
            self._end(reason)

    def _serve(self) -> None:
        if self.parts.threads:
            torch.set_num_threads(self.parts.threads)
        if self.parts.kernels is not None:
            leave_torch_one_thread()
        use(self.parts.model.device)
        steps = self.steps
        with torch.inference_mode():
            while not self._is_closing:
                self._take_commands()
                if steps.has_work and not self._is_closing:
                    steps.safely(steps.step)

    def _take_commands(self) -> None:
        """Take what has come; wait for something if there is nothing to do."""
        steps = self.steps
        try:
            while not self._is_closing:
                command = self._commands.take(wait=not steps.has_work)
                steps.safely(partial(self._obey, *command))
        except queue.Empty:
            return

    def _obey(self, verb: str, request: Request | Retain | Release | None) -> None:
        if verb == "close":
            self._is_closing = True
            self.steps.catch_up()  # who has all tokens, and has not been told, is
        elif verb == "flush":
            self.steps.flush()
        elif isinstance(request, Retain | Release):
            self.steps.note(request)
        elif request is not None and verb == "submit":
            self.steps.begin(request)
        elif request is not None:
            self.steps.abort(request)

    def _end(self, reason: str) -> None:
        """Tell everyone, and whoever comes later, that nobody is served any more."""
        self._over = self._over or reason
        unwatch(self)
        self.steps.end_all(BackendError("3106", self._over, self._way_out))
        self._commands.shut()

    def _refuse(self, command: Command) -> None:
        verb, request = command
        if verb == "submit" and isinstance(request, Request):
            request.end(None, self.over or BackendError("3106", CLOSED))
