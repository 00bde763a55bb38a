# Everything starts here: `make demo` to try it, `make test` to change it. Only Python 3.11+ and make are needed.
PY ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 5000
JOBS ?= 2
# Without its compiled files every start of Python would compile all packages anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo test test-long check format bench lock clean .types .lines .house
help:
	@echo "make demo [PORT=5000] [FRESH=1]   try it: a whole season on http://127.0.0.1:PORT"
	@echo "make test                         all checks and tests, on SQLite and PostgreSQL"
	@echo "make check                        format, lint, types, contracts, templates, words"
	@echo "make bench                        measure and write bench/results.md"
	@echo "make format                       put everything into shape"
	@echo "make lock                         renew requirements.lock and package-lock.json"

$(VENV)/.stamp: requirements.lock
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; set PY=python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PY) -m venv $(VENV) || { rm -rf $(VENV); echo "venv is missing; on Debian: apt-get install python3-venv"; exit 1; }
	@echo "Fetching Python packages. This takes a minute or more, once."
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv
	@$(BIN)/uv pip sync -q --python $(BIN)/python requirements.lock || $(BIN)/python -m pip install -q --disable-pip-version-check -r requirements.lock
	@touch $@

node_modules/.stamp: package-lock.json package.json .npmrc $(VENV)/.stamp
	@echo "Fetching the front end's packages, once."
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --silent --no-fund --no-audit
	@touch $@

setup: $(VENV)/.stamp node_modules/.stamp
	@$(BIN)/python -m lms.web.assets

demo: setup
	@$(BIN)/python -m lms.demo --port $(PORT) $(if $(FRESH),--fresh)

check: setup
	@$(MAKE) --no-print-directory -j2 .types .lines .house

.types:
	@$(BIN)/mypy --no-error-summary

.lines:
	@$(BIN)/ruff format --check -q . || { echo "run: make format"; exit 1; }
	@$(BIN)/ruff check -q .
	@$(BIN)/lint-imports --no-cache > .import-contracts.log 2>&1 || { cat .import-contracts.log; exit 1; }
	@$(BIN)/djlint templates --lint --quiet

.house:
	@$(BIN)/python -m pytest tests/house

test: check
	@$(BIN)/python -m pytest -n $(JOBS) --ignore=tests/house --ignore=tests/browser
	@$(BIN)/python -m pytest -n $(JOBS) tests/browser

test-long: check
	@HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest -n $(JOBS) --ignore=tests/house

bench: setup
	@$(BIN)/python -m tests.bench

format: setup
	@$(BIN)/ruff check -q --fix . ; $(BIN)/ruff format -q .

lock: $(VENV)/.stamp
	@$(BIN)/uv pip compile -q --upgrade pyproject.toml --all-extras --group dev --universal -o requirements.lock
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm install --package-lock-only --silent

clean:
	rm -rf $(VENV) node_modules static/build static/vendor .mypy_cache .ruff_cache .hypothesis .import-contracts.log
