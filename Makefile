# The two commands of the README are `make demo` and `make test`. Each installs what is missing
# (packaging/prepare.sh says what and why), builds, and does its job.

SWIFT ?= swift
# No package has the runtime of Debian 12's toolchain, so a release includes it. The linker is the
# toolchain's own, as for the packages: it packs the relocations, and separates executable from
# read-only pages, so that 2 MB less are resident. Debian installs it outside of PATH.
export PATH := $(PATH):/usr/libexec/swift/bin
RELEASE = $(SWIFT) build -c release --static-swift-stdlib --scratch-path .build-release \
	-Xswiftc -use-ld=lld -Xlinker -z -Xlinker pack-relative-relocs

# One test at a time: many use real threads and sound devices, which two busy cores would starve.
ONE_BY_ONE = --disable-xctest --no-parallel
THREADS = --sanitize=thread -Xswiftc -O -Xswiftc -DMARTLET_TSAN --scratch-path .build-tsan
# How many of the device's days `make test` simulates, and how long `make simulate` runs.
DAYS ?= 2000
SECONDS ?= 600
FROM ?= 0

# How long each steady check of `make vm-test` lasts, and how often it unplugs a card.
MINUTES ?= 1
CYCLES ?= 10

.PHONY: help demo test vm-test simulate build release style bench audio-figures webrtc rtsan tsan asan debian13 deb \
	package-test service-test clean

help:
	@echo "make demo      the main job on simulated hardware: press, talk, hear, a lamp switches"
	@echo "make test      every test that needs no special rights"
	@echo "make vm-test   kernel sound cards and GPIO in a virtual machine (MINUTES=30 CYCLES=100)"
	@echo "make simulate  the device's days with faults of every kind, in virtual time (SECONDS=600)"
	@echo "make style     formatting, and the layout's rules"
	@echo "make release   the optimized programs, in .build-release/release"
	@echo "make bench     what the hot paths cost, beside their budgets"
	@echo "make audio-figures  how well speech is found and echo taken out, beside others"
	@echo "make webrtc    WebRTC's echo canceller for it (Debian 13), in .build-release"
	@echo "make rtsan     the audio threads' loops under the real-time sanitizer"
	@echo "make tsan asan the tests under the thread and the address sanitizer"
	@echo "make debian13  build, test and release in a Debian 13 root with its own Swift 6.0 (as root)"
	@echo "make deb       packages for Debian 12 and 13 (amd64) in .build-deb/out (as root)"
	@echo "make package-test  install, try and purge these packages in empty roots (as root)"
	@echo "make service-test  their service under systemd, in a virtual machine (as root)"

demo:
	@packaging/prepare.sh build demo
	$(SWIFT) build --product martlet
	.build/debug/martlet demo

test:
	@packaging/prepare.sh build test
	$(SWIFT) build --build-tests
	packaging/failures.sh $(SWIFT) test --skip-build $(ONE_BY_ONE)
	$(RELEASE) --product martlet-bench
	.build-release/release/martlet-bench simulate --days $(DAYS) --open Tests/open-days.md

# On the kernel's own sound cards and GPIO chips, which come and go: see Tests/VM.
vm-test:
	@packaging/prepare.sh build
	$(RELEASE) --product martlet
	packaging/vm-test.sh .build-release/release/martlet $(MINUTES) $(CYCLES)

# The device's days in virtual time, for SECONDS; a failure prints its seed.
simulate:
	@packaging/prepare.sh build
	$(RELEASE) --product martlet-bench
	.build-release/release/martlet-bench simulate --seconds $(SECONDS) --from $(FROM)

build:
	@packaging/prepare.sh build
	$(SWIFT) build --build-tests

release:
	@packaging/prepare.sh build
	$(RELEASE) --product martlet
	$(RELEASE) --product martlet-bench

style:
	@packaging/prepare.sh style
	$(SWIFT) format lint --strict -r -p Package.swift Sources Tests

bench: release
	packaging/bench.sh .build-release/release

# The figures of the voice detector and the canceller; see the script for what it needs.
audio-figures:
	@packaging/prepare.sh build
	$(RELEASE) --product martlet-bench
	packaging/audio-figures.sh .build-release/release/martlet-bench .build-figures

# WebRTC's canceller, on a Debian 13; the daemon looks for it in /usr/lib/martlet.
webrtc:
	packaging/webrtc.sh .build-release/martlet-webrtc.so

rtsan:
	@packaging/prepare.sh build
	SWIFT=$(SWIFT) packaging/rtsan.sh

# XCTest's own runner leaks, so the sanitizers run only Swift Testing. Optimized, since otherwise
# the audio path cannot keep up with real time under the thread sanitizer.
tsan:
	@packaging/prepare.sh build test
	mkdir -p .build-tsan
	"$$(dirname "$$(readlink -f "$$(command -v $(SWIFT))")")"/clang -Wall -Wextra -Werror -O1 -shared -fPIC \
		-o .build-tsan/thread-sanitizer.so Tests/Support/thread-sanitizer.c
	$(SWIFT) build --build-tests $(THREADS)
	LD_PRELOAD=$(CURDIR)/.build-tsan/thread-sanitizer.so \
	TSAN_OPTIONS=suppressions=$(CURDIR)/Tests/Support/thread-sanitizer.supp \
		packaging/failures.sh $(SWIFT) test --skip-build $(THREADS) $(ONE_BY_ONE)

asan:
	@packaging/prepare.sh build test
	LSAN_OPTIONS=suppressions=$(CURDIR)/Tests/Support/leaks.txt \
		packaging/failures.sh $(SWIFT) test --sanitize=address $(ONE_BY_ONE) --scratch-path .build-asan

debian13:
	packaging/debian13.sh

# On a Debian 12; packaging/deb.sh says what each kind is; the Debian 13 root is that of `make debian13`.
deb:
	packaging/deb.sh here debian13

package-test:
	packaging/package-test.sh

# Checks what their unit allows and denies, under systemd in a virtual machine.
service-test:
	for deb in .build-deb/out/martlet_*_amd64.deb; do packaging/service-vm.sh "$$deb" || exit 1; done

clean:
	rm -rf .build .build-*
