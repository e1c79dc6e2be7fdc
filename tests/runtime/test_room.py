"""Room in a server's cache: rows wait for it, nobody starves, and what a row asked is there at its next call."""

import asyncio
import random
from collections import OrderedDict
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sglc.compiler.driver.compilation import compile_file
from sglc.ir.target import Target
from sglc.runtime.backend import CacheSize, GenReply, GenRequest
from sglc.runtime.backends.cache_size import cache_size_of
from sglc.runtime.backends.mock import MockBackend
from sglc.runtime.batch.rows import Row
from sglc.runtime.batch.run import Window, run_rows
from sglc.runtime.executor.executor import Executor
from sglc.runtime.executor.room import Guest, Room
from sglc.runtime.transport.server import Server

BLOCK = 4
PROGRAM = """
program ask(document: str) -> str:
    "{document}\\n"
    fork i in range(3):
        "Note {i}:"
        note = gen(max_tokens=8)
    for each in note:
        "{each};"
    "All:"
    end = gen(max_tokens=8)
    return end
"""
Rows = list[list[tuple[int, ...]]]


@settings(deadline=None, max_examples=60)
@given(
    st.integers(1, 12),
    st.lists(
        st.lists(st.lists(st.integers(0, 2), max_size=30).map(tuple), min_size=1, max_size=4),
        max_size=12,
    ),
)
def test_first_prompts_under_way_fit_or_stand_alone_and_nothing_starves(
    blocks: int, rows: Rows
) -> None:
    room = Room(CacheSize(blocks * BLOCK, BLOCK))
    under_way: dict[int, set[tuple[int, ...]]] = {}
    ended: list[int] = []

    async def one(number: int, prompts: list[tuple[int, ...]]) -> None:
        guest = Guest()
        with room.open(guest):
            for at, ids in enumerate(prompts):
                await room.come(guest, ids, 0)
                if at == 0:
                    under_way[number] = {ids[: end + BLOCK] for end in range(0, len(ids), BLOCK)}
                    fits = (
                        len(set().union(*under_way.values())) <= int(blocks * BLOCK * 0.9) // BLOCK
                    )
                    assert fits or len(under_way) == 1
                await asyncio.sleep(0)
            del under_way[number]
        ended.append(number)

    async def all_of_them() -> None:
        await asyncio.gather(*(one(number, prompts) for number, prompts in enumerate(rows)))

    asyncio.run(all_of_them())
    assert sorted(ended) == list(range(len(rows)))


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1))
def test_rows_that_are_cancelled_give_their_room_back(seed: int) -> None:
    rng = random.Random(seed)
    room = Room(CacheSize(8 * BLOCK, BLOCK))

    async def one(number: int) -> None:
        guest = Guest()
        with room.open(guest):
            for _ in range(3):
                await room.come(guest, [number] * 12, 4)
                await asyncio.sleep(0)

    async def all_of_them() -> None:
        tasks = [asyncio.ensure_future(one(number)) for number in range(8)]
        while not all(task.done() for task in tasks):
            if rng.random() < 0.3:
                rng.choice(tasks).cancel()
            await asyncio.sleep(0)
        await asyncio.wait_for(one(9), timeout=5)

    asyncio.run(all_of_them())


def test_a_call_of_a_row_that_is_in_never_waits() -> None:
    async def run() -> None:
        room, first, second = Room(CacheSize(4 * BLOCK, BLOCK)), Guest(), Guest()
        with room.open(first), room.open(second):
            await room.come(first, [1] * 12, 0)
            waiting = asyncio.ensure_future(room.come(second, [2] * 12, 0))
            await asyncio.wait_for(room.come(first, [1] * 100, 0), timeout=1)
            assert not waiting.done()
            waiting.cancel()

    asyncio.run(run())


class SmallCache:
    """The mock with a cache of few blocks, the least recently used lost first; counts what it computes."""

    name = "mock"

    def __init__(self, target: Target, blocks: int, tells: bool) -> None:
        self._mock, self._blocks = MockBackend(target), blocks
        size = CacheSize(blocks * BLOCK, BLOCK) if tells else None
        self.capabilities = replace(self._mock.capabilities, prefill=False, cache=size)
        self.clock = self._mock.clock
        self._kept: OrderedDict[tuple[int, ...], None] = OrderedDict()
        self.computed = 0

    async def generate(self, request: GenRequest) -> GenReply:
        self._use(request.ids)
        reply = await self._mock.generate(request)
        self._use((*request.ids, *reply.completions[0].ids), counts=False)
        return reply

    def _use(self, ids: tuple[int, ...], counts: bool = True) -> None:
        parts = [ids[: at + BLOCK] for at in range(0, len(ids), BLOCK)]
        found = next((n for n, part in enumerate(parts) if part not in self._kept), len(parts))
        self.computed += (len(parts) - found) * counts
        for part in parts:
            self._kept.pop(part, None)
            self._kept[part] = None
        while len(self._kept) > self._blocks:
            self._kept.popitem(last=False)

    async def close(self) -> None:
        await self._mock.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._mock, name)


def blocks_computed(tmp_path: Any, blocks: int, tells: bool) -> int:
    """What a cache of some blocks computes for six documents, each asked about five times."""
    path = tmp_path / "ask.sgl"
    path.write_text(PROGRAM)
    build = compile_file(path, model="estimate")
    target = build.choice.target
    backend: Any = SmallCache(target, blocks, tells)
    words = " ".join(f"word{i}" for i in range(60))
    rows = [Row(i, i + 1, {"document": f"Document {i}. {words}"}) for i in range(6)]

    async def run() -> None:
        with Executor(build.plan, backend=backend, target=target) as executor:
            await run_rows(executor, build.plan.entry, [Window(rows)])

    asyncio.run(run())
    return backend.computed


def test_with_room_a_small_cache_computes_what_an_endless_one_does(tmp_path: Any) -> None:
    endless = blocks_computed(tmp_path, 100_000, tells=False)
    small = endless // 3
    assert blocks_computed(tmp_path, small, tells=True) == endless
    assert blocks_computed(tmp_path, small, tells=False) > 1.5 * endless


# --- how large it is ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ('vllm:cache_config_info{block_size="16",engine="0",num_gpu_blocks="100"} 1.0', CacheSize(1600, 16)),
        ('vllm:cache_config_info{num_gpu_blocks="8",block_size="32"} 1\n'
         'vllm:cache_config_info{num_gpu_blocks="4",block_size="32"} 1', CacheSize(128, 32)),
        ('vllm:cache_config_info{block_size="16",num_gpu_blocks="None"} 1.0', None),
        ('vllm:cache_config_info{block_size="16",num_gpu_blocks="0"} 1.0', None),
        ("# nothing of the kind", None),
    ],
)  # fmt: skip
def test_the_size_is_read_from_metrics(
    text: str, size: CacheSize | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Server, "get_text_now", lambda *_: text)
    assert cache_size_of(Server("http://127.0.0.1:9/v1")) == size


def test_a_server_that_is_away_says_nothing() -> None:
    assert cache_size_of(Server("http://127.0.0.1:9/v1")) is None
