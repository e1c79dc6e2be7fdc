"""vLLM's load generator, `vllm bench serve`, against the server whose address is the first argument."""

import json
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path
from typing import Any

ENDPOINTS = {"openai": "/v1/completions", "openai-chat": "/v1/chat/completions"}
PROMPTS, OUTPUT = 12, 8


def bench(url: str, tokenizer: str, backend: str) -> dict[str, Any]:
    """What it reports of random prompts, all sent at once and answered as streams."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "vllm.entrypoints.cli.main", "bench", "serve"]
        command += ["--backend", backend, "--endpoint", ENDPOINTS[backend], "--base-url", url]
        command += ["--model", "tiny", "--tokenizer", tokenizer, "--dataset-name", "random"]
        command += ["--random-input-len", "24", "--random-output-len", str(OUTPUT), "--ignore-eos"]
        command += ["--num-prompts", str(PROMPTS), "--temperature", "0", "--disable-tqdm"]
        command += ["--save-result", "--result-dir", folder, "--result-filename", "found.json"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return json.loads((Path(folder) / "found.json").read_text())


def main() -> None:
    url = sys.argv[1]
    with urllib.request.urlopen(f"{url}/get_model_info") as answer:
        tokenizer = json.load(answer)["model_path"]
    for backend in ENDPOINTS:
        found = bench(url, tokenizer, backend)
        assert (found["completed"], found["failed"]) == (PROMPTS, 0), found
        assert found["total_output_tokens"] == PROMPTS * OUTPUT, found
        assert found["mean_ttft_ms"] > 0, found
    print("fine")


if __name__ == "__main__":
    main()
