# make demo              install, and show the metrics of made-up data
# make demo DATA=folder  the same for the files in a folder of yours
# make test              every test
# make lint              style of Python and SQL
# make bench             how fast it is
# make parity            the same rows on Postgres as on DuckDB (installs and starts a server of its own)
# make mutants           how many changes of the models the tests would notice
# make faults            kills, full disks, damage and more, and what became of them (some 20 minutes)
# make lock              compile requirements.lock from pyproject.toml anew (needs uv)
# make clean             remove the environment, the demo and what tools leave behind; never your warehouse

.DEFAULT_GOAL := help
.PHONY: help install demo test lint bench parity mutants faults lock clean

# The first Python there is; bootstrap.py looks for a newer one if it is too old.
PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,$(shell command -v $(name) 2>/dev/null)))
BIN := .venv/bin

help:
	@sed -n 's/^# make/make/p' Makefile

install:
	@command -v "$(PYTHON)" >/dev/null || { echo 'error: there is no Python' >&2; \
	echo 'hint: install Python 3.11 or newer, on Debian and Ubuntu with `apt install python3 python3-venv`' >&2; exit 1; }
	@"$(PYTHON)" bootstrap.py

demo: install
	@$(BIN)/casemart demo $(if $(DATA),--data "$(DATA)") $(if $(CASES),--cases $(CASES))

test: install
	$(BIN)/pytest

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/sqlfluff lint --processes 2 models tests/data

bench: install
	$(BIN)/python benchmarks/landing.py

parity: install
	@$(BIN)/python benchmarks/parity.py

mutants: install
	$(BIN)/python benchmarks/mutants.py

faults: install
	@$(BIN)/python benchmarks/faults.py

lock:
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	--only-binary :all: --no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet --output-file requirements.lock

clean:
	rm -rf .venv .casemart/demo .casemart/data out build dist target logs .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
