"""The pytest plugin: the fixture `assert_prefix_stable`, for tests of what builds requests.

Switched on by `pytest_plugins = ["sglc.compiler.lint.pytest_plugin"]` in a `conftest.py`, or by `-p`: a plugin that
loaded itself would import sglc before a checkout's own paths are known.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.fixture
def assert_prefix_stable() -> Callable[..., None]:
    """Assert that a request builder keeps its prefix, in the scenarios that break it in practice."""
    from .stability import assert_prefix_stable as check

    return check
