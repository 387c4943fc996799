#!/bin/sh
# costs.sh [SECONDS]: the daemon's costs in each state of an appliance, run in the guest by
# packaging/vm.sh -g. The guest's clock counts instructions, two nanoseconds each, so a millisecond
# of processor time is half a million instructions, and a busy host changes nothing.
#
# One line per state: the daemon's instructions per second, including the kernel's on its behalf,
# the wake-ups of its threads, and its memory. The service is a process of its own.
set -u
seconds=${1:-30}
chip=/sys/kernel/config/gpio-sim/martlet
modprobe snd-aloop index=0,1 id=Mic,Speaker enable=1,1 pcm_substreams=1,1
modprobe gpio-sim
[ -d /sys/kernel/config/gpio-sim ] || mount -t configfs configfs /sys/kernel/config
mkdir -p $chip/bank0/line0
echo 8 >$chip/bank0/num_lines
echo TALK >$chip/bank0/line0/name
echo 1 >$chip/live
line=/sys/devices/platform/$(cat $chip/dev_name)/$(cat $chip/bank0/chip_name)/sim_gpio0
cat >/tmp/asound.conf <<'CONF'
</usr/share/alsa/alsa.conf>
pcm.room { type plug slave { pcm "hw:CARD=Mic,DEV=1" rate 16000 format S16_LE channels 1 } }
pcm.ear { type plug slave { pcm "hw:CARD=Speaker,DEV=1" rate 48000 format S32_LE channels 2 } }
CONF
export ALSA_CONFIG_PATH=/tmp/asound.conf

# The room is silent, or has endless speech.
room() {
    while :; do
        if [ -e /tmp/say ]; then cat /vm/speech.raw || return; else head -c 5512 /dev/zero || return; fi
    done
}
room 2>/dev/null | aplay -q -t raw -f S16_LE -r 22050 -c 1 --buffer-time=200000 -D room 2>/dev/null &
arecord -q -t raw -f S16_LE -r 16000 -c 1 --buffer-time=500000 -D ear >/dev/null 2>&1 &

begin() { # begin MODE: a daemon that is online
    cat >/tmp/martlet.toml <<CONF
[log]
level = "debug"
[live]
url = "ws://127.0.0.1:8765"
[conversation]
mode = "$1"
voice_interrupts = true
[audio.capture]
device = "plughw:CARD=Mic,DEV=0"
[audio.playback]
device = "plughw:CARD=Speaker,DEV=0"
[button]
source = "gpio"
line = "TALK"
[[tool.command]]
name = "think"
description = "thinks"
argv = ["/bin/sleep", "2"]
CONF
    : >/tmp/log
    ./martlet simulate --scenario scenario.toml --port 8765 >/tmp/service.log 2>&1 &
    service=$!
    GEMINI_API_KEY=test-key ./martlet run --config /tmp/martlet.toml 2>/tmp/log &
    daemon=$!
    for _ in $(seq 100); do
        grep -q ' online' /tmp/log && break
        sleep 0.2
    done
    grep -q ' online' /tmp/log || { echo "FAIL  $1: not online"; cat /tmp/log; exit 1; }
    sleep 5
}
finish() {
    rm -f /tmp/say
    echo pull-up >$line/pull
    kill -TERM $daemon
    wait $daemon
    kill $service
    wait $service 2>/dev/null
}
spent() { # nanoseconds of all threads, and how often they waited
    cat /proc/$daemon/task/*/schedstat 2>/dev/null | awk '{ sum += $1 } END { printf "%.0f ", sum }'
    cat /proc/$daemon/task/*/status 2>/dev/null | awk '/^voluntary_ctxt/ { sum += $2 } END { print sum }'
}
now() { cut -d ' ' -f 1 /proc/uptime; }
measure() { # measure WHAT SECONDS
    from=$(now) before=$(spent)
    sleep "$2"
    after=$(spent) to=$(now)
    memory=$(awk '/VmRSS|RssAnon|RssFile/ { printf "%s %.1f ", $1, $2 / 1024 }' /proc/$daemon/status)
    echo "$from $to $before $after" | awk -v what="$1" -v memory="$memory" '{
        time = $2 - $1
        printf "%-44s %6.2f M instructions/s  %6.1f wake-ups/s  %sMiB\n",
            what, ($5 - $3) / 2e6 / time, ($6 - $4) / time, memory
    }'
}
first_sounds() { grep -c 'first sound' /tmp/log; }

begin hold
measure "button mode, idle" "$seconds"
touch /tmp/say
echo pull-down >$line/pull
sleep 1
measure "button mode, listening to speech" "$seconds"
finish

begin hands-free
measure "hands-free, a silent room" "$seconds"
touch /tmp/say
sleep 3
measure "hands-free, listening to speech" 15
rm -f /tmp/say
# The questions so far are answered first.
for _ in $(seq 300); do
    [ "$(sed -n 's/.* -> //p' /tmp/log | tail -n 1)" = idle ] && break
    sleep 0.2
done
sleep 2
heard=$(first_sounds)
touch /tmp/say
sleep 0.5
rm -f /tmp/say
for _ in $(seq 200); do
    [ "$(first_sounds)" -gt "$heard" ] && break
    sleep 0.1
done
measure "hands-free, speaking with the canceller" 6
finish
grep -h 'FAIL\|trap\|error' /tmp/log | head -n 5
