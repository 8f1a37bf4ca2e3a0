# Two commands for a newcomer: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test lint types docs fmt clean

$(VENV)/.installed-core: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed-core
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[test,docs]'
	@touch $@

demo: $(VENV)/.installed-core
	$(BIN)/headwater curate examples/crawl --out out/demo

test: $(VENV)/.installed-test
	$(BIN)/pytest -n 2 -m 'not slow and not interop'
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.installed-test
	$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html

fmt: $(VENV)/.installed-test
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:
	rm -rf $(VENV) out docs/_build
