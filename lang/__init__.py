"""The `.sgl` language: text to syntax tree, checks, lowering to the IR, formatting."""

from .compile import Analysis, analyse, compile_source, load_file, source_from, source_of
from .syntax.parser import parse

__all__ = [
    "Analysis",
    "analyse",
    "compile_source",
    "load_file",
    "parse",
    "source_from",
    "source_of",
]
