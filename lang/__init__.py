"""The `.sgl` language: text to syntax tree, checks, lowering to the IR, formatting."""

from . import chat_template, choices, ir
from .compile import Analysis, analyse, compile_source, load_file, source_from, source_of
from .syntax.parser import parse

__all__ = [
    "Analysis",
    "analyse",
    "chat_template",
    "choices",
    "compile_source",
    "ir",
    "load_file",
    "parse",
    "source_from",
    "source_of",
]
