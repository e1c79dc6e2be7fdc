"""What every grammar backend shares: constraints compiled once, one meaning of declared types, masks in bulk.

A backend turns regular expressions, JSON schemas and EBNF into matchers; everything else is here. Output of a declared
type is followed part by part (`parts`), so that it has the same tokens at every level of optimization.
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from concurrent.futures import Future
from typing import get_args

import numpy as np
import torch

from ....ir.constrained.calls import ToolSet
from ....ir.constrained.ebnf import EbnfError, checked_rules
from ....ir.constrained.parts import OutputPart, longest_text, output_parts
from ....ir.constrained.schema import schema_parts
from ....ir.sampling import CONSTRAINED_STYLES, Constraint, ConstraintKind
from ....ir.target import Tokenizer
from ....ir.types import STR, OptionalType, Type, UnionType, parse_type
from ..native.kernels import Kernels
from .parts import PartsGrammar
from .protocol import ConstraintUnusable, MakeMatcher, Matcher
from .trial import TrialFailed, Trials

EBNF = 'rules are written `name ::= "text" [a-z]+ (other | "x"{1,3})`, and `root` is the first'
MOST_CHARACTERS = 16_384
"""Of a text that a constraint fixes: it is written at once, between two steps of everyone."""
MOST_KEPT = 1_024  # compiled constraints: a server is asked for ever new ones


class GrammarBackend(ABC):
    """Compiles constraints, each once, and masks logits in bulk."""

    name: str

    def __init__(self, tokenizer: Tokenizer, vocab: int) -> None:
        self.tokenizer, self.vocab = tokenizer, vocab
        self.width = (vocab + 31) // 32
        self._lock = threading.Lock()
        self._trials = Trials()
        self._compiled: dict[Constraint, Future[MakeMatcher | None]] = {}
        self._bits = torch.zeros((0, self.width), dtype=torch.int32)

    @abstractmethod
    def regex(self, pattern: str) -> MakeMatcher:
        """Compile a regular expression. Raises ConstraintUnusable."""

    @abstractmethod
    def schema(self, schema: str) -> MakeMatcher:
        """Compile a JSON schema, whose white space is the model's to choose."""

    @abstractmethod
    def ebnf(self, grammar: str) -> MakeMatcher:
        """Compile a grammar whose first rule is `root`."""

    @abstractmethod
    def warm(self) -> None:
        """Have all there that does not depend on the constraint; a trial finds it then."""

    def compile(self, constraint: Constraint) -> MakeMatcher | None:
        """Return a maker of matchers, None for what allows all text. Any thread may ask. Raises ConstraintUnusable."""
        _check(constraint)
        found, is_ours = self._entry(constraint)
        if is_ours:
            self._fill(constraint, found)
        return found.result()

    async def compile_on_trial(self, constraint: Constraint, seconds: float) -> None:
        """Try whether a constraint compiles in `seconds`, in a process of its own. Raises ConstraintUnusable."""
        _check(constraint)
        with self._lock:
            is_known = constraint in self._compiled
        if constraint.kind == "type" or is_known:
            return
        await asyncio.get_running_loop().run_in_executor(None, self.warm)
        try:
            await self._trials.passed(constraint, lambda: self._compile(constraint), seconds)
        except TrialFailed as error:
            raise ConstraintUnusable(
                f"compiling this constraint {error}", "a smaller schema or pattern compiles faster"
            ) from None

    def _entry(self, constraint: Constraint) -> tuple[Future[MakeMatcher | None], bool]:
        """Where a constraint's maker is or will be, and whether we are the ones to make it."""
        with self._lock:
            found = self._compiled.pop(constraint, None)
            is_ours = found is None
            found = Future() if found is None else found
            self._compiled[constraint] = (
                found  # last: the first is the one that nobody asked for the longest
            )
            if len(self._compiled) > MOST_KEPT:
                del self._compiled[next(iter(self._compiled))]
            return found, is_ours

    def _fill(self, constraint: Constraint, found: Future[MakeMatcher | None]) -> None:
        """Compile; only those who ask for the same wait. What fails is tried again by whoever asks next."""
        try:
            found.set_result(self._compile(constraint))
        except BaseException as error:
            with self._lock:
                self._compiled.pop(constraint, None)
            found.set_exception(error)

    def mask(
        self,
        logits: torch.Tensor,
        matchers: Sequence[Matcher | None],
        kernels: Kernels | None = None,
    ) -> None:
        """Set the logits of what the rows' matchers do not allow to -inf, in place, by the kernels where they can."""
        rows = [i for i, matcher in enumerate(matchers) if matcher is not None]
        if not rows:
            return
        if len(self._bits) < len(rows):
            self._bits = torch.zeros((max(len(rows), 32), self.width), dtype=torch.int32)
        bits = self._bits[: len(rows)]
        for row, matcher in zip(bits.numpy(), filter(None, matchers), strict=True):
            matcher.fill(row)
        if kernels is not None and logits.dtype == torch.bfloat16 and logits.stride(1) == 1:
            kernels.forbid(logits, bits, rows)
        else:
            self._apply(logits, bits, rows)

    def apply(self, logits: torch.Tensor, bits: torch.Tensor) -> None:
        """Apply one row of bits to each row of logits, on a CPU."""
        flat = np.unpackbits(bits.numpy().view(np.uint8), axis=1, bitorder="little")
        allowed = torch.from_numpy(flat)[:, : logits.shape[-1]]
        logits.masked_fill_(allowed == 0, float("-inf"))

    def _apply(self, logits: torch.Tensor, bits: torch.Tensor, rows: list[int]) -> None:
        if logits.is_cuda:
            from .mask_kernel import launch

            launch(logits, bits.numpy(), rows)
        elif len(rows) == len(logits):
            self.apply(logits, bits)
        else:
            part = logits[rows]
            self.apply(part, bits)
            logits[rows] = part

    def _compile(self, constraint: Constraint) -> MakeMatcher | None:
        match constraint.kind:
            case "regex":
                return self.regex(constraint.text)
            case "grammar":
                return self._ebnf(constraint.text)
            case "json":
                _check_texts(constraint.text)
                is_free = constraint.style == "free"
                parts = None if is_free else _parts_of_schema(constraint.text)
                return self._follow(parts) if parts else self.schema(constraint.text)
            case "call":
                return self._follow(ToolSet.of(constraint.text).parts(), False)
            case "before_call":
                return None
            case "type":
                kind = _declared(constraint.text)
                kind = kind.item if isinstance(kind, OptionalType) else kind
                loose = not isinstance(kind, UnionType)
                return None if kind == STR else self._follow(output_parts(kind), loose)

    def _ebnf(self, grammar: str) -> MakeMatcher:
        try:
            checked_rules(grammar)
        except EbnfError as error:
            raise ConstraintUnusable(f"this grammar can't be kept: {error}", EBNF) from None
        return self.ebnf(grammar)

    def _follow(self, parts: tuple[OutputPart, ...], loose: bool = True) -> MakeMatcher:
        if (length := longest_text(parts)) > MOST_CHARACTERS:
            raise ConstraintUnusable(
                f"a text of {length} characters is too long; the longest has {MOST_CHARACTERS}",
                "let the program write it",
            )
        return PartsGrammar(parts, self.tokenizer, self.regex, loose).matcher


