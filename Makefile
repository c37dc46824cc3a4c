# make demo   build the course, grade an invented class, show the report (in demo/)
# make test   run every test
# Both set up .venv first, with the first Python of at least 3.11 that they find; PYTHON=... names another.

PYTHON ?= $(firstword $(foreach name,python3.13 python3.12 python3.11 python3 python3.14,\
	$(shell $(name) -c 'import sys; sys.version_info >= (3, 11) and print("$(name)")' 2>/dev/null)))
BIN := .venv/bin

.PHONY: demo test clean

demo: .venv/instructor
	$(BIN)/autograder demo demo

test: .venv/development
	$(BIN)/python -m pytest -n auto --dist worksteal

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed and was not found."; \
	  echo "  Debian and Ubuntu: sudo apt-get install python3 python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv || { rm -rf .venv; echo "  Debian and Ubuntu: sudo apt-get install python3-venv"; exit 1; }

.venv/instructor: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[instructor]'
	touch $@

.venv/development: pyproject.toml | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[instructor,development]'
	touch $@ .venv/instructor

clean:
	rm -rf .venv demo
