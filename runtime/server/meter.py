"""What a server counts, as Prometheus reads it: requests, tokens by origin, times, and the engine's own account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily

from ..backend import Backend, Usage
from .gate import Gate

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)


class Meter:
    """The counters of one server, in a registry of their own."""

    def __init__(self, backend: Backend, gate: Gate) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "sglc_requests",
            "Requests that were answered.",
            ("endpoint", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "sglc_request_seconds", "From a request to the end of its answer.", ("endpoint",), buckets=_SECONDS,
            registry=self._registry,
        )  # fmt: skip
        self._calls = Counter(
            "sglc_model_calls", "Calls of the model.", ("kind",), registry=self._registry
        )
        self._tokens = Counter(
            "sglc_tokens", "Tokens by what became of them.", ("kind",), registry=self._registry
        )
        self._first = Histogram(
            "sglc_time_to_first_token_seconds", "From a call of the model to its first token.", buckets=_SECONDS,
            registry=self._registry,
        )  # fmt: skip
        waiting = Gauge(
            "sglc_waiting_requests", "Requests that wait for room.", registry=self._registry
        )
        waiting.set_function(lambda: gate.waiting)
        inside = Gauge(
            "sglc_running_requests", "Requests that are worked on.", registry=self._registry
        )
        inside.set_function(lambda: gate.inside)
        if hasattr(backend, "metrics"):
            self._registry.register(_EngineCollector(backend))

    def request(self, endpoint: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        self._requests.labels(endpoint, str(status)).inc()
        self._seconds.labels(endpoint).observe(seconds)

    def call(self, kind: str, usage: Usage, completion: int = 0) -> None:
        """Count a call of the model."""
        self._calls.labels(kind).inc()
        cached = min(usage.cached, usage.prompt)
        for what, count in (
            ("prompt", usage.prompt),
            ("cached", cached),
            ("completion", completion),
        ):
            self._tokens.labels(what).inc(count)
        if completion:
            self._first.observe(usage.ttft_s)

    def text(self) -> bytes:
        """All of it, in Prometheus' text form."""
        return generate_latest(self._registry)


class _EngineCollector:
    """The engine's metrics as gauges, read when they are asked for."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One gauge per number."""
        for name, value in self._backend.metrics().as_dict().items():
            if isinstance(value, int | float):
                yield GaugeMetricFamily(
                    f"sglc_engine_{name}", f"The engine's `{name}`.", value=value
                )
            elif name in ("tokens", "times_s"):
                family = GaugeMetricFamily(
                    f"sglc_engine_{name}", f"The engine's `{name}`.", labels=["kind"]
                )
                for kind, number in value.items():
                    family.add_metric([kind], number)
                yield family
