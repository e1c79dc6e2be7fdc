"""What the machine gives now: products per second, and bytes per second that are read.

A virtual machine's cores may lie on one die or on two, from second to second: on one they share its way to memory, and
both together read hardly more than one of them. So memory's rate belongs to a moment, and is looked at often; that of
products doesn't change. Reading is what a step does with weights: a sum over large pages reads as fast as anything that
was tried (a loop of loads, with and without fetching ahead, products of one row), and copies, of which half is written,
are another matter.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from functools import partial

import torch

from sglc.runtime.engine.native.room import Room
from sglc.runtime.engine.process import in_a_passing_thread

from .floors import Machine

SIDE = 2048  # of the matrices
READ = 1 << 27  # numbers of two bytes: far more than the caches hold

Clock = Callable[[], float]


class Probe:
    """Looks at a rate for some seconds, over buffers that it keeps; leaves no OpenMP team behind to slow an engine."""

    def __init__(self, threads: int | None = None, clock: Clock = time.perf_counter) -> None:
        self._threads, self._clock = threads or torch.get_num_threads(), clock
        self._factors = [torch.randn(SIDE, SIDE).bfloat16() for _ in range(3)]
        self._source = Room().take(READ).zero_().view(torch.float32)

    def products(self, seconds: float) -> float:
        """Operations per second at best: what others took of the cores is no limit of the machine."""
        a, b, out = self._factors
        return 2 * SIDE**3 / min(self._times(partial(torch.mm, a, b, out=out), seconds))

    def memory(self, seconds: float) -> float:
        """Bytes per second that are read, by the median: what memory gives for longer than a moment."""
        return self._source.nbytes / statistics.median(self._times(self._source.sum, seconds))

    def machine(self, seconds: float) -> Machine:
        """Both rates at their best."""
        read = self._source.nbytes / min(self._times(self._source.sum, seconds))
        return Machine(self.products(seconds), read)

    def _times(self, work: Callable[[], object], seconds: float) -> list[float]:
        return in_a_passing_thread(partial(self._repeat, work, seconds))

    def _repeat(self, work: Callable[[], object], seconds: float) -> list[float]:
        """The times of as many repetitions as begin within `seconds`, after one that is not counted."""
        torch.set_num_threads(self._threads)
        found = list[float]()
        with torch.inference_mode():
            work()
            end = time.perf_counter() + seconds
            while not found or time.perf_counter() < end:
                begun = self._clock()
                work()
                found.append(self._clock() - begun)
        return found


def measure(seconds: float = 1.0) -> Machine:
    """Take both rates now, with torch's threads as they are set."""
    return Probe().machine(seconds)


def measure_one_thread(seconds: float = 1.0) -> Machine:
    """The rates of one thread by its processor time: what others take of the machine counts little."""
    return Probe(1, time.thread_time).machine(seconds)


def main() -> None:
    """Print the machine's rates."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rates", description=main.__doc__)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    print(Probe(parser.parse_args().threads).machine(1.0))


if __name__ == "__main__":
    main()
