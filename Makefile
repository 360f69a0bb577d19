# Two commands for a fresh machine with Python 3.10 or newer: make demo, make test.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo lab test lint test-js test-python test-browser build bench clean

$(VENV)/.installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or newer is needed; say make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[inpaint,lab]'
	touch $@

$(VENV)/.tests-installed: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	touch $@

js/node_modules/.installed: js/package-lock.json
	cd js && npm ci --no-audit --no-fund --loglevel=error
	touch $@

demo: $(VENV)/.installed  ## explain an embedded picture
	$(BIN)/gridexplainer demo

lab: $(VENV)/.installed  ## the live widget
	$(BIN)/jupyter lab notebooks/quickstart.ipynb

test: lint test-js test-python test-browser

lint: $(VENV)/.tests-installed js/node_modules/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	cd js && npx --no-install tsc --noEmit
	cd js && node build.mjs --check

test-js: js/node_modules/.installed
	cd js && npx --no-install vitest run

test-python: $(VENV)/.tests-installed
	$(BIN)/pytest tests --ignore=tests/browser

test-browser: $(VENV)/.tests-installed
	$(BIN)/pytest tests/browser

build: js/node_modules/.installed  ## js/src → gridexplainer_widget/static
	cd js && node build.mjs

bench: $(VENV)/.installed
	$(BIN)/python benchmarks/resnet50.py

clean:
	rm -rf $(VENV) js/node_modules
