"""The kernels' team of threads: the same sums for any number of them and from any thread, and no work when idle."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import torch

from sglc.runtime.engine.native.kernels import Kernels, load_kernels
from sglc.runtime.engine.native.products import NativeLinear, Packer
from sglc.runtime.engine.process import leave_torch_one_thread


@pytest.fixture
def kernels() -> Iterator[Kernels]:
    found = load_kernels()
    if found is None:
        flags = Path("/proc/cpuinfo").read_text().split()
        assert not (shutil.which("cc") and "avx512_bf16" in flags), "they could be built"
        pytest.skip("no C compiler, or a processor without bfloat16 dot products")
    yield found
    found.use_threads(torch.get_num_threads())


def layer(kernels: Kernels) -> NativeLinear:
    torch.manual_seed(1)
    return NativeLinear(kernels, Packer(kernels).join(torch.randn(2048, 576).bfloat16()))


@pytest.mark.parametrize("rows", [1, 13, 300])
def test_sums_are_the_same_for_any_number_of_threads(kernels: Kernels, rows: int) -> None:
    linear, x = layer(kernels), torch.randn(rows, 576).bfloat16()
    found: list[torch.Tensor] = []
    for threads in (1, 2, 5, 1, 3):
        kernels.use_threads(threads)
        found += [linear(x) for _ in range(50)]
    assert all(torch.equal(each, found[0]) for each in found)


def test_threads_that_call_at_once_each_get_their_own(kernels: Kernels) -> None:
    """While the team serves one, the others do their chunks alone."""
    kernels.use_threads(3)
    inputs = [torch.randn(n + 1, 576).bfloat16() for n in range(6)]
    layers = [layer(kernels) for _ in inputs]  # a call's arguments are its layer's
    expected = [layers[0](x) for x in inputs]

    def ask(n: int) -> bool:
        return all(torch.equal(layers[n](inputs[n]), expected[n]) for _ in range(300))

    with ThreadPoolExecutor(len(inputs)) as executor:
        assert all(executor.map(ask, range(len(inputs))))


def test_a_fork_does_the_work_itself(kernels: Kernels) -> None:
    """The team's threads stay behind; nobody waits for them."""
    kernels.use_threads(4)
    linear, x = layer(kernels), torch.randn(300, 576).bfloat16()
    expected = raw(linear(x))
    child = os.fork()
    if child == 0:
        os._exit(0 if raw(linear(x)) == expected else 1)
    deadline = time.monotonic() + 60
    while (ended := os.waitpid(child, os.WNOHANG))[0] == 0:
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.01)
    assert os.waitstatus_to_exitcode(ended[1]) == 0


def raw(x: torch.Tensor) -> bytes:
    """Without torch's threads, which a fork doesn't have either."""
    return x.view(torch.int16).numpy().tobytes()


def test_who_has_nothing_to_do_sleeps(kernels: Kernels) -> None:
    kernels.use_threads(4)
    layer(kernels)(torch.randn(300, 576).bfloat16())
    time.sleep(0.05)
    before = time.process_time()
    time.sleep(0.5)
    assert time.process_time() - before < 0.05


def test_torch_keeps_its_threads_in_other_threads() -> None:
    def mine_and_after() -> tuple[int, int]:
        before = torch.get_num_threads()
        leave_torch_one_thread()
        return before, torch.get_num_threads()

    usual = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with ThreadPoolExecutor(1) as executor:
            mine = executor.submit(mine_and_after).result()
        with ThreadPoolExecutor(1) as executor:
            other = executor.submit(torch.get_num_threads).result()
    finally:
        torch.set_num_threads(usual)
    assert (*mine, other) == (2, 1, 2)
