# Growth Suite. `make` lists what there is.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check
SOURCES := growth campaigns seo templates tests tools hooks benchmarks

.DEFAULT_GOAL := help
.PHONY: help install peers demo check test again test-all up bench clean services docs messages

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(VENV)/.run: requirements/run.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "error: Python 3.11 or newer is needed\nfix: make PYTHON=python3.11 …")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --require-hashes -r requirements/run.txt
	$(BIN)/python hooks/htmx.py
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	$(PIP) install --quiet --require-hashes -r requirements/dev.txt
	@touch $@

install: $(VENV)/.run ## Make .venv with growth in it, from pinned requirements
	@$(BIN)/python hooks/messages.py
	@echo "growth is in $(BIN)/growth"

demo: install ## From nothing to the whole growth plan on the sample site
	$(BIN)/growth demo run

up: install ## The demo's workspace with its dashboard and sandbox
	$(BIN)/growth -C demo up --sandbox

check: $(VENV)/.dev ## Format, lint, types, import rules
	@$(BIN)/python hooks/messages.py
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

services: ## Install the Debian packages that tests need, where apt and root are there
	tools/services.sh

test: $(VENV)/.dev services ## From nothing to the tests, without the slow ones
	@$(BIN)/python hooks/messages.py
	$(BIN)/python -m pytest -q -n 2 --dist loadfile -m "not slow"

again: $(VENV)/.dev ## What failed in the last run, once more and alone; a test that fails twice is broken
	$(BIN)/python -m pytest -q --last-failed --last-failed-no-failures none

test-all: $(VENV)/.dev services ## All tests, the slow ones too
	@$(BIN)/python hooks/messages.py
	$(BIN)/python -m pytest -q -n 2 --dist loadfile

peers: requirements/peers.txt ## Make an environment with the programs that benchmarks stand beside
	test -x $(VENV)/peers/bin/python || $(PYTHON) -m venv $(VENV)/peers
	$(VENV)/peers/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r requirements/peers.txt

bench: $(VENV)/.dev peers ## Measure side by side with what a user would pick instead
	$(BIN)/python -m benchmarks

docs: $(VENV)/.dev ## Write the generated reference pages anew
	$(BIN)/python tools/reference.py

messages: $(VENV)/.dev ## Collect the texts to translate and compile the catalogues
	$(BIN)/python tools/catalogues.py

clean: ## Remove what was built; the demo's workspace too
	rm -rf $(VENV) dist build demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
