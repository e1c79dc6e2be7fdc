"""The names that benchmark scripts import from `sglang.test.test_utils`: their options, and the backend they name."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import Any

from ..ir.diagnostic import CompileFailed, Diagnostic

_PORT = 30000


def add_common_sglang_args_and_parse(parser: ArgumentParser) -> Namespace:
    """The options that benchmark scripts share, parsed."""
    parser.add_argument("--parallel", type=int, default=64)
    parser.add_argument("--host", default="http://127.0.0.1")
    parser.add_argument("--port", type=int, default=_PORT)
    parser.add_argument(
        "--backend", default="srt", help="srt, engine, mock, or the name of a model"
    )
    parser.add_argument("--device", default="auto")
    parser.add_argument("--result-file", default="result.jsonl")
    parser.add_argument("--raw-result-file", default=None)
    return parser.parse_args()


def select_sglang_backend(args: Namespace) -> Any:
    """The backend that the options name: a server (`srt`), the engine, the mock, or a model of OpenAI's API."""
    from ..compiler.api.endpoints import Engine, Mock
    from ..compiler.api.servers import OpenAI, RuntimeEndpoint

    if args.backend.startswith("srt"):
        return RuntimeEndpoint(f"{args.host}:{args.port}")
    if args.backend in ("engine", "mock"):
        return Engine() if args.backend == "engine" else Mock()
    return OpenAI(args.backend)


def __getattr__(name: str) -> Any:
    """Names of SGLang's that are about its own server. Raises CompileFailed (SGL0590)."""
    if name.startswith("__"):
        raise AttributeError(name)
    help = "`sglc.Engine()` runs a model in this process, and `sglc test` runs tests of programs"
    headline = f"`test.test_utils.{name}` is about SGLang's own server"
    raise CompileFailed([Diagnostic("SGL0590", headline, helps=(help,))])
