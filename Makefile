# Two commands for a fresh machine with Python 3.10 or newer: make demo, make test.
# What takes long is tried in full by make test-long: tests/support/sizes.py.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OLD := .venv-old

.PHONY: demo lab docs test test-long lint test-js test-python test-ray test-hosts test-browser build dev bench clean

# An environment is empty once: the wheel and what it needs must run the demo before more comes in.
$(VENV)/.demo-ran: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or newer is needed; say make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet .
	$(BIN)/python tests/packaging/demo_runs.py $(BIN)/gridexplainer
	touch $@

$(VENV)/.installed: $(VENV)/.demo-ran
	$(BIN)/python -m pip install --quiet --editable '.[inpaint,lab]'
	touch $@

$(VENV)/.tests-installed: $(VENV)/.demo-ran
	$(BIN)/python -m pip install --quiet --editable '.[test]'
	touch $(VENV)/.installed $@  # these are among them

# What Colab has, where the widget can tell the difference, and the newest of the rest. Some without
# what they need: ipywidgets 7 would bring the classic notebook along, and this package TensorFlow.
$(OLD)/.installed: pyproject.toml
	$(PYTHON) -m venv $(OLD)
	$(OLD)/bin/python -m pip install --quiet --no-compile traitlets==5.7.1 ipykernel==6.31.0 \
		click hypothesis matplotlib nbclient nbconvert numpy opencv-python-headless pandas pillow psygnal pytest pytest-xdist scipy tqdm
	$(OLD)/bin/python -m pip install --quiet --no-deps \
		anywidget==0.9.21 ipywidgets==7.7.1 ipython-genutils --editable .
	touch $@

# What a notebook that was exported as HTML asks a CDN for, and VS Code's widget managers.
.cdn/.managers:
	mkdir -p .cdn
	cd .cdn && npm pack --silent @jupyter-widgets/html-manager@1.0.15 requirejs@2.3.7 \
		@vscode/jupyter-ipywidgets7@2.0.4 @vscode/jupyter-ipywidgets8@1.0.9
	touch $@

# What a widget manager as Colab's is made of.
MANAGERS := tests/browser/managers

$(MANAGERS)/node_modules/.installed: $(MANAGERS)/package-lock.json
	cd $(MANAGERS) && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	touch $@

js/node_modules/.installed: js/package-lock.json
	cd js && npm ci --no-audit --no-fund --loglevel=error
	touch $@

demo: $(VENV)/.installed  ## explain an embedded picture
	$(BIN)/gridexplainer demo

lab: $(VENV)/.installed  ## the live widget
	$(BIN)/jupyter lab notebooks/quickstart.ipynb

docs: $(VENV)/.tests-installed  ## the site, in build/site
	$(BIN)/python -m tools.site

# Installing waits for the network, and types are checked on one core: something else runs meanwhile.
# What each says is shown when it has ended.
test:
	$(MAKE) --jobs=2 --output-sync=target $(VENV)/.tests-installed test-js test-hosts
	$(MAKE) --jobs=2 --output-sync=target lint test-python
	$(MAKE) test-browser

# The same tests, with all networks, random examples and samples of which `test` tries some.
test-long: export TEST_SIZE := long
test-long: test test-ray

lint: $(VENV)/.tests-installed js/node_modules/.installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	cd js && npx --no-install tsc --noEmit
	cd js && node build.mjs --check

test-js: js/node_modules/.installed
	cd js && npx --no-install vitest run

# TensorFlow and a PyTorch built for CUDA do not always bear each other in one process.
TORCH := tests/unit/classifiers/torch tests/unit/classifiers/readers/test_huggingface.py \
	tests/unit/classifiers/readers/test_zero_shot.py \
	tests/unit/classifiers/test_transforms.py tests/oracle/test_torch_methods.py \
	tests/docs/test_blocks_of_pytorch.py

# Where each of several processes had threads for its matrices as well, they would wait for each other.
test-python test-hosts test-browser: export OMP_NUM_THREADS := 1

AT_ONCE := --numprocesses=2 --dist=worksteal

test-python: $(VENV)/.tests-installed
	$(BIN)/pytest $(AT_ONCE) tests --ignore=tests/browser --ignore=tests/ray $(TORCH:%=--ignore=%)
	$(BIN)/pytest $(AT_ONCE) $(TORCH)

# Ray is 80 MB to fetch and 240 MB on disk, and starts a cluster of processes.
test-ray: $(VENV)/.tests-installed
	$(BIN)/python -m pip install --quiet --editable '.[ray]'
	$(BIN)/pytest tests/ray

# What knows the hosts' packages; the rest is the same code on the same NumPy.
HOSTS := tests/unit/live tests/unit/results/test_page.py tests/unit/test_imports.py \
	tests/docs/test_notebooks.py

test-hosts: $(OLD)/.installed  ## with older ipywidgets and ipykernel
	$(OLD)/bin/pytest $(AT_ONCE) $(HOSTS) --deselect=tests/docs/test_notebooks.py::test_notebooks_run \
		--deselect=tests/unit/results/test_page.py::test_a_large_page_of_noise_stays_small

test-browser: $(VENV)/.tests-installed $(OLD)/.installed js/node_modules/.installed .cdn/.managers \
		$(MANAGERS)/node_modules/.installed
	$(BIN)/pytest --numprocesses=3 --dist=worksteal tests/browser

build: js/node_modules/.installed  ## js/src → gridexplainer_widget/static
	cd js && node build.mjs

dev: build $(VENV)/.installed  ## build/dev.html: the front end on the demo's explanation
	$(BIN)/python -m tools.dev_page
	$(BIN)/python -m tools.dev_compare

bench: $(VENV)/.tests-installed
	$(BIN)/python benchmarks/resnet50.py
	$(BIN)/python benchmarks/redraw.py

clean:
	rm -rf $(VENV) $(OLD) .cdn js/node_modules $(MANAGERS)/node_modules
