"""The names that programs import from `sglang.lang.ir`: the patterns of typed gens."""

from __future__ import annotations

from .python.surface import REGEX_OF_TYPE

REGEX_INT = REGEX_OF_TYPE["int"]
REGEX_FLOAT = REGEX_OF_TYPE["float"]
REGEX_BOOL = REGEX_OF_TYPE["bool"]
REGEX_STR = REGEX_OF_TYPE["str"]
