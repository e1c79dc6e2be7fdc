#!/usr/bin/env bash
# Fetches what benchmarks/gpu/run.sh needs and a bare machine lacks, for Python 3.12 on x86-64, into .wheels/ (ignored by
# git). Names and versions are those of constraints.txt; what the machine has (torch, triton, transformers, pytest,
# numpy, rich, attrs and their kin) is left out.
#
#     bash benchmarks/gpu/wheels.sh               the engine
#     bash benchmarks/gpu/wheels.sh flashinfer    and FlashInfer, without what its second generation of kernels doesn't need
set -eu
cd "$(dirname "$0")/../.."
python=${PYTHON:-python3}
engine=(msgspec lark cyclopts docstring_parser rich-rst docutils xgrammar apache-tvm-ffi pydantic pydantic_core annotated-types typing-inspection)
flashinfer=(flashinfer-python)

fetch() {
    local name pinned
    for name in "$@"; do
        pinned=$(grep -i -m1 -E "^${name//[-_]/[-_]}==" constraints.txt || echo "$name")
        "$python" -m pip download -q --no-deps --only-binary=:all: --python-version 3.12 --implementation cp \
            --platform manylinux_2_28_x86_64 --platform manylinux_2_27_x86_64 --platform manylinux_2_17_x86_64 \
            --platform manylinux2014_x86_64 -d .wheels "$pinned"
    done
}

mkdir -p .wheels
fetch "${engine[@]}"
if [ "${1:-}" = flashinfer ]; then
    fetch "${flashinfer[@]}"
    "$python" benchmarks/gpu/trim.py .wheels/flashinfer_python-*.whl
fi
du -sh .wheels
