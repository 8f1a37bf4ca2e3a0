# Two commands for a newcomer: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo loop picture figures test docs peers bench fmt clean

$(VENV)/.installed-core: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed-core
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[test,docs]'
	@touch $@

# What people and what a model are known to have written calibrates how the crawl is read.
demo: $(VENV)/.installed-core
	@rm -rf out/demo out/demo-*
	$(BIN)/headwater curate examples/known/people.warc.gz --out out/demo-people
	$(BIN)/headwater curate examples/known/machine.jsonl --out out/demo-machine
	$(BIN)/headwater curate calibrate out/demo-people --generated out/demo-machine --canary-share 0.5 --out out/demo-people.json
	$(BIN)/headwater curate examples/crawl --calibration out/demo-people.json --out out/demo
	$(BIN)/headwater reserve keygen example.com/demo --keys out/demo-keys
	$(BIN)/headwater curate seal out/demo --out out/demo-release --keys out/demo-keys
	$(BIN)/headwater curate verify out/demo-release --key out/demo-release.key.txt --html out/demo-release.html

$(VENV)/.installed-loop: $(VENV)/.installed-core
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[watermark]'
	@touch $@

loop: $(VENV)/.installed-loop
	$(BIN)/headwater loop run studies/plays.txt --out out/loop

# The picture of the README, from the page of that loop.
picture: loop
	chromium --headless --no-sandbox --hide-scrollbars --window-size=1280,1738 --force-device-scale-factor=0.78125 \
	  --screenshot=docs/images/loop.png $(CURDIR)/out/loop/report.html

# The pictures of studies in the README and the tutorial, from their pages; half an hour of CPU time.
figures: $(VENV)/.installed-test
	$(BIN)/headwater lab run shumailov-gaussian
	$(BIN)/headwater lab run suresh
	$(BIN)/headwater lab run alemohammad
	$(BIN)/headwater lab run shumailov-lm
	$(BIN)/headwater lab run monitor-stages --model full
	$(BIN)/python docs/images/lab.py out/lab

test: $(VENV)/.installed-test
	$(BIN)/pytest -n 2 -m 'not slow and not interop'
	$(BIN)/ruff check
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/.installed-test
	$(BIN)/sphinx-build -W --keep-going -q -b html docs docs/_build/html

# Peers live apart: datatrove brings a package that replaces the language model of ours.
$(VENV)-peers/.installed: Makefile benchmarks/peers/pages.txt
	$(PYTHON) -m venv $(VENV)-peers
	$(VENV)-peers/bin/pip install --quiet --disable-pip-version-check \
	  'datatrove[io,processing]==0.10.1' 'fastwarc>=2.0.1,<3' lxml_html_clean python-magic 'resiliparse>=2.0.1,<3' \
	  'nltk==3.9.2' 'pymerkle==7.0.0' 'setuptools>=75' warcio attrs pandas pyarrow 'scikit-activeml==1.0.1' 'scikit-learn==1.6.1'
	$(VENV)-peers/bin/pip install --quiet --disable-pip-version-check 'lmscan==0.6.1' 'thinkst-zippy==0.1.3'
	# crowd-kit asks for transformers, for texts that we do not aggregate.
	$(VENV)-peers/bin/pip install --quiet --disable-pip-version-check --no-deps 'crowd-kit==1.4.2'
	$(VENV)-peers/bin/pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: \
	  --no-build-isolation --require-hashes --requirement benchmarks/peers/pages.txt --dest $(VENV)-peers/pages
	@touch $@

peers: $(VENV)-peers/.installed

bench: $(VENV)/.installed-test peers
	$(BIN)/python benchmarks/curate.py
	$(BIN)/python benchmarks/stages.py
	$(BIN)/python benchmarks/engine.py
	$(BIN)/python benchmarks/log.py
	$(BIN)/python benchmarks/reserve.py
	$(BIN)/python benchmarks/sample.py
	$(BIN)/python benchmarks/watermark.py
	$(BIN)/python benchmarks/collapse.py
	$(BIN)/python benchmarks/review.py
	$(BIN)/python benchmarks/internet_scale.py
	$(BIN)/python benchmarks/loop.py

fmt: $(VENV)/.installed-test
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

clean:
	rm -rf $(VENV) $(VENV)-peers out docs/_build
