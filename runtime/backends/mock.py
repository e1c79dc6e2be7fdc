"""The mock backend: the hash model behind the protocol, with exact accounts and a virtual clock.

Its answers are those of `ir/interpret.py`; its cached, prefilled, replayed and decoded counts are what an
engine with enough memory must reach. Nothing sleeps. `cache=False` and `waits=False` are the negative twins:
an engine without a prefix cache, and one in which siblings do not wait for each other's prefix.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from ...ir.target import Target
from .base import (
    BackendError,
    Capabilities,
    Completion,
    GenReply,
    GenRequest,
    PrefillRequest,
    SelectReply,
    SelectRequest,
    Usage,
)
from .mock_cache import Fed, MockCache
from .virtual_clock import VirtualClock

PREFILL_S = 0.0001
"""Virtual seconds for one prefilled token."""
DECODE_S = 0.01
"""Virtual seconds for one decode step."""
