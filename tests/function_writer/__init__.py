"""Random functions over a prompt state, with every construct of Python that a program may have.

Each is a module: globals, a class, functions, a generator, and `main(s, ...)`. The names that are in reach are
tracked by kind, so that most functions run to their end; some read names that are not bound on every path.
"""

from .module import ARGUMENTS, CHANGES
from .writer import Writer

__all__ = ["ARGUMENTS", "CHANGES", "Writer"]
