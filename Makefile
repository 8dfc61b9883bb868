# Everything a developer does here. `make` sets the machine up, `make test` tells whether all is well.
#
#   make               create .venv and the links through which Ansible finds this clone
#   make demo          verify an embedded environment and show the report (no root needed)
#   make test          unit, integration, demo and (as root on Debian) lab tests
#   make test-kubernetes   build a real API server once (about half an hour, on Debian 12), and verify it
#   make lint types    ruff, yamllint, ansible-lint, antsibull lints, shellcheck; mypy
#   make sanity        ansible-test sanity on the oldest and the newest supported ansible-core
#   make docs build    the documentation site; the collection's artifact, checked by galaxy-importer
#   make lab-up        boot the lab of real hosts (make lab-down stops it)
#   make test-bigquery   the bigquery verifier against an emulator (Python 3.13, 550 MB; not part of make test)
#   make bench         measure against the alternatives, on a lab of its own (about half an hour, alone on the machine)
#   make eval          how well items are matched with controls (LISTS=folder: other lists); make eval-train learns anew
#   make verifier NAME=time_sync CONTROL=host.time_sync   begin a verifier (see CONTRIBUTING.md)
#   make requirements  resolve requirements/*.in again into the pinned requirements/*.txt
#   make clean         remove what all of these made, except the lab

# The oldest supported ansible-core; on a machine with nothing older than Python 3.14, the newest.
ANSIBLE ?= $(if $(shell .ci/find-python 3.11 3.12 3.13),2.19,2.21)
NEWEST  := 2.21
BIN     := .venv/bin
PYTEST  := $(BIN)/python -m pytest
export PATH := $(CURDIR)/$(BIN):$(PATH)
# As pip does: trust what the machine trusts, a company's own authority included.
export UV_SYSTEM_CERTS := 1
# Real checklists beside the clone, for the tests that can use them; they skip without.
export GOLIVE_SHARED ?= $(abspath $(wildcard ../shared))

.PHONY: setup demo test test-unit test-hosts-python test-browser test-demo test-lab test-kubernetes test-newest test-bigquery \
        lint types sanity docs build lab-up lab-down bench eval eval-train verifier requirements clean

setup:
	@.ci/venv .venv $(ANSIBLE)
	@.ci/link

demo: setup
	$(BIN)/python inventories/demo/environment/run.py

# A real API server is verified where `make test-kubernetes` has once built it: CI has no time for that.
KUBERNETES := $(wildcard $(or $(GOLIVE_KUBERNETES_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/golive-kubernetes)/bin/complete)

# Hosts' Python, the browser and the demo need one core each.
test: test-unit
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target test-hosts-python test-browser test-demo
	@$(MAKE) --no-print-directory test-lab $(if $(KUBERNETES),test-kubernetes)
	@$(if $(KUBERNETES),,echo "SKIPPED: no real API server was verified: run make test-kubernetes once")
	@$(BIN)/python -m tests.ways

test-unit: setup
	@rm -rf tests/output/ways
	.ci/monitoring .venv/bin
	.ci/readers .venv/readers
	.ci/host-tools
	@# Three on two cores: many wait for servers, or for Ansible.
	$(PYTEST) -n 3 --dist worksteal -m "not lab and not demo"

# Code that travels to hosts, on the oldest Python that a host may have.
test-hosts-python: setup
	.ci/test-hosts-python

# The HTML report in a real browser.
test-browser: setup
	.ci/chromium
	$(PYTEST) tests/browser

test-demo: setup
	$(PYTEST) -m demo

test-lab: setup
	.ci/test-lab

# Against real controllers and a real scheduler of Kubernetes.
test-kubernetes: setup
	tests/kubernetes/build
	$(PYTEST) tests/kubernetes

# The bigquery verifier against an emulator that runs queries.
test-bigquery: setup
	.ci/test-bigquery

# The other end of the support matrix.
test-newest: setup
	.ci/test-newest $(NEWEST)

lint: setup
	.ci/lint

types: setup
	$(BIN)/mypy

sanity: setup
	.ci/sanity $(ANSIBLE) $(NEWEST)

docs: setup
	.ci/docs

build: setup
	.ci/build

lab-up lab-down: lab-%: setup
	tests/lab/lab $*

bench: setup
	$(BIN)/python -m tests.bench

eval: setup
	$(BIN)/python -m tests.eval $(LISTS)

eval-train: setup
	$(BIN)/python -m tests.eval --train

verifier:
	@python3 .ci/new_verifier.py $(NAME) $(CONTROL)

requirements: setup
	.ci/lock

clean:
	rm -rf .venv .venv-* .ansible build docs/_build docs/reference/collections playbooks/collections \
	    .mypy_cache .ruff_cache .pytest_cache tests/output
