# Plumbline. `make help` lists what there is.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
FRONTEND := services/console/frontend
NODE_MODULES := $(FRONTEND)/node_modules/.package-lock.json
CONSOLE := services/console/static/manifest.json
ARGS ?=
T ?= tests

.DEFAULT_GOAL := help

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

$(STAMP): requirements.lock pyproject.toml protos/generate.py
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Plumbline needs Python 3.11 or newer; set PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python has no venv module; on Debian: apt-get install python3-venv"; exit 1; }
	@echo "Making the environment in $(VENV) (a minute or two, once) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python protos/generate.py --third-party  # before the project itself, which must find it as a package
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

$(NODE_MODULES): $(STAMP) $(FRONTEND)/package.json $(FRONTEND)/package-lock.json
	@echo "Fetching the front end's packages ..."
	@# Node by itself trusts only the certificates that it brings; an organisation's own are the system's.
	@cd $(FRONTEND) && NODE_USE_SYSTEM_CA=1 PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --loglevel=error --ignore-scripts
	@touch $(NODE_MODULES)

$(CONSOLE): $(NODE_MODULES) $(FRONTEND)/build.mjs $(wildcard $(FRONTEND)/src/*)
	@cd $(FRONTEND) && PATH="$(CURDIR)/$(BIN):$$PATH" node build.mjs

setup: $(STAMP) $(CONSOLE) ## Make the environment: locked packages with hashes, third-party contracts, the front end

console: $(CONSOLE) ## Build what the browser gets: scripts and styles, named by their content

demo: $(CONSOLE) ## Start everything, run the demonstration on the national tree, print the table
	@$(BIN)/plumbline demo $(ARGS)

up: $(CONSOLE) ## Start everything on loopback and keep it running (Ctrl-C stops)
	@$(BIN)/plumbline up $(ARGS)

test: $(CONSOLE) ## Run every test
	$(BIN)/python -m pytest $(T) $(ARGS)

unit: $(STAMP) ## Run the tests of the pure rooms (seconds)
	$(BIN)/python -m pytest tests/unit $(ARGS)

integration: $(CONSOLE) ## Run the tests on the real PostgreSQL and NATS
	$(BIN)/python -m pytest tests/integration $(ARGS)

browser-setup: ## Install what the browser tests need and is missing: Debian's Chromium, a Chinese font
	@tests/browser/setup.sh

browser: $(CONSOLE) ## Run the tests of the console in a real browser; pictures of every page go to build/photos
	$(BIN)/python -m pytest tests/browser $(ARGS)

faults: $(CONSOLE) ## Break one thing after the other and check what must hold; the seed of the mixed minute is told
	$(BIN)/python -m pytest tests/faults tests/unit/simulation $(ARGS)

bench: $(CONSOLE) ## Measure the running product and print the table (minutes; ARGS="--quick")
	@$(BIN)/python -m tests.benchmarks $(ARGS)

picture: $(CONSOLE) ## Take the README's pictures anew, from the demonstration in a real browser
	PLUMBLINE_PICTURES=docs/pictures $(BIN)/python -m pytest -q tests/integration/test_demonstration.py

check: $(STAMP) ## ruff, mypy, import rules, buf lint and breaking, generated code current
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python protos/generate.py --check
	$(BIN)/python protos/lint.py

compose-check: $(STAMP) ## Build and run docker-compose.yml with podman, kill a NATS node in the middle (exit 3: cannot)
	@$(BIN)/python -m tests.containers.check $(ARGS)

protos: $(STAMP) ## Generate the Python code of the contract
	$(BIN)/python protos/generate.py

format: $(STAMP) ## Put the code in its usual form
	$(BIN)/ruff check --fix --quiet . || true
	$(BIN)/ruff format .

clean: ## Remove the environment and the data of the embedded stack
	rm -rf $(VENV) .plumbline protos/gen/buf services/console/static $(FRONTEND)/node_modules

.PHONY: help setup console demo up test unit integration browser-setup browser faults bench picture check compose-check protos format clean
