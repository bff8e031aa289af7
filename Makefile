# Everything a person or CI runs. `make help` lists it.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
UV_VERSION := 0.13.9
export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := .venv
export UV_COMPILE_BYTECODE := 1
export DAGSTER_DISABLE_TELEMETRY := yes
export DO_NOT_TRACK := 1
UV := .uv/bin/uv
RUN := $(UV) run --frozen --no-sync
SERVE ?= 1
PORT ?= 8000
SEED ?= 1405
KILLS ?= 200

.DEFAULT_GOAL := help
.PHONY: help setup demo test oracle torture sail check bench bench-ingest bench-marts bench-flow bench-ledger docs dbt-docs dagster serve clean fmt

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.uv/bin/uv:
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info[:2] < (3, 11))" || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11"; exit 2; }
	$(PYTHON) -m venv .uv
	.uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/.ready: .uv/bin/uv pyproject.toml uv.lock
	$(UV) sync --frozen --quiet --python .uv/bin/python
	@touch .venv/.ready

setup: .venv/.ready  ## Install everything into the clone

demo: setup  ## Extracts → lake → marts → approved release → API (SERVE=0: end after a self-check)
	$(RUN) amar up --port $(PORT) $(if $(filter 0,$(SERVE)),--no-serve)

test: setup  ## All tests
	$(RUN) pytest

oracle: setup  ## Every indicator of two demo homes, computed again from the landing files by another route (minutes)
	AMAR_REQUIRE="$$AMAR_REQUIRE oracle" $(RUN) pytest -n 0 tests/oracle -k demo

torture: setup  ## Kill -9 by the hundred, many writers at once, damaged files (SEED=…, KILLS=…; goes on where it stopped)
	PYTHONPATH=tests/torture:tests/integration $(RUN) python tests/torture/run.py --seed $(SEED) --kills $(KILLS)

# an environment of its own: pandera and others change what they import where they find Spark
.venv-sail/.ready: .venv/.ready
	UV_PROJECT_ENVIRONMENT=.venv-sail UV_COMPILE_BYTECODE=0 $(UV) sync --frozen --quiet --no-dev --group sail --python .uv/bin/python
	@touch .venv-sail/.ready

sail: .venv-sail/.ready  ## Build the marts on Sail (Spark Connect) too and compare with DuckDB's (FROM=home; a tiny one by default)
	.venv-sail/bin/python -m portability.sail $(if $(FROM),--home $(FROM))

check: setup  ## Format, lint, types, import rules, SQL lint, definitions, lock, licences, generated docs
	$(UV) lock --check --quiet
	$(RUN) ruff format --check .
	$(RUN) ruff check .
	$(RUN) mypy
	$(RUN) lint-imports --no-logo
	$(RUN) sqlfluff lint --processes 2 dbt_project/models
	$(RUN) python -m portability.lint
	$(RUN) python -m vocabulary.indicators.lock --check
	$(RUN) python -m lake.dbt_sources --check
	$(RUN) codespell
	$(RUN) python .ci/licences.py
	$(RUN) python docs/generate.py --check

bench: bench-ingest bench-marts bench-flow bench-ledger  ## All benchmarks (SCALE=small: about a quarter of an hour)

bench-ingest: setup  ## A national month, lists as DBF and CSV, a month after three years
	$(RUN) python -m benchmarks.ingest

bench-marts: setup  ## All marts of 36 months, and one month, against computing alone
	$(RUN) python -m benchmarks.marts

bench-flow: setup  ## The whole job against its bars: seconds and memory
	$(RUN) python -m benchmarks.flow

bench-ledger: setup  ## A ledger of a million events: verify, prove, append against a bare insert, memory
	$(RUN) python -m benchmarks.ledger

docs: setup  ## Write the generated pages again
	$(RUN) python -m lake.dbt_sources
	$(RUN) python docs/generate.py

fmt: setup  ## Format the code
	$(RUN) ruff format .
	$(RUN) ruff check --fix .

dagster: setup  ## Open Dagster's UI on the history of AMAR_HOME
	$(RUN) amar dagster

dbt-docs: setup  ## Make and serve dbt's pages on the models of AMAR_HOME (port 8080)
	$(RUN) amar dbt-docs

serve: setup  ## Serve what is published
	$(RUN) amar serve --port $(PORT)

clean:  ## Remove the installation and the data of the demo
	rm -rf .venv .venv-sail .uv var dbt_project/target dbt_project/logs
