# Every target prepares what it needs from a bare Python 3.11 or newer; nothing has to be installed first.

.DEFAULT_GOAL := help
.PHONY: help run setup test check demo bench docs lock clean
SHELL := /bin/sh

DEMO ?= knitwear
BENCH ?=
# In the order they are found: what drives a browser comes last, and leaves its event loop to nobody else.
PYTEST_ARGS ?= -n auto --dist loadgroup --no-loadscope-reorder
# The first Python that is new enough; name another with make run PYTHON=/path/to/python.
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
	&& { echo $$p; break; }; done)

BIN := .venv/bin
CODE := $(wildcard src tests tools benchmarks hatch_build.py)

define prepare
@test -n "$(PYTHON)" || { \
	echo "Loomline needs Python 3.11 or newer; this machine has $$(python3 --version 2>&1 || echo none)."; \
	echo "Install one (Debian: apt install python3 python3-pip; or python.org), or name it: make $@ PYTHON=/path/to/python"; \
	exit 1; } >&2
@"$(PYTHON)" tools/prepare.py
endef

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' $(MAKEFILE_LIST)

run: ## start Loomline; Ctrl-C stops it, the data stays in data/
	$(prepare)
	@exec $(BIN)/loomline up

setup: ## prepare everything and start nothing
	$(prepare)
	@echo "Ready. make run starts Loomline."

test: ## the whole suite, with a database of its own
	$(prepare) dev
	@$(BIN)/pytest $(PYTEST_ARGS)

check: ## format, lint, types, contracts, migrations and the fast tests
	$(prepare) dev
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/python tools/lint_rules.py
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/deptry src
	LOOMLINE_DATA=.artifacts/check $(BIN)/loomline manage makemigrations --check --dry-run
	$(BIN)/pytest $(PYTEST_ARGS) -m "not browser and not slow"

demo: ## start a second company with a demo: make demo DEMO=knitwear
	$(prepare)
	@LOOMLINE_DATA="$${LOOMLINE_DATA:-data/demos/$(DEMO)}" LOOMLINE_DEMO="$(DEMO)" exec $(BIN)/loomline up

bench: ## run the benchmarks; make bench BENCH=pages for one
	$(prepare) dev
	@exec $(BIN)/loomline bench $(BENCH)

docs: ## write the generated pages of docs/
	$(prepare)
	@$(BIN)/python tools/build_docs.py

lock: ## resolve requirements/*.in again; needs uv
	@sh tools/lock.sh

clean: ## remove what was built; the data stays
	rm -rf .venv node_modules src/loomline/surface/static/dist .artifacts
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests tools benchmarks demo -name __pycache__ -type d -prune -exec rm -rf {} +
