.DELETE_ON_ERROR:  # a generator that fails must not leave half a file that looks fresh
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

# The image of the local cluster has Debian's Python 3.11; client and cluster should be alike.
PYTHON ?= $(shell command -v /usr/bin/python3.11 || command -v python3.11 || command -v python3)
BIN := .venv/bin
PY := $(BIN)/python

.PHONY: help
help:  ## Show what there is to make
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-18s %s\n", $$1, $$2}'

.PHONY: demo
demo: env  ## From nothing to the first computation: environment, cluster, helm install, Dask
	@$(PY) -m demo

.PHONY: test
test: env lint verify docs  ## Everything that CI runs: linters, unit tests, tests on a real Kubernetes
	tools/packages.sh
	$(BIN)/pytest tests

.PHONY: test-chart
test-chart: env  ## Only the tests that need no cluster (seconds)
	$(BIN)/pytest tests --ignore=tests/e2e --ignore=tests/kubernetes/test_cluster.py

.PHONY: test-long
test-long: env  ## Engines against each other and against nonsense, with ten times the examples
	DASK_HELM_EXAMPLES=2000 $(BIN)/pytest --timeout 7200 tests/engines tests/goyaml

.PHONY: soak
soak: env  ## 200 removals of workers under load, at most 90 minutes; nothing may be lost
	@$(PY) -m tests.e2e.soak

.PHONY: benchmarks
benchmarks: env  ## Our renderer beside Helm: times, memory, ratios (minutes)
	@$(PY) -m benchmarks

.PHONY: benchmarks-cluster
benchmarks-cluster: env  ## Our handle beside kubectl and a bare Client, on the cluster (minutes)
	@$(PY) -m benchmarks.cluster

.PHONY: lint
lint: env  ## Formatter, linter, type checker, layers between packages
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: format
format: env  ## Let the formatter and the linter mend what they can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: generate
generate: env  ## Make chart/values.schema.json and docs/values.md from schemas/
	$(PY) -m tools.generate

.PHONY: verify
verify: env  ## Fail when a generated file is stale
	$(PY) -m tools.generate --check

.PHONY: cluster
cluster:  ## A two-node Kubernetes on this machine; prints the export lines to use it
	@$(PYTHON) -m tests.kubernetes up

.PHONY: cluster-down
cluster-down:  ## Remove that cluster and all that belongs to it
	@$(PYTHON) -m tests.kubernetes down

.PHONY: kind
kind:  ## The same with Docker and kind (untested: no Docker where this is developed)
	@$(PYTHON) -m tests.kubernetes kind

.PHONY: docs
docs: env  ## Build the documentation site into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

.PHONY: lock
lock: env  ## Pin the newest versions that pyproject.toml allows
	tools/lock.sh

.PHONY: env
env: .venv/complete

.venv/complete: requirements-dev.txt pyproject.toml tools/environment.sh
	@tools/environment.sh $(PYTHON)
	@touch $@
