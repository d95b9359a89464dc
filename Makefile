# Everything that a newcomer, a developer or CI runs. PYTHON names the interpreter that .venv is made with (3.11 or later).

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.stamp
# Most tests start the program anew: where Python may keep nothing compiled, each start takes twice as long.
unexport PYTHONDONTWRITEBYTECODE
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help setup demo test check test-ha bench soak soak-kill soak-erasures soak-live soak-power soak-tokens soak-isolation soak-schema soak-census screenshots notebook clean

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: $(STAMP) ## make .venv with the locked libraries

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: make setup PYTHON=python3.12"; exit 1; }
	@echo "Making .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv --clear .venv
	@echo "Installing the locked libraries, about a minute"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@
	@echo "Ready"

# The shell waits for the server after Ctrl-C, so that a demo ended that way ends without an error.
demo: setup ## serve the ten example histories on this machine
	@trap : INT; deploy/demo.sh || [ $$? -eq 130 ]

# A fifth of what a start of the program costs is to make threads for linear algebra, for which tests have no use.
test: export OPENBLAS_NUM_THREADS = 1
test: check ## check, then run the tests
	$(BIN)/python -m pytest -n 3 --dist worksteal

test-ha: setup ## let every node of a PostgreSQL cluster die under load (Debian: patroni etcd-server postgresql)
	$(BIN)/python -m pytest -m ha -rs -s

check: setup ## lint, types and the direction of imports
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: setup ## measure speed, each row beside its baseline
	PYTHONPATH=.:tests $(BIN)/python -m bench

soak: setup ## bring 1,000 faults of every kind about under load, about 40 minutes, and look for losses
	$(BIN)/python tests/fault_soak.py --faults 1000 --seed 1

soak-kill: setup ## kill processes over and over while they record, and look for losses
	$(BIN)/python tests/kill_loop.py --kills 200
	$(BIN)/python tests/kill_turning.py

soak-erasures: setup ## kill processes at every boundary of an erasure, 500 times each, about ten minutes, and look for what is left
	$(BIN)/python tests/erasure_kills.py --kills 500

soak-live: setup ## break subscriptions off over and over while much is recorded, and look for losses
	$(BIN)/python tests/live_soak.py --events 10000 --breaks 1100

soak-power: setup ## cut the power at 8,000 moments, 3 to 20 minutes, and look for what is lost or back (Linux, with a C compiler)
	$(BIN)/python tests/power_cuts.py --runs 16 --cuts 500 --seed 1

soak-schema: setup ## ask 20,000 questions by the schema, and the pages as often, and look for what was not foreseen
	$(BIN)/python tests/schema_soak.py --requests 20000 --seed 1

soak-tokens: setup ## try 100,000 tokens that are nearly right, about three minutes (from npm: oidc-provider)
	$(BIN)/python -W ignore tests/mutated_tokens.py --tokens 100000 --seed 1

soak-isolation: setup ## send 100,000 hostile requests between 100 organisations, and look for what is told of one to another
	$(BIN)/python tests/hostile_requests.py --organisations 100 --requests 100000 --seed 1

soak-census: setup ## attack 10,000 tables of the census with a linear programme, 5 to 15 minutes, and look for what can be worked out
	$(BIN)/python tests/census_soak.py --tables 10000 --seed 1

screenshots: setup ## take the README's pictures of the web app anew (Debian: chromium-headless-shell)
	PYTHONPATH=. $(BIN)/python -W ignore tests/web_screenshots.py

notebook: setup ## run examples/study.ipynb anew, and keep what comes out in it
	PYTHONPATH=.:tests $(BIN)/python -W ignore tests/study.py

clean: ## remove what these targets made
	rm -rf .venv .demo .bench build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
