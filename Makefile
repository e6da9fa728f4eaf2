# Every target sets up what it needs: `make run` on a fresh clone is enough.
PYTHON ?= python3
PORT ?= 8501
BIN := .venv/bin
NODE := $(shell command -v npm 2>/dev/null)
export PYTHONUTF8 := 1

.DEFAULT_GOAL := help
.PHONY: reference presets help run setup setup-dev test lint types unit browser canvas canvas-check bench verify screenshot clean

help: ## print these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup ## set up and open the playground in the browser (PORT=8501)
	@$(BIN)/python -m engine.warm >/dev/null 2>&1 &
	@$(BIN)/python -m streamlit run app.py --server.address 127.0.0.1 --server.port $(PORT) --browser.gatherUsageStats false

setup: .venv/.installed ## virtual environment with what the product needs

setup-dev: .venv/.installed-dev ## the same with the tools of the developers

.venv/.installed: requirements.txt pyproject.toml scripts/venv.sh
	@sh scripts/venv.sh "$(PYTHON)"
	@echo "Installing the requirements …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.installed-dev: .venv/.installed requirements-dev.txt
	@echo "Installing the tools of the developers …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

test: lint types canvas-check unit browser ## everything a change must pass

lint: setup-dev ## ruff: rules and format of imports
	$(BIN)/ruff check .

types: setup-dev ## mypy
	$(BIN)/mypy

# The kernel is compiled once before the workers start: two of them compiling at a time would take twice as long.
unit: setup-dev ## tests without a browser, on two cores
	$(BIN)/python -m engine.warm
	$(BIN)/pytest -n 2 -m "not browser"

browser: setup-dev ## tests of the page in Chromium
	@sh scripts/chromium.sh $(BIN)/python
	$(BIN)/python -m engine.warm
	$(BIN)/pytest -m browser -s

canvas: ## build the canvas bundle (needs Node)
	cd canvas/frontend && npm ci --no-fund --no-audit && npm run build

# The bundle is committed, so users need no Node. Where Node is present, the committed one must be what its sources build.
canvas-check:
ifeq ($(NODE),)
	@echo "npm is not here: the canvas bundle is not rebuilt."
else
	cd canvas/frontend && npm ci --no-fund --no-audit && npm run build && npm test
	@git diff --exit-code --stat -- canvas/build && test -z "$$(git ls-files --others --exclude-standard canvas/build)" \
	  || { echo "canvas/build differs from what canvas/frontend builds: run make canvas and commit the result." >&2; exit 1; }
endif

bench: setup ## measure the engine against its reference points
	$(BIN)/python -m engine bench

verify: setup ## compare with exact results: docs/validation.md and the page "How do we know?"; every preset under 20 seeds
	$(BIN)/python -m engine verify --write
	@mkdir -p test-results && echo "Checking every preset under 20 seeds …"
	@$(BIN)/python -m engine check scenarios/*.yaml --seeds 20 > test-results/presets.txt \
	  || { grep -v ✔ test-results/presets.txt; exit 1; }

reference: setup ## rewrite docs/components from the classes
	$(BIN)/python -m scripts.reference

presets: setup ## run every preset and rewrite docs/presets.md with what it measured
	$(BIN)/python -m scripts.presets

screenshot: setup-dev ## redraw the pictures of the README
	@sh scripts/chromium.sh $(BIN)/python
	$(BIN)/python -m scripts.screenshot

clean: ## remove the environment and every cache
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .hypothesis .cache test-results canvas/frontend/node_modules *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
