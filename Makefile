# SPDX-License-Identifier: MIT
# A thin layer over the CMake presets. `make run` and `make check` are all that a newcomer needs.

PRESET ?= release
BUILD  := $(if $(filter release,$(PRESET)),build,build/$(PRESET))

.PHONY: all run check lab-check install docs setup build format tidy cppcheck fuzz bench conform clean

all: build

setup:
	@sh scripts/install-dependencies

build: setup
	@test -f $(BUILD)/build.ninja || cmake --preset $(PRESET) >/dev/null
	@cmake --build --preset $(PRESET)

run: build
	@sh scripts/run-crash $(BUILD)/coldplug

check: build
	@ctest --preset $(PRESET)

# Needs root, and a network for the first time; see docs/lab.md.
lab-check: build
	@sh scripts/lab-check $(BUILD)/coldplug $(SYSTEMD)

install: build
	@cmake --install $(BUILD)

docs: build
	@sh scripts/install-dependencies --docs
	@sh scripts/build-docs $(BUILD)/coldplug build/docs/html

conform: build
	@$(BUILD)/coldplug conform tests/recordings/*.jsonl

bench: build
	@cmake --build --preset $(PRESET) --target run-bench

format:
	@git ls-files '*.c' '*.h' | xargs clang-format -i

tidy:
	@sh scripts/tidy

cppcheck:
	@sh scripts/cppcheck

fuzz:
	@sh scripts/fuzz

clean:
	@rm -rf build
