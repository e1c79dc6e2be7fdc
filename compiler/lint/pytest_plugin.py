"""The pytest plugin: the fixture `assert_prefix_stable`, for tests of what builds requests."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.fixture
def assert_prefix_stable() -> Callable[..., None]:
    """Assert that a request builder keeps its prefix, in the scenarios that break it in practice."""
    from .stability import assert_prefix_stable as check

    return check
