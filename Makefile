# `make` alone lists the commands. What they need is set up by tools/, once, and again only when it changed.
# PYTHON names the interpreter to build .venv with; otherwise the first 3.11 or newer on PATH is taken.
export PYTHON
RUN := @exec tools/python tools/make.py

.DEFAULT_GOAL := help
.PHONY: help serve dev setup web test compat lint format bench bench-large scale drill clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

serve: ## Set up all that is needed and serve the app; Ctrl-C stops it (ARGS go to `ai-editor serve`)
	$(RUN) serve

dev: ## The app with Vite's own server before it: a change of web/src is on the page at once; Ctrl-C stops both
	$(RUN) dev

setup: ## Prepare .venv for work on the code
	$(RUN) setup

web: ## Build the frontend bundle, when its sources changed
	$(RUN) web

test: ## Run all tests (ARGS go to pytest)
	$(RUN) test

lint: ## Run all checks: ruff, mypy, import-linter, eslint, vue-tsc
	$(RUN) lint

format: ## Format the code and mend what can be mended
	$(RUN) format

compat: ## Replay every endpoint against better-auth itself; writes docs/compatibility.md
	$(RUN) compat

bench: ## Measure it beside its peers; writes docs/performance.md
	$(RUN) bench

bench-large: ## The same with a million users: minutes, and 5 GB of disk
	$(RUN) bench-large

scale: ## Measure two servers behind nginx, and take away what they stand on; writes docs/scaling.md (ARGS name questions)
	$(RUN) scale

drill: ## Kill, freeze, fill and flood it, and see that nothing is lost; writes docs/drills.md (ARGS name drills)
	$(RUN) drill

clean: ## Remove what was built and installed; data/ stays
	$(RUN) clean
