.DELETE_ON_ERROR:  # a generator that fails must not leave half a file that looks fresh
.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

# The image of the local cluster has Debian's Python 3.11; client and cluster should be alike.
PYTHON ?= $(shell command -v /usr/bin/python3.11 || command -v python3.11 || command -v python3)
BIN := .venv/bin
PY := $(BIN)/python

.PHONY: help
help:  ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-18s %s\n", $$1, $$2}'

.PHONY: demo
demo: env  ## Environment, cluster, helm install and a first Dask computation
	@$(PY) -m demo

.PHONY: test
test: env lint verify docs  ## Everything that CI runs: linters, unit tests, tests on a real Kubernetes
	tools/packages.sh
	$(PY) -m harness || [ "$${CI:-}" != true ]  # without CI, tests that need a cluster are skipped
	@first=0; set -x; \
	$(BIN)/pytest tests -m "not (alone or more)" --numprocesses 2 --dist loadfile --durations 10 || first=$$?; \
	$(BIN)/pytest tests/e2e tests/devcluster -m alone --durations 10; \
	exit $$first

.PHONY: test-chart
test-chart: env  ## Only the tests that need no cluster (seconds)
	$(BIN)/pytest tests -m "not (alone or more)" --ignore=tests/e2e --numprocesses 2 --dist loadfile

.PHONY: test-long
test-long: env  ## Differential tests of the engine against Helm, with ten times the examples
	DASK_HELM_EXAMPLES=2000 $(BIN)/pytest --timeout 7200 tests/engine

.PHONY: soak
soak: env  ## 200 removals of workers under load, at most 90 minutes; fails if data is lost
	@$(PY) -m tests.e2e.soak

.PHONY: test-hub
test-hub: env  ## A real JupyterHub with KubeSpawner, whose users share a release
	tools/packages.sh
	$(BIN)/pytest tests/e2e -m more

.PHONY: test-more
test-more: test-long test-hub soak  ## Slow tests: test-long, test-hub and soak

.PHONY: benchmarks
benchmarks: env  ## Compare the renderer with Helm: times, memory, ratios (minutes)
	@$(PY) -m benchmarks

.PHONY: benchmarks-cluster
benchmarks-cluster: env  ## Compare the handle with kubectl and a plain Client, on the cluster (minutes)
	@$(PY) -m benchmarks.cluster

.PHONY: lint
lint: env  ## Formatter, linter, type checker, layers between packages
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: format
format: env  ## Apply the formatter and the linter's automatic fixes
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

.PHONY: generate
generate: env  ## Generate chart/values.schema.json, docs/values.md, docs/cli.md and the README's table
	$(PY) -m tools.generate

.PHONY: verify
verify: env  ## Fail if a generated file is stale
	$(PY) -m tools.generate --check

.PHONY: cluster
cluster:  ## Start a two-node Kubernetes on this machine and print the export lines to use it
	@$(PYTHON) -m devcluster up

.PHONY: cluster-down
cluster-down:  ## Remove this cluster and everything that belongs to it
	@$(PYTHON) -m devcluster down

.PHONY: kind
kind:  ## Start a cluster with Docker and kind (untested: no Docker where this is developed)
	@$(PYTHON) -m devcluster kind

.PHONY: docs
docs: env  ## Build the documentation site into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

.PHONY: pictures
pictures: env  ## Take the pictures of the documentation, on a cluster
	PICTURES=$(CURDIR)/docs/pictures \
	$(BIN)/pytest tests/e2e/test_first_notebook.py tests/e2e/test_jupyterhub.py

.PHONY: diagrams
diagrams:  ## Render docs/diagrams/*.mmd as SVG (needs Node.js and Chromium)
	tools/diagrams.sh

.PHONY: lock
lock: env  ## Pin the newest versions that pyproject.toml allows
	tools/lock.sh

.PHONY: env
env: .venv/complete

.venv/complete: requirements-dev.txt pyproject.toml tools/environment.sh
	@tools/environment.sh $(PYTHON)
	@touch $@
