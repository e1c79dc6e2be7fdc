"""The sizes past which a source file is refused, each with a code of its own.

Whoever reads or nests asks here; the limits keep hostile input from costing more than a message.
"""

from __future__ import annotations

MAX_FILE_CHARS = 4_000_000
"""Characters of one `.sgl` file (SGL0020)."""

MAX_NESTING = 80
"""Blocks within blocks, brackets within brackets, operators within operators (SGL0021)."""

MAX_TEXT_CHARS = 1_000_000
"""Characters of one literal, or of a file that `text` reads (SGL0022)."""

MAX_IMPORT_DEPTH = 16
"""Imports of imports (SGL0023)."""

MAX_SYNTAX_ERRORS = 100
"""Syntax errors of one file, after which the rest is not reported."""
