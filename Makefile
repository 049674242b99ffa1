# make demo    play four rule sets on us_parcel, compare them, write a report
# make test    run the tests
# make check   lint and type-check
# make fuzz    try a hundred thousand hostile files (about an hour); others: make fuzz FUZZ_INPUTS=5000 FUZZ_SEED=7
# make theory  what takes long: agreements with closed forms, and their table in tests/theory/README.md; faults; tutorials (two hours)
# make coverage  run the tests and show which lines and branches of sim, policies and reports none of them reached
# make mutants   change a module in every small way, and show what its tests do not notice: make mutants MODULE=sim/ledger.py
# make docs    write the tables of scenarios/README.md, policies/README.md and reports/README.md again, after a change
# make baselines  keep the numbers and journals that the shipped scenarios give today, after a change that is meant to change them
# make versions  compare journals and numbers on other Pythons, with the oldest and the newest packages
# make bench   measure speed, where the time goes, and memory; some cases: make bench BENCH_ARGS="us_parcel physics"
# make clean   remove what make made (results in runs/ stay)
#
# Everything runs in $(VENV), which is made on the first call and again only when pyproject.toml changes.
# Another interpreter: make test PYTHON=python3.12 (3.11 or later).

PYTHON ?= python3
VENV ?= .venv
# Half a day of orders, so that the demo takes a minute or two on two cores.
DEMO_ARGS ?= -n 3 --set warm_up_days=0.5 --set days=0.5
FUZZ_INPUTS ?= 100000
FUZZ_SEED := $(or $(FUZZ_SEED),$(shell date +%s))
PYTEST_ARGS ?= -n auto --dist loadgroup
# Left out where lines are counted: what plays for long takes several times as long then.
PLAYED_LONG ?= baselines benchmarks browser readme theory versions
# Programs or paths. All that are named must be there; with pyenv: PYENV_VERSION=3.11.7:3.12.1:3.13.0 make versions
PYTHONS ?= python3.11 python3.12 python3.13

# The tests start hundreds of programs: what Python has compiled is kept, whatever the machine is told.
unexport PYTHONDONTWRITEBYTECODE

bin := $(VENV)/bin
# Stamps: what a target needs is installed once. `demo` does not wait for the tools of the developers.
run_stamp := $(VENV)/.installed-run
dev_stamp := $(VENV)/.installed-dev
mutants_stamp := $(VENV)/.installed-mutants

.DEFAULT_GOAL := help
.PHONY: help demo test check theory docs baselines versions fuzz coverage mutants bench clean

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

demo: $(run_stamp)
	$(bin)/orderlab run us_parcel -p nearest -p cheapest -p fewest_shipments -p balanced $(DEMO_ARGS)

test: $(dev_stamp)
	$(bin)/python -m pytest $(PYTEST_ARGS)

check: $(dev_stamp)
	$(bin)/ruff check .
	$(bin)/ruff format --check .
	$(bin)/mypy --num-workers auto

theory: $(dev_stamp)
	$(bin)/python -m pytest $(PYTEST_ARGS) -m "theory or family" --junit-xml=build/theory.xml
	$(bin)/python -m tests.theory.table build/theory.xml

fuzz: $(dev_stamp)
	@echo "seed $(FUZZ_SEED)"
	ORDERLAB_FUZZ=$(FUZZ_INPUTS) $(bin)/python -m pytest -m fuzz --hypothesis-seed=$(FUZZ_SEED) $(FUZZ_ARGS)

coverage: $(dev_stamp)
	$(bin)/python -m coverage erase
	$(bin)/python -m coverage run -m pytest $(PYTEST_ARGS) $(addprefix --ignore=tests/,$(PLAYED_LONG))
	$(bin)/python -m coverage combine --quiet
	$(bin)/python -m coverage report

mutants: $(mutants_stamp)
	$(bin)/python tests/mutation/mutants.py $(MODULE)

docs: $(run_stamp)
	$(bin)/python -m sim.scenario.reference
	$(bin)/python -m policies.reference
	$(bin)/python -m reports.exports.meanings

baselines: $(dev_stamp)
	$(bin)/python tests/baselines/test_pack.py

versions: $(dev_stamp)
	$(bin)/python tests/versions/matrix.py $(PYTHONS) --pytest="$(PYTEST_ARGS) tests/baselines tests/golden"

bench: $(dev_stamp)
	$(bin)/python tests/benchmarks/bench.py $(BENCH_ARGS)

clean:
	rm -rf $(VENV) build *.egg-info .coverage* .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(bin)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "orderlab needs Python 3.11 or later; this is $$($(PYTHON) --version). Try: make PYTHON=python3.12"; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || \
		{ echo "this Python cannot make virtual environments. On Debian: apt-get install python3-venv"; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(run_stamp): pyproject.toml | $(bin)/python
	$(bin)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(dev_stamp): pyproject.toml | $(bin)/python
	$(bin)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(run_stamp)

$(mutants_stamp): pyproject.toml | $(bin)/python
	$(bin)/python -m pip install --quiet --disable-pip-version-check --editable '.[mutants]'
	@touch $@ $(run_stamp) $(dev_stamp)
