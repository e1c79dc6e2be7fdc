"""What compiles kernels on the user's machine, named when a kernel could not be compiled: compilers and headers.

Triton builds a launcher in C for every kernel; FlashInfer builds its kernels with nvcc. Both keep what they have built,
so a machine without tools may do; nobody is refused before something is really missing.
"""

import os
import shutil
import sysconfig
from collections.abc import Callable
from pathlib import Path


def missing_tools(attention: str) -> list[str]:
    """What an attention backend compiles with and this machine lacks, each with what brings it."""
    needs = _NEEDS.get(attention, ())
    return [text for is_there, text in needs if not is_there()]


def _has_c_compiler() -> bool:
    chosen = os.environ.get("CC")
    return any(map(shutil.which, [chosen] if chosen else ["gcc", "clang"]))


def _has_python_headers() -> bool:
    return (Path(sysconfig.get_path("include")) / "Python.h").is_file()


def _has_cxx_compiler() -> bool:
    return shutil.which(os.environ.get("CXX", "c++")) is not None


def _has_ninja() -> bool:
    return shutil.which("ninja") is not None


def _has_nvcc() -> bool:
    chosen = os.environ.get("FLASHINFER_NVCC")
    root = os.environ.get("CUDA_HOME") or os.environ.get("CUDA_PATH")
    beside = [f"{root}/bin/nvcc"] if root else ["nvcc", "/usr/local/cuda/bin/nvcc"]
    return any(map(shutil.which, [chosen] if chosen else beside))


_C = (_has_c_compiler, "a C compiler (gcc or clang, or the one that `CC` names)")
_HEADERS = (_has_python_headers, "Python's headers (the package `python3-dev`)")
_NEEDS: dict[str, tuple[tuple[Callable[[], bool], str], ...]] = {
    "triton": (_C, _HEADERS),
    "flashinfer": (
        _C,
        _HEADERS,
        (_has_nvcc, "nvcc (the CUDA toolkit; `CUDA_HOME` says where it is)"),
        (_has_ninja, "ninja (`pip install ninja`)"),
        (_has_cxx_compiler, "a C++ compiler (c++, or the one that `CXX` names)"),
    ),
}
