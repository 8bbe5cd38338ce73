# `make run` publishes a release, `make test` runs the tests; both set everything up from a bare Python 3.11.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: run test test-documents bench lint check khmer system lock clean

run: $(READY)  ## the main job: refresh, judge, publish
	$(BIN)/ftadata run

test: $(READY)  ## the tests; those on the held documents too where FTADATA_DOCUMENTS names them
	$(BIN)/python -m pytest -m "not benchmark" -rs -n 2 --dist loadfile

test-documents: $(READY)  ## the tests on the held documents; fails where one is skipped
	$(BIN)/python -m pytest -m "documents and not benchmark" --forbid-skips -n 2 --dist loadfile

bench: $(READY)  ## the figures, as tables a person can read
	$(BIN)/python -m pytest -m benchmark -s -rs tests/benchmarks

lint: $(READY)  ## format, lint, types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

check: lint test  ## the one door

khmer: $(READY)  ## put the places where a line may break into the Khmer of the content
	$(BIN)/python -m transforms.khmer sources/content

system:  ## Debian packages that further tests use
	apt-get update -qq
	apt-get install -y -qq --no-install-recommends poppler-utils tesseract-ocr tesseract-ocr-eng r-base-core chromium

lock: $(READY)  ## renew the locked dependencies
	$(BIN)/python -m uv pip compile -q --python-version 3.11 --extra dev --generate-hashes --no-strip-extras \
		--no-header pyproject.toml -o requirements.lock

clean:  ## remove what can be made again; data/ stays
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@
