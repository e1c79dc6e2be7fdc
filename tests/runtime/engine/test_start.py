"""What an engine does before its first request: its pool's size, its device, its compilers, its kernels and graphs."""

import threading
import weakref
from collections.abc import Callable
from typing import Any

import pytest
import torch

from sglc.runtime.backend import BackendError, SelectRequest
from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.engine import capacity, device, options, penalties, runner, toolchain, warm_up
from sglc.runtime.engine.capacity import beside_weights, tokens_that_fit
from sglc.runtime.engine.cuda_graphs import SIZES, sizes_up_to
from sglc.runtime.engine.model import ModelUnsupported
from sglc.runtime.engine.options import EngineOptions
from sglc.runtime.engine.pool import Shape
from sglc.runtime.engine.toolchain import missing_tools
from sglc.runtime.engine.warm_up import rehearsals

from .asking import ask, gen, ids_of, prompt, select

Make = Callable[..., EngineBackend]
EIGHT_B = Shape(32, 32, 8, 128, hidden=4096, vocab=128_256, max_context=131_072)
CPU = torch.device("cpu")
MIB = 1 << 20


def test_an_8b_model_leaves_a_large_card_room_for_420_000_tokens() -> None:
    total, loaded = 81_559 * MIB, 16_060 * 10**6 + 500 * MIB  # weights, and what CUDA takes
    room = beside_weights(total - loaded, total, capacity.CARD_SHARE)
    tokens = room // EIGHT_B.bytes_per_token(torch.bfloat16)
    assert 410_000 < tokens < 430_000
    assert room + loaded == pytest.approx(0.88 * total)


def test_the_pools_size_is_capped_only_where_the_user_set_nothing() -> None:
    small = Shape(1, 1, 1, 8, hidden=8, vocab=10, max_context=10)
    usual = tokens_that_fit(small, torch.float32, CPU, None)
    assert usual == capacity.MOST_HOST_TOKENS
    half, quarter = (tokens_that_fit(small, torch.float32, CPU, share) for share in (0.5, 0.25))
    assert half > usual
    assert half == pytest.approx(2 * quarter, rel=1e-6)


def test_a_model_that_leaves_no_room_is_refused_with_the_number() -> None:
    huge = Shape(10**6, 64, 64, 512, hidden=8, vocab=10, max_context=10)
    with pytest.raises(ModelUnsupported, match=r"tokens of this model fit into 30%"):
        tokens_that_fit(huge, torch.float32, CPU, None)


def test_every_thread_that_launches_chooses_the_device(
    make_backend: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen: list[str] = []
    told = lambda _: chosen.append(threading.current_thread().name.split("_")[0])  # noqa: E731
    for module in ("sglc.runtime.engine.engine.use", "sglc.runtime.engine.options.use"):
        monkeypatch.setattr(module, told)
    ask(make_backend(), gen(prompt(1, 5), 2))
    assert chosen == ["sglc-load", "sglc-engine"]
    monkeypatch.setattr(torch.cuda, "set_device", lambda d: chosen.append(str(d)))
    device.use(torch.device("cuda:1"))
    device.use(CPU)
    assert chosen[2:] == ["cuda:1"]


@pytest.mark.parametrize("room", [4, 40, 60, 100, 500, 801, 5000])
def test_rehearsals_hold_every_kind_of_step_and_fit(room: int) -> None:
    """Where there is room for so little that nothing is worth sharing, no step shares anything."""
    found = rehearsals(room)
    for batch in found:
        assert batch.slots.max() <= room
        assert len(set(batch.slots)) == batch.tokens
    kinds = {
        (
            batch.tokens == len(batch.segments),  # a decode step
            bool(batch.grouped(512).levels),  # with shared stretches
        )
        for batch in found
    }
    apart = {(True, False), (False, False)}
    assert kinds == (apart if room < 50 else apart | {(True, True), (False, True)})


def test_a_cards_memory_is_measured_once_nothing_is_kept_for_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    monkeypatch.setattr(device.gc, "collect", lambda: told.append("collect"))
    monkeypatch.setattr(torch.cuda, "synchronize", lambda _: told.append("wait"))
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: told.append("empty"))
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda _: (told.append("measure"), 80)[1:] * 2)
    assert device.free_and_total_memory(torch.device("cuda:1")) == (80, 80)
    assert told == ["collect", "wait", "empty", "measure"]


def test_only_a_card_is_warmed_up_and_overlaps_unless_told_otherwise() -> None:
    card = torch.device("cuda:1")
    plain = EngineOptions()
    assert (options.warms_up(plain, card), options.warms_up(plain, CPU)) == (True, False)
    assert not options.warms_up(EngineOptions(disable_warm_up=True), card)
    assert (options.overlaps(plain, card), options.overlaps(plain, CPU)) == (True, False)
    assert not options.overlaps(EngineOptions(disable_overlap_schedule=True), card)
    assert not options.overlaps(EngineOptions(speculative_tokens=2), card)


