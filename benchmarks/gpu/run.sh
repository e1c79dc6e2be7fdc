#!/usr/bin/env bash
# All that is to be measured on a GPU, in one command, for a machine that is bare and offline:
#
#     bash benchmarks/gpu/run.sh OUT                 on the machine: about eight minutes at most, results in OUT
#     STAGES=flashinfer bash benchmarks/gpu/run.sh OUT     a second visit
#     bash benchmarks/gpu/run.sh OUT --rehearse      anywhere: tiny shapes, Triton's interpreter, no device
#
# What the machine lacks must lie in .wheels/ (benchmarks/gpu/wheels.sh fetches it beforehand); PYTHON names another
# interpreter. Every stage has a limit of its own and writes its results as they come.
set -u
cd "$(dirname "$0")/../.."
out=$(mkdir -p "$1" && cd "$1" && pwd)
rehearse=${2:-}
python=${PYTHON:-python3}
stages=${STAGES:-environment tests card decode serving}
site=$out/site
tiny=()
if [ "$rehearse" = --rehearse ]; then
    export TRITON_INTERPRET=1
    tiny=(--tiny)
fi

shopt -s nullglob
wheels=(.wheels/*.whl)
for wheel in "${wheels[@]}"; do # a wheel is a folder's contents; pip takes twenty seconds for as much
    "$python" -m zipfile -e "$wheel" "$site" || exit 1
done
export PYTHONPATH=$PWD/src:$PWD/tests:$site PYTHONUNBUFFERED=1 HF_HUB_OFFLINE=1
# FlashInfer's builds link with the driver's library, which may lie where no linker looks, without its short name.
for found in /usr/local/nvidia/lib64/libcuda.so.1 /usr/local/nvidia/lib/libcuda.so.1 $(ldconfig -p | awk '/libcuda.so.1 /{print $NF}'); do
    [ -e "$found" ] && mkdir -p "$site/lib" && ln -sf "$found" "$site/lib/libcuda.so"
done
export LIBRARY_PATH=$site/lib:${LIBRARY_PATH:-}
export TRITON_CACHE_DIR=${TRITON_CACHE_DIR:-$out/site/triton}

stage() { # NAME LIMIT_S COMMAND...: its output in OUT/log.txt, its seconds in OUT/seconds.txt
    local name=$1 limit=$2 start=$SECONDS status=0
    shift 2
    [ "$rehearse" = --rehearse ] && limit=$((limit * 4)) # the interpreter is slow, and so is a busy machine
    echo "== $name, at most $limit s"
    timeout --kill-after=10 "$limit" "$@" 2>&1 | tee -a "$out/log.txt"
    status=${PIPESTATUS[0]}
    echo "$name: $((SECONDS - start)) s of $limit, status $status" | tee -a "$out/seconds.txt"
}

measure() { # NAME LIMIT_S
    stage "$1" "$2" "$python" -m benchmarks.gpu "$1" --out "$out" "${tiny[@]}"
}

for name in $stages; do
    case $name in
    environment) measure environment 40 ;;
    tests) # in the order of the file: bfloat16 and graphs, overlap, float32; the machine has none of pytest's plugins
        stage tests 150 "$python" -m pytest -q -m gpu -o addopts=--import-mode=importlib -p no:cacheprovider --maxfail=6 --tb=short -rs tests/runtime/engine/test_on_device.py ;;
    card) measure card 60 ;;
    decode) measure decode 110 ;;
    serving) measure serving 110 ;;
    flashinfer) measure flashinfer 300 ;;
    *) echo "no stage $name" && exit 2 ;;
    esac
done
stage table 30 "$python" -m benchmarks.gpu table --out "$out" "${tiny[@]}"
cat "$out/seconds.txt"
rm -rf "$site"
