"""How much the cache of a server holds, as vLLM's metrics say it."""

from __future__ import annotations

import re

from ..backend import BackendError, CacheSize
from ..transport.server import Server

_CONFIG = re.compile(r"^vllm:cache_config_info\{([^}]*)\}", re.MULTILINE)
_NUMBER = r'\b{}="(\d+)"'


def cache_size_of(server: Server) -> CacheSize | None:
    """The size of the smallest cache behind a server; None where it does not say."""
    try:
        metrics = server.at_origin().get_text_now("/metrics")
    except BackendError:
        return None
    found = [_size(config) for config in _CONFIG.findall(metrics)]
    return min(filter(None, found), key=lambda size: size.tokens, default=None)


def _size(config: str) -> CacheSize | None:
    block = re.search(_NUMBER.format("block_size"), config)
    count = re.search(_NUMBER.format("num_gpu_blocks"), config)
    if block is None or count is None or not int(block[1]) * int(count[1]):
        return None
    return CacheSize(int(block[1]) * int(count[1]), int(block[1]))