def test_a_start_compiles_and_leaves_nothing_behind(make_backend: Make) -> None:
    backend = make_backend()
    wanted = ids_of(ask(make_backend(), gen(prompt(1, 30), 8)))
    warm_up.warm_up(backend.engine.parts)
    assert ids_of(ask(backend, gen(prompt(1, 30), 8))) == wanted
    assert backend.metrics().slots_held == backend.metrics().slots_cached


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without any tool."""
    for name in ("CC", "CXX", "CUDA_HOME", "CUDA_PATH", "FLASHINFER_NVCC"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(toolchain.shutil, "which", lambda _: None)
    monkeypatch.setattr(toolchain.sysconfig, "get_path", lambda _: "/nowhere")


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    ("attention", "words"),
    [
        ("torch", []),
        ("triton", ["gcc", "python3-dev"]),
        ("flashinfer", ["gcc", "python3-dev", "CUDA_HOME", "ninja", "CXX"]),
    ],
)
def test_tools_that_are_missing_are_named(attention: str, words: list[str]) -> None:
    missing = missing_tools(attention)
    assert len(missing) == len(words)
    assert all(word in text for word, text in zip(words, missing, strict=True))


@pytest.mark.usefixtures("bare")
def test_a_start_that_can_not_compile_says_what_is_missing(
    make_backend: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = make_backend().engine.parts
    monkeypatch.setattr(parts.attention, "plan", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):  # nothing is missing for plain torch
        warm_up.warm_up(parts)
    monkeypatch.setattr(parts.attention, "name", "triton", raising=False)
    with pytest.raises(ValueError, match=r"`triton` could not compile .*gcc.*, and Python's"):
        warm_up.warm_up(parts)


def test_a_tool_that_the_user_names_is_the_one_that_is_looked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    assert any("`CC`" in text for text in missing_tools("triton"))
    monkeypatch.setenv("CC", "sh")
    assert not any("`CC`" in text for text in missing_tools("triton"))


@pytest.mark.parametrize(("most", "last"), [(1, 1), (5, 8), (17, 24), (256, 256), (1000, 256)])
def test_graphs_are_captured_for_steps_that_can_come(most: int, last: int) -> None:
    assert sizes_up_to(most) == SIZES[: SIZES.index(last) + 1]


def test_a_device_without_memory_is_named_with_a_way_out(
    make_backend: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 60.00 GiB")

    monkeypatch.setattr("sglc.runtime.engine.options.Pool", full)
    with pytest.raises(ValueError, match=r"no memory .* lower `mem_fraction_static`"):
        make_backend()
    monkeypatch.setattr("sglc.runtime.engine.options.Pool", broken)
    with pytest.raises(RuntimeError, match="illegal memory access"):
        make_backend()


def test_who_waits_takes_no_memory_of_the_device(
    make_backend: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row's counts for penalties have the size of the vocabulary: they are made when its first token is due."""
    backend = make_backend(max_running_requests=2)
    most, counted = 0, weakref.WeakSet[Any]()
    counts_of = penalties.counts_of

    def noted(*arguments: Any) -> Any:
        nonlocal most
        made = counts_of(*arguments)
        counted.add(made)
        most = max(most, len(counted))
        return made

    monkeypatch.setattr(penalties, "counts_of", noted)
    ask(backend, *(gen(prompt(i, 9), 4, frequency_penalty=0.5) for i in range(12)))
    assert 0 < most <= 4


def test_a_lost_device_ends_every_request_with_a_clear_error(
    make_backend: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = make_backend()
    monkeypatch.setattr(backend.engine.parts.model, "forward", broken)
    monkeypatch.setattr(device, "is_lost", lambda _: True)
    for _ in range(2):  # those in the step, and whoever comes later
        with pytest.raises(BackendError, match=r"the device is lost .*illegal memory") as caught:
            ask(backend, gen(prompt(1, 10), 9))
        assert caught.value.code == "3106"
        assert "start the program again" in caught.value.help


def test_scores_do_not_depend_on_how_many_rows_are_held_at_once(
    make_backend: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    choices = tuple(prompt(i, 5) for i in range(9))
    request = SelectRequest(prompt(3, 20), (*choices, choices[2][:3]))
    wanted = select(make_backend(), request)[0].logprobs
    for rows in (1, 7, 30):
        monkeypatch.setattr(runner, "SCORED", rows)
        found = select(make_backend(), request)[0].logprobs
        for a, b in zip(found, wanted, strict=True):
            assert a == pytest.approx(b, abs=1e-5)


def broken(*_: Any) -> None:
    raise RuntimeError("CUDA error: an illegal memory access was encountered")


def test_a_device_is_lost_when_nothing_can_be_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not device.is_lost(CPU)
    monkeypatch.setattr(torch.cuda, "synchronize", lambda _: None)
    assert not device.is_lost(torch.device("cuda"))
    monkeypatch.setattr(torch.cuda, "synchronize", broken)
    assert device.is_lost(torch.device("cuda"))
