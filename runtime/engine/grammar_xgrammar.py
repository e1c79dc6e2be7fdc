"""The default grammar backend: xgrammar's pushdown automata and token masks."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence

import torch
import xgrammar

from ...ir.sampling import Constraint
from ...ir.shape import INT_PATTERN, bare, json_schema
from ...ir.target import Tokenizer
from ...ir.types import ListType, OptionalType, RecordType, ScalarType, Type, UnionType, parse_type
from .grammar import ConstraintUnusable, Matcher

SEPARATORS = (", ", ": ")


class XMatcher:
    """One sequence in one grammar."""

    def __init__(self, compiled: xgrammar.CompiledGrammar) -> None:
        self.inner = xgrammar.GrammarMatcher(compiled, max_rollback_tokens=0)

    @property
    def is_finished(self) -> bool:
        """Whether nothing but the end may follow."""
        return self.inner.is_terminated()

    def forced(self) -> tuple[int, ...]:
        """Nothing: a token may span the border between forced and free text in a grammar that is not ours."""
        return ()

    def accept(self, token: int) -> bool:
        """Take a token."""
        return self.inner.is_terminated() or self.inner.accept_token(token)


class XGrammar:
    """Compiles and masks with xgrammar."""

    name = "xgrammar"

    def __init__(self, tokenizer: Tokenizer, vocab: int) -> None:
        self._tokenizer, self._vocab = tokenizer, vocab
        self._lock = threading.Lock()
        self._compiler: xgrammar.GrammarCompiler | None = None
        self._compiled: dict[Constraint, xgrammar.CompiledGrammar] = {}
        self._mask: torch.Tensor | None = None

    def compile(self, constraint: Constraint) -> Callable[[], Matcher]:
        """Compile once per constraint."""
        with self._lock:
            compiled = self._compiled.get(constraint)
            if compiled is None:
                compiled = self._compiled[constraint] = self._compile(constraint)
        return lambda: XMatcher(compiled)

    def mask(self, logits: torch.Tensor, matchers: Sequence[Matcher | None]) -> None:
        """Fill the rows' bit masks and apply them together."""
        rows = [i for i, matcher in enumerate(matchers) if isinstance(matcher, XMatcher)]
        if not rows:
            return
        if self._mask is None or len(self._mask) < len(rows):
            self._mask = xgrammar.allocate_token_bitmask(max(len(rows), 32), self._vocab)
        for n, i in enumerate(rows):
            matcher = matchers[i]
            assert isinstance(matcher, XMatcher)
            matcher.inner.fill_next_token_bitmask(self._mask, n)
        mask = self._mask[: len(rows)].to(logits.device)
        if len(rows) == len(logits):
            xgrammar.apply_token_bitmask_inplace(logits, mask)
        else:
            part = logits[rows]
            xgrammar.apply_token_bitmask_inplace(part, mask)
            logits[rows] = part

    def _compile(self, constraint: Constraint) -> xgrammar.CompiledGrammar:
        compiler = self._compiler = self._compiler or self._make_compiler()
        free = constraint.style == "free"
        try:
            match constraint.kind:
                case "regex":
                    return compiler.compile_regex(constraint.text)
                case "grammar":
                    return compiler.compile_grammar(constraint.text)
                case "json":
                    return _compile_schema(compiler, constraint.text, free)
                case "type":
                    return _compile_type(compiler, parse_type(constraint.text), free)
        except (RuntimeError, ValueError, xgrammar.InvalidJSONError) as error:
            raise ConstraintUnusable(f"xgrammar can't compile this {constraint.kind}: {first_line(error)}") from error

    def _make_compiler(self) -> xgrammar.GrammarCompiler:
        tokenizer = self._tokenizer
        special = set(tokenizer.special.values())
        vocabulary = [b"" if i in special else tokenizer.token_bytes(i) for i in range(tokenizer.vocab_size)]
        info = xgrammar.TokenizerInfo(
            vocabulary, vocab_size=self._vocab, stop_token_ids=sorted(tokenizer.eos_ids) or None
        )
        return xgrammar.GrammarCompiler(info, max_threads=2)


def first_line(error: BaseException) -> str:
    """An error's message without its context."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def _compile_schema(compiler: xgrammar.GrammarCompiler, text: str, free: bool) -> xgrammar.CompiledGrammar:
    if free:
        return compiler.compile_json_schema(text)
    return compiler.compile_json_schema(text, any_whitespace=False, separators=SEPARATORS)


def _compile_type(compiler: xgrammar.GrammarCompiler, kind: Type, free: bool) -> xgrammar.CompiledGrammar:
    """What `ir/shape.py` says the output of a type is."""
    match kind:
        case OptionalType(item):
            return _compile_type(compiler, item, free)
        case ScalarType("str"):
            return compiler.compile_regex("(.|\n)*")
        case ScalarType("int"):
            return compiler.compile_regex(INT_PATTERN)
        case UnionType(literals):
            choices = " | ".join(json.dumps(bare(each), ensure_ascii=False) for each in literals)
            return compiler.compile_grammar(f"root ::= {choices}")
        case ListType() | RecordType() | ScalarType():
            return _compile_schema(compiler, json.dumps(json_schema(kind)), free)
