# Thước Đo. `make help` lists the targets. Only Python 3.11, make and git are needed.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= $(shell for each in python3.11 python3 python; do "$$each" -c \
    'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null && { echo "$$each"; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)
export THUOCDO_HOME ?= $(CURDIR)/var

# The stamps carry the lock files' hashes: a changed lock installs again, an unchanged one never does.
LOCK := $(shell cat requirements/base.txt pyproject.toml | sha256sum | cut -c1-12)
TEST_LOCK := $(shell cat requirements/base.txt requirements/test.txt | sha256sum | cut -c1-12)
PIP := $(BIN)/python -m pip install -qq --no-compile --no-deps --disable-pip-version-check
# uv takes seconds; pip is asked where uv cannot reach the registry (an address that only pip's own settings name).
UV := $(BIN)/uv pip install -q --no-progress --python $(BIN)/python --no-deps

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Cần Python 3.11, không tìm thấy. / Python 3.11 is needed."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.base-$(LOCK): | $(VENV)/bin/python
	@echo "Cài đặt môi trường theo tệp khóa (một lần)… / Installing the locked environment (once)…"
	@$(PIP) --require-hashes -r requirements/bootstrap.txt
	@$(UV) --require-hashes -r requirements/base.txt || $(PIP) --require-hashes -r requirements/base.txt
	@$(PIP) --no-build-isolation -e .
	@touch $@

$(VENV)/.test-$(TEST_LOCK): $(VENV)/.base-$(LOCK)
	@$(UV) --require-hashes -r requirements/test.txt || $(PIP) --require-hashes -r requirements/test.txt
	@touch $@

.PHONY: setup
setup: $(VENV)/.base-$(LOCK) ## make the environment from the lock files

.PHONY: setup-test
setup-test: $(VENV)/.test-$(TEST_LOCK) ## the same with what tests need

.PHONY: run
run: setup ## run the whole job through Airflow on the five plans, then print boards and where things are
	@thuocdo run

.PHONY: check
check: setup-test ## linters, types, plan files
	ruff check .
	ruff format --check .
	mypy
	sqlfluff lint --processes 2 -q dbt_project/models dbt_project/tests dbt_project/macros
	yamllint -s .
	thuocdo plans check

.PHONY: test
test: check ## everything that must hold before a commit lands
	@tests/install_office.sh
	pytest -n 2 --dist loadfile

.PHONY: fuzz
fuzz: setup-test ## slow proof: 100,000 mutated files through gate, cage and form (goes on where it was stopped)
	@python -m tests.fuzz.campaign --files 100000

.PHONY: schema
schema: setup ## write the JSON Schemas of plan files and of the JSON form anew
	thuocdo plans schema --out plans/plan.schema.json
	thuocdo forms schema --out docs/form.schema.json

.PHONY: lock
lock: setup ## lock the requirements anew
	uv pip compile --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-strip-extras \
	    requirements/base.in -o requirements/base.txt
	uv pip compile --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-strip-extras \
	    requirements/test.in -o requirements/test.txt
	uv pip compile --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    requirements/bootstrap.in -o requirements/bootstrap.txt

.PHONY: up
up: setup ## start the whole service on 127.0.0.1 (Airflow, pages, portal simulator); make down stops it
	@python -m cli.service up

.PHONY: down
down: ## stop the service
	@python -m cli.service down

.PHONY: clean
clean: ## remove the environment and caches, never the state folder
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache dbt_project/target

.PHONY: proof-kill
proof-kill: setup-test ## slow proof: kill -9 at every durable step of intake and channels, 200 at random, 10,000 redeliveries
	pytest -q tests/ingestion/kill tests/ingestion/channels -k "kill or death or redeliver" --kill-everywhere --timeout=7200

.PHONY: proof
proof: setup ## slow proof: the whole job twice from an empty state folder; no figure may change
	rm -rf build/proof && mkdir -p build/proof
	THUOCDO_HOME=$(CURDIR)/build/proof thuocdo run --json > build/proof-first.json
	THUOCDO_HOME=$(CURDIR)/build/proof thuocdo run --json > build/proof-second.json
	@python -c "import json; a, b = (json.load(open(f'build/proof-{n}.json')) for n in ('first', 'second')); \
	    assert a['snapshot_id'] == b['snapshot_id'] and a['extracts'] == b['extracts'], (a, b); print('same figures', a['snapshot_id'])"

.PHONY: bench-forms
bench-forms: setup-test ## benchmark: what reading a form safely costs, then a month of 30,000 forms
	@python benchmarks/read_forms.py
	@python benchmarks/thirty_thousand.py

.PHONY: bench-dossiers
bench-dossiers: setup-test ## benchmark: a million dossiers through HTTP and built; rows per second, memory, equal counts
	@python benchmarks/million_dossiers.py

.PHONY: proof-pull
proof-pull: setup-test ## slow proof: a pull killed 200 times with kill -9 brings every dossier once
	PULL_KILLS=200 pytest -q tests/ingestion/portal/test_kills.py

.PHONY: proof-contract
proof-contract: setup-test ## slow proof: the portal simulator against its OpenAPI document, 1,000 calls for each operation
	CONTRACT_CALLS=1000 pytest -q tests/ingestion/portal/simulator/test_contract.py

.PHONY: proof-reading
proof-reading: setup-test ## slow proof: twenty times as many messed-up forms, each read as equal or refused
	HYPOTHESIS_PROFILE=proof pytest -q -n 2 --dist load --timeout=3600 tests/ingestion/forms/test_round_trips.py
