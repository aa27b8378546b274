# `make help` lists the targets.

PREFIX ?= /usr/local
SWIFT ?= swift
SOURCES = Sources Attacks Reports Tests Package.swift Benchmarks/Package.swift Benchmarks/Sources

# oneDNN has no .pc file, and Homebrew's folders are not among those that the compiler looks into.
ifeq ($(shell uname -s),Darwin)
  BREW := $(shell brew --prefix 2>/dev/null)
  ifneq ($(BREW),)
    SWIFT_FLAGS += -Xcc -I$(BREW)/include -Xlinker -L$(BREW)/lib
  endif
endif

RELEASE = -c release $(SWIFT_FLAGS)
# No test imports what is internal: with other flags for tests, everything would be compiled a second time for them.
TEST = test $(RELEASE) --disable-testable-imports
BINARIES = $$($(SWIFT) build $(RELEASE) --show-bin-path)

.PHONY: help demo test smoke test-python test-variants build install benchmark format lint clean dependencies

help:
	@echo 'make demo      build, attack the shipped models by FGSM, and write a report into runs/'
	@echo 'make test      run the tests'
	@echo 'make smoke     run the fast half of the tests, which takes less than a minute once they are built'
	@echo 'make test-python   the tests of the Python package that need no framework, with the release version'
	@echo 'make test-variants  the tests that compute, built as this machine would not choose but can run: ROBUST_CPU=portable, avx2'
	@echo 'make build     build the release version of robust: ROBUST_CPU=avx512, avx2 or portable'
	@echo 'make install   build it and install it: PREFIX=/usr/local, DESTDIR='
	@echo 'make benchmark measure it against PyTorch and Foolbox: QUICK=1, ONLY=full/input,cnn/step'
	@echo 'make format    format the sources'
	@echo 'make lint      check the format of the sources'
	@echo 'make clean     remove what was built'
	@echo 'What is missing of the system libraries is installed first, by apt-get or Homebrew.'

dependencies:
	@Scripts/install-dependencies

build: dependencies
	$(SWIFT) build $(RELEASE)

demo: build
	@binaries=$(BINARIES) && set -x && "$$binaries/robust" sweep --attack fgsm

test: dependencies
	$(SWIFT) $(TEST)

# Without the tests marked `.slow`.
smoke: dependencies
	ROBUST_SMOKE=1 $(SWIFT) $(TEST)

# With the program that `make build` made.
test-python:
	@ROBUST=$${ROBUST:-$(BINARIES)/robust} Scripts/test-python

# Each variant rounds, and so trains, differently. Only tests whose outcome can depend on that are built and run: not those of
# rooms that compute nothing (Package.swift lists them), and of the command line those of checks, sweeps and training. In a
# folder of its own, so that the next `make build` does not start over.
test-variants: dependencies
	@for variant in $$(Scripts/other-variants); do \
	  (set -x; ROBUST_CPU=$$variant ROBUST_TESTS=computing $(SWIFT) $(TEST) --scratch-path .build-variants \
	    --skip '^CommandLineTests\.(?!(TrustCheckCommand|Sweep|Train)Tests/)') || exit 1; \
	done

# The folders are replaced, so that no file of an older version stays. On macOS they are bundles.
install: build
	@set -eu; umask 022; \
	binaries=$(BINARIES); bin="$(DESTDIR)$(PREFIX)/bin"; share="$(DESTDIR)$(PREFIX)/share/robust"; \
	install -d "$$bin" "$$share"; \
	install -m 755 "$$binaries/robust" "$$bin/robust"; \
	for module in Models Datasets; do \
	  for folder in "robust_$$module.resources" "robust_$$module.bundle"; do \
	    rm -rf "$$share/$$folder"; \
	    if [ -d "$$binaries/$$folder" ]; then cp -R "$$binaries/$$folder" "$$share/"; fi; \
	  done; \
	  if ! ls -d "$$share/robust_$$module".* >/dev/null 2>&1; then \
	    echo "make install: the resources of $$module are not in $$binaries" >&2; exit 1; \
	  fi; \
	done; \
	chmod -R u=rwX,go=rX "$$share"; \
	for script in bash:bash-completion/completions/robust zsh:zsh/site-functions/_robust \
	  fish:fish/vendor_completions.d/robust.fish; do \
	  file="$(DESTDIR)$(PREFIX)/share/$${script#*:}"; install -d "$$(dirname "$$file")"; \
	  if "$$binaries/robust" --generate-completion-script "$${script%%:*}" > "$$file"; then chmod 644 "$$file"; else \
	    rm -f "$$file"; echo "make install: no completion for $${script%%:*}, since robust does not run here" >&2; \
	  fi; \
	done; \
	echo "installed $$bin/robust, and what it needs in $$share"

# The environment with PyTorch and Foolbox is made once. Without it, robust is measured alone.
# SwiftPM looks at the manifest above Benchmarks only if that of Benchmarks is new.
benchmark: dependencies
	@touch Benchmarks/Package.swift
	$(SWIFT) build $(RELEASE) --package-path Benchmarks
	@binaries=$$($(SWIFT) build $(RELEASE) --package-path Benchmarks --show-bin-path) && \
	peer=$$(Benchmarks/Peers/install) && \
	python3 Benchmarks/compare.py --ours "$$binaries/robust-benchmark" $${peer:+--peer "$$peer"} \
	  $(if $(QUICK),--quick) $(if $(ONLY),--only '$(ONLY)')

format:
	$(SWIFT) format --in-place --recursive $(SOURCES)

lint:
	$(SWIFT) format lint --strict --recursive $(SOURCES)

clean:
	$(SWIFT) package clean
	rm -rf .build-variants