def _check(constraint: Constraint) -> None:
    """Raise ConstraintUnusable for what is no constraint, or no text."""
    if constraint.kind not in get_args(ConstraintKind):
        raise ConstraintUnusable(f"there is no kind of constraint `{constraint.kind}`")
    if constraint.style not in (*CONSTRAINED_STYLES, "spliced"):
        raise ConstraintUnusable(f"there is no style of constraints `{constraint.style}`")
    text: object = constraint.text
    if not isinstance(text, str) or _SURROGATE.search(text):
        raise ConstraintUnusable("a constraint is text without halves of surrogate pairs")


_SURROGATE = re.compile(r"[\ud800-\udfff]")


def _check_texts(schema: str) -> None:
    """Raise ConstraintUnusable for a schema with texts that no output could have."""
    if "\\u" in schema and _SURROGATE.search(_strings_of(schema)):
        raise ConstraintUnusable("this JSON schema has half a surrogate pair in a text")


def _strings_of(schema: str) -> str:
    """A JSON text with its escapes read; nothing where it is none, which is told elsewhere."""
    try:
        return json.dumps(json.loads(schema), ensure_ascii=False)
    except (ValueError, RecursionError):
        return ""


def _declared(text: str) -> Type:
    try:
        return parse_type(text)
    except ValueError as error:
        raise ConstraintUnusable(f"this is no type: {error}") from None


def _parts_of_schema(text: str) -> tuple[OutputPart, ...] | None:
    """The parts of a schema that declared types can say; None for the rest, which the backend takes whole."""
    try:
        return schema_parts(text)
    except ValueError:
        return None
