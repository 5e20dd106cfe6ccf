# `make run` and `make test` need git, make and a Python >= 3.11 with venv; nothing else.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: run test test-heavy check format bench bench-portfolio bench-faults screenshots assets clean

run: .venv/run.ready
	@exec $(BIN)/guiche up

# A process a core. Each begins with a stretch of the whole in its order, so that a browser and a
# database are made once in it, and takes from the others when it is done. ARGS="-n 0": in one.
# What is held against a clock or keeps every core busy comes last, one after the other; 5 is
# pytest's "no such test" among ARGS.
test: .venv/dev.ready
	$(BIN)/pytest -m "not (heavy or timed or storm)" -n auto --dist worksteal $(ARGS)
	$(BIN)/pytest -m "timed or storm" $(ARGS) || test $$? -eq 5

test-heavy: .venv/dev.ready
	$(BIN)/pytest -m heavy $(ARGS)

check: .venv/dev.ready
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest tests/test_architecture.py

format: .venv/dev.ready
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: .venv/dev.ready
	PYTHONPATH=tests $(BIN)/python -m benchmarks $(ARGS)

# ARGS=--quick for a short run. CONTRIBUTING.md says what its peers need.
bench-portfolio: .venv/dev.ready
	PYTHONPATH=tests $(BIN)/python -m benchmarks.portfolio $(ARGS)

bench-faults: .venv/dev.ready
	PYTHONPATH=tests $(BIN)/python -m benchmarks.faults $(ARGS)

screenshots: .venv/dev.ready
	PYTHONPATH=tests $(BIN)/python scripts/screenshots.py

# What the pages take from elsewhere is committed; this brings a newer version in. Needs Node.
assets:
	scripts/assets

clean:
	rm -rf .venv .cache build dist

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Guichê precisa de Python 3.11 ou mais novo; use make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv

# The source tree is installed in place: a change in the code needs no new installation.
.venv/run.ready: requirements/build.txt requirements/run.txt pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/build.txt
	$(BIN)/python -m pip install --quiet --require-hashes --no-build-isolation -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

.venv/dev.ready: requirements/dev.txt .venv/run.ready
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements/dev.txt
	touch $@
