#!/bin/bash
# failures.sh COMMAND...: runs the tests, and repeats the failures at the end.
#
# Two thousand tests write thousands of lines, among which the important one is hard to find.
set -uo pipefail
log=$(mktemp)
trap 'rm -f "$log"' EXIT
"$@" 2>&1 | tee "$log"
status=$?
if [ "$status" -ne 0 ]; then
    printf '\nfailed (%s):\n' "$status"
    grep -aE '✘|recorded an issue|Fatal error|error: |ERROR: |WARNING: ThreadSanitizer' "$log" \
        | cut -c 1-600 | tail -n 60
fi
exit "$status"
