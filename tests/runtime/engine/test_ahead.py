"""Memory for weights is taken before torch is imported, where they will lie in it; nobody's are written over."""

import gc
import itertools
import json
import mmap
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_models import save_tiny, save_tokenizer

from sglc.runtime.backends.engine import EngineBackend
from sglc.runtime.engine import foresight
from sglc.runtime.engine.foresight import weights_ahead, weights_size
from sglc.runtime.engine.native import ahead as module
from sglc.runtime.engine.native.ahead import Ahead
from sglc.runtime.engine.native.build import library
from sglc.runtime.engine.native.room import Room
from sglc.runtime.engine.pool import Pool, Shape

from .asking import ask, gen, ids_of, prompt

MIB = 1 << 20
WITH_KERNELS = pytest.mark.skipif(
    library() is None, reason="no C compiler, or a processor without bfloat16 dot products"
)


@pytest.mark.parametrize("seed", range(8))
def test_what_is_taken_keeps_what_its_owner_wrote(seed: int) -> None:
    """Whatever the thread is writing to meanwhile, and wherever what was taken ahead ends."""
    rng, size = random.Random(seed), random.Random(seed).randrange(MIB, 200 * MIB)
    room, taken = Room(ahead := Ahead(size)), list[torch.Tensor]()
    while sum(x.nbytes for x in taken) < size + 5 * MIB:
        rows = rng.choice((1, 64, 5_000, 100_000))
        taken.append(room.take(rows, rng.randrange(1, 70)).fill_(len(taken) % 200))
    ahead.close()
    assert all((x == n % 200).all() for n, x in enumerate(taken))
    places = sorted((x.data_ptr(), x.nbytes) for x in taken)
    assert all(a + n <= b for (a, n), (b, _) in itertools.pairwise(places))


def test_what_nobody_took_is_given_back() -> None:
    before = _resident()
    ahead = Ahead(300 * MIB)
    kept = Room(ahead).take(10, MIB).fill_(1)  # 20 MiB
    ahead._thread.join()
    assert _resident() - before > 290 * MIB
    ahead.close()
    assert _resident() - before < 40 * MIB
    assert ahead.take(64) is None
    assert (kept == 1).all()


def test_nothing_more_is_written_once_it_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "STEP", 64 << 10)
    before = _resident()
    ahead = Ahead(2000 * MIB)
    ahead.close()
    assert not ahead._thread.is_alive()
    assert _resident() - before < 100 * MIB


@WITH_KERNELS
@pytest.mark.parametrize(
    "options",
    [
        {"dtype": "float32"},
        {"device": "cuda"},
        {"disable_native_kernels": True},
        {"attention_backend": "torch"},
        {"model_impl": "transformers"},
    ],
    ids=str,
)
def test_memory_is_taken_where_the_kernels_serve(tmp_path: Path, options: dict[str, Any]) -> None:
    folder = _saved(tmp_path)
    file = (folder / "model.safetensors").stat().st_size  # in float32
    assert weights_size(folder, {"kv_cache_tokens": 9, "dtype": "bfloat16"}) == file // 2
    assert weights_size(folder, options) == 0


@WITH_KERNELS
def test_the_configuration_says_how_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = _saved(tmp_path)
    file, config = folder / "config.json", json.loads((folder / "config.json").read_text())
    size = (folder / "model.safetensors").stat().st_size
    assert config["dtype"] == "float32"
    assert weights_size(folder, {}) == size // 2  # they become bfloat16
    config["dtype"] = "bfloat16"
    file.write_text(json.dumps(config))
    assert weights_size(folder, {}) == size
    file.write_text(json.dumps({**config, "model_type": "gpt2"}))
    assert weights_size(folder, {}) == 0
    file.write_text("{")
    assert weights_size(folder, {}) == weights_size(tmp_path / "none", {}) == 0
    file.write_text(json.dumps(config))
    monkeypatch.setattr(foresight, "CARD", tmp_path)  # a machine with a CUDA device
    assert weights_size(folder, {}) == 0
    assert weights_size(folder, {"device": "cpu"}) == size


@WITH_KERNELS
def test_texts_are_the_same_with_and_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, found = _saved(tmp_path), list[Any]()
    for least in (0, foresight.LEAST):
        monkeypatch.setattr(foresight, "LEAST", least)
        with weights_ahead(folder, {}) as ahead:
            assert (ahead is not None) == (least == 0)
        backend = EngineBackend(folder, dtype="bfloat16", kv_cache_tokens=500)
        found.append(ids_of(ask(backend, gen(prompt(1, 30), 20))))
    assert found[0] == found[1]


def test_guessing_imports_no_torch() -> None:
    code = "import sys, sglc.runtime.backends.engine; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def _saved(folder: Path) -> Path:
    sizes = {"hidden_size": 64, "num_attention_heads": 4, "head_dim": 16, "intermediate_size": 96}
    return save_tokenizer(save_tiny(folder, "llama", **sizes))


def _resident() -> int:
    """Bytes of this process that lie in memory."""
    gc.collect()
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) << 10 for line in lines if line.startswith("VmRSS"))


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="Linux says how memory is mapped")
def test_keys_and_values_lie_in_large_pages_and_take_memory_where_they_are_written() -> None:
    shape = Shape(layers=2, heads=2, kv_heads=2, head_dim=64, hidden=128, vocab=8, max_context=8)
    before = _pages_in_memory()
    pool = Pool(shape, 1 << 20, torch.bfloat16, torch.device("cpu"))
    pool.keys[1, 5] = 3.0
    assert "hg" in _flags(pool.keys.data_ptr())
    assert "hg" in _flags(pool.values.data_ptr())
    assert mmap.PAGESIZE * (_pages_in_memory() - before) < pool.keys.nbytes / 4
    assert (pool.keys[1, 5] == 3).all()


def _pages_in_memory() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1])


def _flags(address: int) -> list[str]:
    """The flags of the map that an address is in."""
    is_here = False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        name, *rest = line.split()
        if not name.endswith(":"):
            begin, end = (int(x, 16) for x in name.split("-"))
            is_here = begin <= address < end
        elif is_here and name == "VmFlags:":
            return rest
    raise AssertionError("no such address")
