"""Fetches SGLang's front end for the comparison of programs: `make test-data`, or this file as a script.

Its wheel and the few packages that its front end imports go into an environment of their own, beside nothing of
ours; none of it is in the repository.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(tempfile.gettempdir()) / "sglc-sglang-peer"
PYTHON = FOLDER / "bin" / "python"
WHEEL = "sglang==0.5.5"
NEEDED = (
    "numpy",
    "requests",
    "tqdm",
    "pybase64",
    "IPython",
    "pydantic",
    "aiohttp",
    "psutil",
    "pillow",
)
COMMAND = "python tests/sglang_programs/fetch_peer.py"


def is_there() -> bool:
    """Whether the peer can be imported."""
    code = "import sglang; assert sglang.gen and sglang.function"
    return (
        PYTHON.exists()
        and not subprocess.run([str(PYTHON), "-c", code], capture_output=True).returncode
    )


def main() -> int:
    """Make the environment, if it is not there."""
    if is_there():
        return 0
    pip = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    try:
        subprocess.run([sys.executable, "-m", "venv", str(FOLDER)], check=True)
        subprocess.run([*pip, *NEEDED], check=True)
        subprocess.run([*pip, "--no-deps", WHEEL], check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"test-data: no SGLang: {error}", file=sys.stderr)
        return 0
    return 0 if is_there() else 1


if __name__ == "__main__":
    sys.exit(main())
