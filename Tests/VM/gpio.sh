#!/bin/sh
# gpio.sh [MARTLET]: buttons, switch and light on the kernel's simulated GPIO (gpio-sim), against
# the simulated service. Runs as root in a guest that may lose its chips; prints a line per check.
#
# Debian's kernels come without gpio-sim; it is built from their source as a module of its own.
#
# The script creates the chip, so that it can appear late and be removed: pull-down at a line is a
# pressed button, because the lines are active low with the chip's pull-up.
set -u
martlet=${1:-/vm/martlet}
work=$(mktemp -d)
chip=/sys/kernel/config/gpio-sim/martlet
failures=0

modprobe gpio-sim 2>/dev/null
[ -d /sys/kernel/config/gpio-sim ] || mount -t configfs configfs /sys/kernel/config
[ -d /sys/kernel/config/gpio-sim ] || { echo "no gpio-sim in this kernel"; exit 2; }

plug() { # the chip appears
    mkdir -p $chip/bank0
    echo 8 >$chip/bank0/num_lines
    echo martlet-test >$chip/bank0/label
    for pair in 0:TALK 1:LAMP 2:MUTE 3:EXTRA; do
        mkdir -p $chip/bank0/line${pair%%:*}
        echo "${pair#*:}" >$chip/bank0/line${pair%%:*}/name
    done
    echo 1 >$chip/live
    lines=/sys/devices/platform/$(cat $chip/dev_name)/$(cat $chip/bank0/chip_name)
}
unplug() { echo 0 >$chip/live; }
press() { echo pull-down >"$lines/sim_gpio${1:-0}/pull"; }
release() { echo pull-up >"$lines/sim_gpio${1:-0}/pull"; }
lamp() { cat "$lines/sim_gpio1/value"; }
bounce() { # bounce LEVEL: ten quick edges that end at a level
    for _ in 1 2 3 4 5; do
        echo pull-down >"$lines/sim_gpio0/pull"
        echo pull-up >"$lines/sim_gpio0/pull"
    done
    echo "$1" >"$lines/sim_gpio0/pull"
}
rest() { sleep "$1"; }

mark=0
count() { tail -n +$((mark + 1)) "$work/log" | grep -c "$1"; }
forget() { mark=$(wc -l <"$work/log"); }
waits() { # waits PATTERN: until the log has it after the mark, 20 s at most
    for _ in $(seq 100); do
        [ "$(count "$1")" -gt 0 ] && return 0
        sleep 0.2
    done
    return 1
}
check() { # check TEXT COMMAND...
    text=$1
    shift
    if "$@"; then
        echo "ok   $text"
    else
        echo "FAIL $text"
        failures=$((failures + 1))
        tail -n +$((mark + 1)) "$work/log" | sed 's/^/     | /' | tail -n 20
    fi
}
atmost() { [ "$1" -le "$2" ] || { echo "     $1, more than $2"; false; }; }
is() { [ "$1" -eq "$2" ] || { echo "     $1, not $2"; false; }; }
ticks() { awk '{ print $14 + $15 }' /proc/$daemon/stat; } # processor time of the daemon
lit() { for _ in $(seq 50); do [ "$(lamp)" -eq "$1" ] && return 0; sleep 0.02; done; false; }

"$martlet" simulate --port 8765 >"$work/service" 2>&1 &
service=$!
cat >"$work/martlet.toml" <<CONFIG
[live]
url = "ws://127.0.0.1:8765"
[audio]
real_time_priority = 0
[audio.capture]
device = "null"
[audio.playback]
device = "null"
[sounds]
enabled = false
[button]
line = "TALK"
double = "mute"
# A guest without hardware help is slow: its shell is slow even for a short press.
hold_ms = 2000
double_ms = 1000
stuck_s = 15
[mute_switch]
line = "MUTE"
[led]
line = "LAMP"
[log]
level = "debug"
CONFIG
GEMINI_API_KEY=test-key "$martlet" run --config "$work/martlet.toml" >"$work/log" 2>&1 &
daemon=$!
trap 'kill $daemon $service 2>/dev/null' EXIT

waits ' online$' || { cat "$work/log" "$work/service"; echo "it did not start"; exit 1; }
rest 4
check "the fault was reported once" is "$(count 'the button:')" 1
check "the light's fault was reported once" is "$(count 'the light:')" 1
check "a switch that cannot be read mutes" is "$(count ' muted$')" 1

forget
plug
check "a chip that appears late is used" waits 'the button: line TALK is there'
check "its switch unmutes the microphone" waits 'not muted any more'
rest 3

forget
press
check "holding opens a turn" waits 'opened by button'
check "the light is lit while it listens" lit 1
rest 1
release
check "the release ends it" waits 'turn [0-9]* \(sent\|empty\)'
rest 3

forget
bounce pull-down
rest 3
bounce pull-up
rest 1
check "a bouncing press and release are one turn" is "$(count 'opened by button')" 1
rest 3

forget
press
rest 0.08
release
rest 0.1
press
rest 0.08
release
check "two short presses mute" waits ' muted$'
check "and open no turn" is "$(count 'opened by button')" 0
press
rest 0.08
release
rest 0.1
press
rest 0.08
release
check "two more unmute" waits 'not muted any more'

forget
press 2
check "the switch mutes" waits ' muted$'
check "the light shows it by short flashes" lit 1
press
rest 3
release
rest 0.5
check "no press unmutes what the switch has muted" is "$(count 'opened by button')" 0
release 2
check "the switch unmutes it again" waits 'not muted any more'

forget
press
check "a button that stays down is reported as stuck" waits 'is held for more than'
rest 16
check "once" is "$(count 'is held for more than')" 1
check "and its turn is over" is "$(count 'opened by button')" "$(count 'turn [0-9]* \(sent\|empty\)')"
release
rest 0.5
forget
press
check "it works again after its release" waits 'opened by button'
rest 0.5

forget
before=$(ticks)
rest 5
usual=$(($(ticks) - before))
unplug
check "a chip that is removed while the button is held is reported" waits 'the button: '
check "and ends the turn" waits 'turn [0-9]* \(sent\|empty\)'
check "and mutes, since the switch cannot be read" waits ' muted$'
# The cut turn is answered, which takes time.
waits 'speaking -> muted'
rest 3
# That the line failed, and then why it cannot be opened again.
check "in two lines, not at every retry" is "$(count 'the button: ')" 2
check "the daemon runs on" kill -0 $daemon
before=$(ticks)
rest 5
check "without spinning" atmost $(($(ticks) - before)) $((2 * usual + 10))

forget
rmdir $chip/bank0/line* $chip/bank0 $chip
plug
check "the chip returns, and the button with it" waits 'the button: line TALK is there'
rest 3
press
check "and works" waits 'opened by button'
release
rest 1

kill $daemon
wait $daemon
check "it exits cleanly" is $? 0
check "and leaves the light dark" is "$(lamp)" 0
echo "$failures checks failed"
[ $failures -eq 0 ]
