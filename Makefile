# make demo: see it work, no key needed.  make test: every check.  make serve: the server on http://127.0.0.1:5000/
# make bench: performance, as ratios.  make soak: the long failure tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CODE_DATA := synthetic_data_generators/synthetic_data/code_data

.PHONY: demo test test-whole test-parts test-source serve bench soak clean

demo: $(VENV)/installed
	$(BIN)/python auxiliary_utilities/build_dataset.py
	$(BIN)/python synthetic_data_generators/generate_code_data.py --max_tasks 30
	$(BIN)/python synthetic_data_generators/verify_generated_code.py $(CODE_DATA)/code_data_results.jsonl

# Compiled first, also where the environment forbids it: the tests start hundreds of interpreters.
test: export PYTHONDONTWRITEBYTECODE :=
test: $(VENV)/installed-dev
	$(BIN)/python -m compileall -q agents apps auxiliary_utilities benchmark synthetic_data_generators tests utilities
	$(MAKE) --jobs=3 --output-sync=target test-whole test-parts test-source

# Two halves that take about as long, side by side: pages and scripts as people use them, then what these are made of.
# A test that fails is tried once more, and shown: a fault fails twice, a machine that stalls for seconds does not.
PYTEST := $(BIN)/python -m pytest --reruns 1 --max-suite-reruns 3 --rerun-show-tracebacks
WHOLE := tests/browser tests/benchmark tests/auxiliary_utilities

test-whole: $(VENV)/installed-dev
	$(PYTEST) $(WHOLE)

test-parts: $(VENV)/installed-dev
	$(PYTEST) $(WHOLE:%=--ignore=%)

test-source: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	@if command -v node >/dev/null || [ -n "$$CI" ]; then node --test tests/js/*.test.js; else echo "skipped: tests/js, there is no node here"; fi

serve: $(VENV)/installed
	$(BIN)/python -m apps.server

bench: $(VENV)/installed-dev
	$(BIN)/python tests/bench/bench_sandbox.py
	$(BIN)/python tests/bench/bench_verify.py
	$(BIN)/python tests/bench/bench_client.py
	$(BIN)/python tests/bench/bench_runs.py
	$(BIN)/python tests/bench/bench_ui.py
	$(BIN)/python tests/bench/bench_discussion.py
	$(BIN)/python tests/bench/bench_server.py
	$(BIN)/python tests/bench/bench_scoring.py
	$(BIN)/python tests/bench/bench_datasets.py
	$(BIN)/python tests/bench/bench_scale.py

soak: $(VENV)/installed-dev
	$(BIN)/python tests/soak.py --runs 100 --tasks 300
	$(BIN)/python tests/soak.py --runs 10 --tasks 300 --faults transient

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or later is needed; name it with: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

# Not compiled: most of what the checks need is never imported. (Programs in the sandbox cannot keep what they compile.)
$(VENV)/installed-dev: $(VENV)/installed requirements-export.txt requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile -r requirements-dev.txt
	@touch $@

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
