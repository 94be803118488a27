# Everything a newcomer needs: `make run`, `make test`. Each target sets the machine up, configures and builds first.
.DEFAULT_GOAL := help
.PHONY: help run test bench dev build setup setup-to-build format clean
.NOTPARALLEL:  # setup comes first; what it takes long for runs in parallel by itself
MAKEFLAGS += --no-print-directory

release := build/release
program := $(release)/hedgerow
jobs    := $(shell nproc 2>/dev/null || echo 2)

# make run FOR=60s LOG=memory ARGS="..."; make test LABEL=unit MATCH=regex
FOR   ?=
LOG   ?=
ARGS  ?=
LABEL ?=
MATCH ?=

# WITHOUT_KAFKA=1: neither Java nor a Kafka broker is installed, and the tests that need one are left out.
WITHOUT_KAFKA ?= $(HEDGEROW_WITHOUT_KAFKA)
without_kafka := $(filter-out 0,$(WITHOUT_KAFKA))
left_out      := $(if $(LABEL),,bench)$(if $(without_kafka),|kafka)

help:
	@echo 'make run   [FOR=60s] [LOG=sqlite|kafka|memory] [ARGS=...]  the demo: a local chain, a paper broker, live view; Ctrl-C stops'
	@echo 'make test  [LABEL=unit|contract|actor|e2e|kafka|lint] [MATCH=regex]  all tests, or those with a label or name'
	@echo 'make bench [LOG=kafka]                               benchmarks'
	@echo 'make dev                                             a build for quick turns, in build/dev'
	@echo 'make format                                          formats all C++ files, as a lint test demands'
	@echo 'make build                                           the release build, in build/release'
	@echo 'make setup                                           installs what is missing (as root)'
	@echo 'make ... WITHOUT_KAFKA=1                             no Java, no Kafka broker, no tests that need one'
	@echo 'make clean                                           removes build/'

install := setup/install.sh $(if $(without_kafka),--without-kafka)
# The demo needs nothing that only tests use, and on the embedded log neither Java nor a Kafka broker: its first start does
# not wait for them.
install_to_run := setup/install.sh --without-clients $(if $(without_kafka),--without-kafka,$(if $(filter kafka,$(LOG)),,--without-kafka))

setup:
	@$(install)

setup-to-build:
	@$(install) --to-build

# Ninja configures again by itself when a CMake file changed.
$(release)/build.ninja:
	@cmake --preset release --log-level=WARNING

# $(call build_beside,INSTALL,OPTIONS): installs what the compiler does not need while it works.
build_beside = @$(1) & installing=$$!; cmake --build $(release) -j $(jobs) $(2); built=$$?; wait $$installing && exit $$built

build: setup-to-build $(release)/build.ninja
	$(call build_beside,$(install))

run: install = $(install_to_run)
run: setup-to-build $(release)/build.ninja
	$(call build_beside,$(install),--target hedgerow)
	@exec $(program) demo $(if $(FOR),--for $(FOR)) $(if $(LOG),--log $(LOG)) $(ARGS)

# `exec`: a signal reaches the program or ctest itself, and its exit code is the recipe's.
test: build
	@exec ctest --test-dir $(release) --output-on-failure --no-label-summary --parallel 2 \
	  $(if $(LABEL),-L '^$(LABEL)$$') $(if $(left_out),-LE '^($(left_out))$$') $(if $(MATCH),-R '$(MATCH)') --no-tests=error

# EVENTS=... and SAMPLES=... change how much is measured; LOG=kafka measures on a real broker, beside its yardsticks.
bench: setup $(release)/build.ninja
	@$(if $(filter kafka,$(LOG)),setup/install.sh --yardsticks)
	@cmake --build $(release) -j $(jobs) --target hedgerow pipeline_bench latency_bench $(if $(filter kafka,$(LOG)),kafka_bench takeover_bench)
	@tests/bench/bench$(if $(filter kafka,$(LOG)),_kafka).sh $(release)

dev: setup
	@test -f build/dev/build.ninja || cmake --preset dev --log-level=WARNING
	@cmake --build build/dev -j $(jobs)
	@ln -sfn build/dev/compile_commands.json compile_commands.json

format: setup
	@tests/lint/format.sh --in-place

clean:
	@rm -rf build
