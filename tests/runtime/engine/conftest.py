"""Engines over tiny models, and a way to ask them."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tiny_models import tiny

from sglc.runtime.backends.engine import EngineBackend

__all__ = ["tiny"]


@pytest.fixture
def make_backend(tiny: Path) -> Iterator[Callable[..., EngineBackend]]:
    """Make engines in float32 that are closed at the end of the test."""
    made: list[EngineBackend] = []

    def make(**options: Any) -> EngineBackend:
        defaults = {"model_path": tiny, "dtype": "float32", "kv_cache_tokens": 4000}
        made.append(EngineBackend(**{**defaults, **options}))
        return made[-1]

    yield make
    for backend in made:
        asyncio.run(backend.close())
