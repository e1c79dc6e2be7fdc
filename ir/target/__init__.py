"""What a program is compiled for: tokenizer, chat template, seams and cache rules.

A leaf: imports nothing of the project but `sampling`, and `tokenizers` and jinja2 only where they are used.
"""

from .parts import Part
from .patterns import PatternError, SearchTime, StopPattern
from .prompt import TokenPrompt
from .rules import Rules
from .stopping import StopTracker
from .target import Target
from .template import ChatTemplate
from .template_error import TemplateError
from .tokenizer import Tokenizer

__all__ = [
    "ChatTemplate",
    "Part",
    "PatternError",
    "Rules",
    "SearchTime",
    "StopPattern",
    "StopTracker",
    "Target",
    "TemplateError",
    "TokenPrompt",
    "Tokenizer",
]
