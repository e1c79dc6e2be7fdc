"""llama.cpp's server, run by the interpreter of an environment that has `xllamacpp`; nothing of ours is imported."""

import argparse
import signal
import threading

import xllamacpp  # pyright: ignore[reportMissingImports]


def main() -> None:
    """Serve a GGUF file on loopback until a signal comes."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("gguf")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--context", type=int, required=True, help="tokens of all requests")
    parser.add_argument("--requests", type=int, required=True, help="how many at once")
    found = parser.parse_args()
    options = xllamacpp.CommonParams()
    options.model.path, options.port = found.gguf, found.port
    options.n_ctx, options.n_parallel = found.context, found.requests
    options.kv_unified = True  # one cache for all requests, not an equal part for each
    options.cpuparams.n_threads = options.cpuparams_batch.n_threads = found.threads
    server = xllamacpp.Server(options)
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    ended.wait()
    del server


if __name__ == "__main__":
    main()
