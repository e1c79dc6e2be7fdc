"""The names that benchmark scripts import from `sglang.test`."""

from . import test_utils

__all__ = ["test_utils"]
