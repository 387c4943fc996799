#!/bin/sh
# rtsan.sh [SCRATCH]: the audio threads' loops under the real-time sanitizer (`make rtsan`).
#
# Swift's compiler has no flag for it, but the clang beside it has its library, which intercepts
# everything that allocates, locks or waits; the tests mark the two points between which that must
# not be called. Tests/Support/realtime-sanitizer.supp names the intended exceptions.
set -eu
cd "$(dirname "$0")/.."
swift=${SWIFT:-swift}
scratch=${1:-.build-rtsan}

runtime=$("$swift" -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')
library=$runtime/clang/lib/linux/libclang_rt.rtsan-$(uname -m).a
if [ ! -r "$library" ]; then
    echo "rtsan: this Swift has no $library; the toolchain of swift.org has it since 6.3" >&2
    exit 1
fi

export MARTLET_TESTS=AudioPathTests
export RTSAN_OPTIONS="suppressions=$PWD/Tests/Support/realtime-sanitizer.supp"
# alsa-lib locks each handle of a plugin for its calls, but no two of our threads ever share a
# handle.
export LIBASOUND_THREAD_SAFE=0
set -- --scratch-path "$scratch" -Xcc -DMARTLET_RTSAN \
    -Xlinker --whole-archive -Xlinker "$library" -Xlinker --no-whole-archive
"$swift" build --product martletPackageTests "$@"
"$swift" test --skip-build --disable-xctest --no-parallel "$@" \
    --filter 'AllocationTests|RealtimeSanitizerTests'
