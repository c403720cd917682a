# What people and CI call. Anything longer than a line is a file in script/.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PY := .venv/bin/python
PYTEST := $(PY) -m pytest
export ANSIBLE_CONFIG := $(CURDIR)/ansible.cfg

.PHONY: help venv demo demo-delete test test-unit test-sandbox lint sanity test-cluster test-clients test-long benchmark lock schema sizes fidelity changelog clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | column -t -s "$$(printf '\t')"

venv: .venv/.made ## Make the Python environment in .venv, as requirements.lock says
.venv/.made: requirements.lock script/python
	@script/venv

demo: venv ## Build a real cluster over AWS, Azure and GCP in the sandbox; again: 0 changes
	@script/demo

demo-delete: venv ## Delete the demo cluster, prove it, stop the sandbox
	@script/demo-delete

test: venv lint sanity test-unit test-sandbox benchmark ## Everything that needs no root: lints, unit tests, clouds

test-unit: venv ## Pure tests, no network, seconds
	$(PYTEST) tests/unit tests/architecture

test-sandbox: venv ## Modules, playbooks and the runner as real processes, against the clouds of the sandbox
	$(PYTEST) tests/sandbox tests/contract -m "not long" -n 4 --dist loadfile --durations=15

benchmark: venv ## How long a plan takes in which nothing is to do, as a ratio to the smallest run of Ansible
	$(PYTEST) tests/benchmarks

lint: venv ## All lints
	@script/lint

sanity: venv ## ansible-test sanity on a real copy
	@script/sanity

test-cluster: venv ## Real hosts, real tunnels, a real cluster (root; up to 40 minutes)
	@script/host-packages
	$(PYTEST) tests/hosts tests/cluster -m "not long" --durations=15

test-clients: venv ## The unmodified aws, az and gcloud against the sandbox (fetches aws and az once: 800 MB)
	@script/clients
	$(PYTEST) tests/clients -rs --durations=9

test-long: venv ## What is longer than CI: every case of the grids of which CI draws some
	@script/host-packages
	$(PYTEST) tests/sandbox tests/contract -m long -n 4 --dist loadfile
	$(PYTEST) tests/cluster --durations=15

lock: ## Resolve the dependencies anew into requirements.lock
	script/lock

fidelity: venv ## Write the tables of docs/fidelity.md from what the simulators refuse
	$(PY) -m tests.contract.fidelity --write

schema: venv ## Write docs/cluster.schema.json from the code
	script/schema

sizes: venv ## Write the tables of docs/sizes.md from the code
	$(PY) script/sizes

changelog: venv ## Make CHANGELOG.md from the fragments; again: bring the version of galaxy.yml up to date with them
	PATH="$(CURDIR)/.venv/bin:$$PATH" antsibull-changelog release --refresh

clean: ## Remove what make made in the checkout (not the caches)
	rm -rf .venv .ansible .mypy_cache .pytest_cache .ruff_cache .import_linter_cache tests/output
