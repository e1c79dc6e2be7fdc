"""Leaves out of FlashInfer's wheel what its kernels of the second and third generation don't need: it must travel.

    python benchmarks/gpu/trim.py .wheels/flashinfer_python-*.whl

Sources of other kernels (mixtures of experts, quantized products, other chips) are nine tenths of it.
"""

import sys
import zipfile
from pathlib import Path

DROPPED = ("b12x/",)
PYTHON_ALONE = ("flashinfer/experimental/",)  # imported, and never compiled
SOURCES = "flashinfer/data/csrc/"
LARGEST = 200_000  # bytes of a source that is kept: the large ones are tables for other chips


def is_needed(name: str, size: int) -> bool:
    """Whether a file of the wheel stays."""
    if name.startswith(DROPPED) or (name.startswith(PYTHON_ALONE) and not name.endswith(".py")):
        return False
    inside = name.removeprefix(SOURCES)
    return inside == name or ("/" not in inside and size <= LARGEST)


def trim(wheel: Path) -> None:
    """Write the wheel anew, and its list of files with it."""
    smaller = wheel.with_suffix(".part")
    with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(smaller, "w", zipfile.ZIP_DEFLATED) as new:
        kept = [i for i in old.infolist() if is_needed(i.filename, i.file_size)]
        names = {info.filename for info in kept}
        for info in kept:
            data = old.read(info)
            if info.filename.endswith(".dist-info/RECORD"):
                lines = data.decode().splitlines(keepends=True)
                data = "".join(x for x in lines if x.split(",")[0] in names).encode()
            new.writestr(info.filename, data)
    before, after = wheel.stat().st_size, smaller.stat().st_size
    smaller.replace(wheel)
    print(f"{wheel.name}: {before >> 20} MiB, now {after >> 20}")


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        trim(Path(argument))
