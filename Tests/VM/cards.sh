#!/bin/sh
# cards.sh MINUTES CYCLES [CHECK...]: the daemon on kernel sound cards that come and go; run in the
# guest by packaging/vm.sh, beside the files `speech.raw` (mono, 22050 Hz) and `scenario.toml`.
#
# Two cards of snd-aloop act as microphone and loudspeaker. Sound that is played on the other side
# of the first is the microphone's input; sound that arrives on the other side of the second was
# heard in the room. One line per check, with figures; the status is that of the worst.
minutes=${1:-1}
cycles=${2:-10}
shift 2
checks=${*:-"chirp latency steady16 steady48 stopped absent busy mixer cycles"}
failures=0
# The interval between polls of a condition (seconds); a poll costs more than the daemon itself.
poll=0.2

pass() { echo "pass  $*"; }
miss() { echo "FAIL  $*"; failures=$((failures + 1)); tail -n 25 /tmp/log | sed 's/^/      | /'; }
plug() { echo "snd_aloop.$1" >/sys/bus/platform/drivers/snd_aloop/bind; }
unplug() { echo "snd_aloop.$1" >/sys/bus/platform/drivers/snd_aloop/unbind; }
now() { cut -d ' ' -f 1 /proc/uptime | tr -d .; } # hundredths of a second
count() { grep -c -- "$1" /tmp/log; }
# until_true SECONDS COMMAND...: false if it does not become true in time.
until_true() {
    limit=$(($(now) + 100 * $1))
    shift
    while ! "$@" >/dev/null 2>&1; do
        [ "$(now)" -lt "$limit" ] || return 1
        sleep $poll
    done
}
more_than() { [ "$(count "$1")" -gt "$2" ]; }
state() { sed -n 's/.* -> \(idle\|listening\|thinking\|speaking\|offline\)$/\1/p' /tmp/log | tail -n 1; }
is_state() { [ "$(state)" = "$1" ]; }

# The sound of the room: silence, and speech when a check asks for it.
room() {
    while :; do
        if [ -e /tmp/say ]; then
            rm -f /tmp/say
            cat /vm/speech.raw || return
        else
            # Without the return it would go on after its player has ended.
            head -c 11024 /dev/zero || return
        fi
    done
}
# A player blocks the room's writer, so this runs in real time; it returns with its card.
feed() { # feed DEVICE
    while :; do
        room 2>/dev/null | aplay -q -t raw -f S16_LE -r 22050 -c 1 --buffer-time=200000 -D "$1" 2>/dev/null
        sleep 0.3
    done
}
listen() { # listen DEVICE
    while :; do
        arecord -q -t raw -f S16_LE -r 16000 -c 1 --buffer-time=500000 -D "$1" >/dev/null 2>&1
        sleep 0.3
    done
}
cat >/tmp/asound.conf <<'CONF'
</usr/share/alsa/alsa.conf>
pcm.room16 { type plug slave { pcm "hw:CARD=Mic,DEV=1" rate 16000 format S16_LE channels 1 } }
pcm.room48 { type plug slave { pcm "hw:CARD=Mic,DEV=1" rate 48000 format S32_LE channels 2 } }
pcm.ear16 { type plug slave { pcm "hw:CARD=Speaker,DEV=1" rate 16000 format S16_LE channels 1 } }
pcm.ear48 { type plug slave { pcm "hw:CARD=Speaker,DEV=1" rate 48000 format S32_LE channels 2 } }
CONF
export ALSA_CONFIG_PATH=/tmp/asound.conf

settings() { # settings CAPTURE PLAYBACK
    cat >/tmp/martlet.toml <<CONF
[log]
level = "debug"
[live]
url = "ws://127.0.0.1:8765"
[conversation]
mode = "hands-free"
voice_interrupts = false
[audio.capture]
device = "$1"
[audio.playback]
device = "$2"
[button]
source = "none"
[[tool.command]]
name = "think"
description = "thinks"
argv = ["/bin/sleep", "2"]
CONF
}
serve() {
    ./martlet simulate --scenario scenario.toml --port 8765 >/tmp/service.log 2>&1 &
    service=$!
}
begin() {
    : >/tmp/log
    serve
    GEMINI_API_KEY=test-key ./martlet run --config /tmp/martlet.toml 2>>/tmp/log &
    daemon=$!
}
finish() {
    kill -TERM "$daemon" && wait "$daemon"
    ended=$?
    kill "$service"
    wait "$service" 2>/dev/null
    return $ended
}
world() { feed "room$1" & feeder=$!; listen "ear$1" & listener=$!; sleep 0.5; }
world_ends() {
    kill "$feeder" "$listener" 2>/dev/null
    killall -q aplay arecord
    wait "$feeder" "$listener" 2>/dev/null
}
online() { until_true 20 grep -q ' online' /tmp/log; }
# Speaks and waits for the first sound of the answer.
answered() {
    heard=$(count 'first sound')
    touch /tmp/say
    until_true 30 more_than 'first sound' "$heard"
}
quiet() { until_true 60 is_state idle; }
field() { sed -n "s/.*$1: [0-9]* frames,.*[^0-9]\([0-9][0-9]*\) $2.*/\1/p" /tmp/log | tail -n 1; }

check_steady() { # check_steady RATE CAPTURE PLAYBACK
    settings "$2" "$3"
    world "$1"
    begin
    online || { miss "steady $1: not online"; finish; world_ends; return; }
    sleep 2
    poll=0.5
    from=$(now)
    spent=$(awk '{ print $14 + $15 }' "/proc/$daemon/stat")
    turns=0
    while [ $(($(now) - from)) -lt $((minutes * 6000)) ]; do
        answered && turns=$((turns + 1)) || miss "steady $1: no answer after $turns"
        sleep 5
        quiet
        sleep 3
    done
    poll=0.2
    seconds=$((($(now) - from) / 100))
    spent=$(($(awk '{ print $14 + $15 }' "/proc/$daemon/stat") - spent))
    resident=$(awk '/VmRSS/ { print $2 }' "/proc/$daemon/status")
    locked=$(awk '/VmLck/ { print $2 }' "/proc/$daemon/status")
    granted=$(sed -n 's/.*microphone: [a-z]*hw[^ ]* \(.*\)/\1/p' /tmp/log | head -n 1)
    finish || miss "steady $1: the daemon ended with $?"
    overruns=$(field microphone xruns) underruns=$(field loudspeaker xruns)
    late=$(sed -n 's/.*microphone: .*lateness (ms): //p' /tmp/log)
    text="$1 kHz ($granted): $seconds s, $turns turns, $overruns overruns, $underruns underruns, $((spent * 10000 / seconds)) us of processor a second, $resident KiB resident, $locked KiB lockable; lateness of the microphone (ms): $late"
    [ "$overruns" = 0 ] && [ "$underruns" = 0 ] && [ "$turns" -gt 0 ] && pass "$text" || miss "$text"
    world_ends
}

# The owner's tools: a chirp from one side of a card is heard on the other.
check_chirp() {
    : >/tmp/log
    : >/tmp/none.toml
    ./martlet devices --loopback-test --input hw:CARD=Speaker,DEV=1 --output hw:CARD=Speaker,DEV=0 \
        --config /tmp/none.toml --plot "/out/chirp.svg" >/tmp/chirp 2>>/tmp/log
    ended=$?
    text="loopback test: $(tr -s ' \n' ' ' </tmp/chirp)"
    [ $ended = 0 ] && pass "$text" || miss "$text"
    ./martlet devices --record 2 /tmp/tone.wav --input hw:CARD=Speaker,DEV=1 --config /tmp/none.toml >/tmp/recorded 2>>/tmp/log &
    recorder=$!
    sleep 0.3
    ./martlet devices --play tone --output hw:CARD=Speaker,DEV=0 --config /tmp/none.toml >/tmp/played 2>>/tmp/log
    wait $recorder
    text="$(cat /tmp/played), $(cat /tmp/recorded)"
    grep -q 'peak -1[0-9]' /tmp/recorded && pass "$text" || miss "$text"
    # Music has a card of its own, with its own rate and channels.
    cat >/tmp/music.toml <<CONF
[audio.capture]
rate = 48000
channels = 2
[audio.playback]
device = "hw:CARD=Speaker,DEV=0"
[audio.music]
device = "hw:CARD=Mic,DEV=1"
CONF
    ./martlet devices --record 2 /tmp/tone.wav --overwrite --input hw:CARD=Mic,DEV=0 --config /tmp/music.toml >/tmp/recorded 2>>/tmp/log &
    recorder=$!
    sleep 0.3
    ./martlet devices --play tone --as music --config /tmp/music.toml >/tmp/played 2>/tmp/granted
    wait $recorder
    cat /tmp/granted >>/tmp/log
    text="$(cat /tmp/granted), $(cat /tmp/played), $(cat /tmp/recorded)"
    grep -q 'peak -1[0-9]' /tmp/recorded && grep -q '48000 Hz, 2 channels' /tmp/granted && pass "$text" || miss "$text"
}

# How soon a stop, a press and a reply take effect, measured at both ends of one card.
check_latency() {
    : >/tmp/log
    [ -x ./martlet-bench ] || { pass "latency: no martlet-bench, so nothing is measured"; return; }
    for period in 20 10; do
        ./martlet-bench audio --input hw:CARD=Speaker,DEV=1 --output hw:CARD=Speaker,DEV=0 \
            --rounds 100 --period $period >/tmp/latency 2>>/tmp/log
        ended=$?
        cat /tmp/latency >>/tmp/log
        sed 's/^/      /' /tmp/latency
        [ $ended = 0 ] && pass "latency with periods of $period ms: as above" || miss "latency with periods of $period ms"
    done
}

# The daemon is stopped for half a second, which is longer than the buffers last.
check_stopped() {
    settings plughw:CARD=Mic,DEV=0 plughw:CARD=Speaker,DEV=0
    world 16
    begin
    online
    answered && until_true 10 is_state speaking
    for _ in 1 2 3; do
        kill -STOP "$daemon"
        sleep 0.5
        kill -CONT "$daemon"
        sleep 0.4
    done
    quiet
    sleep 21
    lines=$(count 'runs since the last such line')
    answered && hears=yes || hears=no
    quiet
    finish
    text="stopped three times: $(field microphone xruns) overruns, $(field loudspeaker xruns) underruns, reported in $lines lines, hears afterwards: $hears"
    [ "$hears" = yes ] && [ "$lines" -ge 1 ] && [ "$lines" -le 4 ] && pass "$text" || miss "$text"
    world_ends
}

# No card at the start; both appear later.
check_absent() {
    settings plughw:CARD=Mic,DEV=0 plughw:CARD=Speaker,DEV=0
    unplug 0
    unplug 1
    begin
    online
    sleep 8
    told=$(count 'capture device plughw:CARD=Mic,DEV=0 cannot be opened')
    world 16
    from=$(now)
    plug 0
    plug 1
    until_true 20 grep -q 'capture is back' /tmp/log
    took=$((($(now) - from) * 10))
    answered && hears=yes || hears=no
    quiet
    finish
    text="absent at the start: reported $told time(s) in 8 s, back $took ms after it appeared, hears: $hears"
    [ "$hears" = yes ] && [ "$told" = 1 ] && pass "$text" || miss "$text"
    world_ends
}

check_busy() {
    settings hw:CARD=Mic,DEV=0 hw:CARD=Speaker,DEV=0
    world 16
    arecord -q -t raw -f S16_LE -r 16000 -c 1 -D hw:CARD=Mic,DEV=0 >/dev/null 2>&1 &
    other=$!
    sleep 0.3
    ./martlet doctor --json --no-service --config /tmp/martlet.toml >/tmp/doctor 2>&1
    named=$(grep -c 'arecord (process [0-9]*) holds card Mic' /tmp/doctor)
    begin
    online
    sleep 12
    told=$(count 'capture device hw:CARD=Mic,DEV=0 is busy')
    kill "$other"
    wait "$other" 2>/dev/null
    from=$(now)
    until_true 20 grep -q 'capture is back' /tmp/log
    took=$((($(now) - from) * 10))
    answered && hears=yes || hears=no
    quiet
    refused=$(arecord -q -t raw -f S16_LE -r 16000 -c 1 -d 1 -D hw:CARD=Mic,DEV=0 2>&1 >/dev/null | grep -c busy)
    answered && still=yes || still=no
    quiet
    finish
    text="two programs: busy reported $told time(s) in 12 s, opened $took ms after it was free, hears: $hears; another program is refused: $refused, still hears: $still; named by the doctor: $named"
    [ "$hears$still" = yesyes ] && [ "$named" = 1 ] && [ "$told" = 1 ] && [ "$refused" = 1 ] && pass "$text" || miss "$text"
    world_ends
}

# A card that returns has forgotten its volume; this one has controls.
controls() {
    for control in Master Mic; do
        amixer -c Dummy sget $control | sed -n "s/.*\[\([0-9]*%\)\].*/$control \1/p" | head -n 1
    done | tr '\n' ' '
}
check_mixer() {
    modprobe snd-dummy index=2 id=Dummy
    settings plughw:CARD=Dummy,DEV=0 plughw:CARD=Dummy,DEV=0
    sed -i -e '/^\[audio.capture\]/a level_percent = 30' -e '/^\[audio.playback\]/a volume = 40' /tmp/martlet.toml
    fresh=$(controls)
    begin
    online
    sleep 1
    put=$(controls)
    cd /sys/bus/platform/drivers/snd_dummy
    echo snd_dummy.0 >unbind
    sleep 1
    echo snd_dummy.0 >bind
    cd /vm
    until_true 20 more_than 'is back:' 1
    sleep 1
    again=$(controls)
    finish
    rmmod snd-dummy
    text="mixer: $fresh at first; $put with the daemon; $again after the card was unplugged and plugged in"
    [ -n "$put" ] && [ "$put" != "$fresh" ] && [ "$again" = "$put" ] && pass "$text" || miss "$text"
}

# Unplugged and plugged in again, in each state of the conversation in turn.
check_cycles() {
    settings plughw:CARD=Mic,DEV=0 plughw:CARD=Speaker,DEV=0
    world 16
    begin
    online
    answered
    quiet
    descriptors=$(ls "/proc/$daemon/fd" | wc -l)
    before=$(awk '/VmRSS/ { print $2 }' "/proc/$daemon/status")
    done=0 deaf=0 worst=0 unreached=0 longest=0
    while [ $done -lt "$cycles" ]; do
        quiet
        case $((done % 5)) in
        0) wanted=idle ;;
        1) wanted=listening; touch /tmp/say ;;
        2) wanted=thinking; touch /tmp/say ;;
        3) wanted=speaking; touch /tmp/say ;;
        4) wanted=offline; kill "$service"; wait "$service" 2>/dev/null ;;
        esac
        until_true 20 is_state $wanted || unreached=$((unreached + 1))
        case $((done % 3)) in
        0) gone=0 ;;
        1) gone=1 ;;
        2) gone="0 1" ;;
        esac
        backs=$(count 'is back:')
        awaited=0
        from=$(now)
        for card in $gone; do unplug $card; awaited=$((awaited + 1)); done
        held=$(($(now) - from))
        [ $held -le $longest ] || longest=$held
        sleep "$((done % 4)).3"
        for card in $gone; do plug $card; done
        from=$(now)
        until_true 30 more_than 'is back:' $((backs + awaited - 1)) || miss "cycle $done ($wanted, card $gone): not back"
        took=$(($(now) - from))
        [ $took -le $worst ] || worst=$took
        [ $wanted != offline ] || { serve; more=$(count ' online'); until_true 40 more_than ' online' "$more"; }
        kill -0 "$daemon" 2>/dev/null || { miss "cycle $done: the daemon has ended"; break; }
        quiet
        rm -f /tmp/say
        sleep 3
        quiet
        answered || { deaf=$((deaf + 1)); miss "cycle $done ($wanted, card $gone): deaf"; }
        done=$((done + 1))
        echo "$done" >/out/cycles.count
    done
    quiet
    left=$(ls "/proc/$daemon/fd" | wc -l)
    after=$(awk '/VmRSS/ { print $2 }' "/proc/$daemon/status")
    finish || miss "cycles: the daemon ended with $?"
    text="unplugged $done times in five states (not reached: $unreached): deaf after $deaf; unplugging took at most $((longest * 10)) ms, back after at most $((worst * 10)) ms; descriptors $descriptors, then $left; resident $before KiB, then $after"
    [ $deaf = 0 ] && [ $unreached = 0 ] && [ $done = "$cycles" ] && [ "$left" -le $((descriptors + 1)) ] && pass "$text" || miss "$text"
    world_ends
}

modprobe snd-aloop index=0,1 enable=1,1 id=Mic,Speaker pcm_substreams=1,1
for check in $checks; do
    case $check in
    steady16) check_steady 16 auto plughw:CARD=Speaker,DEV=0 ;;
    # Without conversion these have two channels of 32 bits, and nothing else.
    steady48) check_steady 48 hw:CARD=Mic,DEV=0 hw:CARD=Speaker,DEV=0 ;;
    *) check_"$check" ;;
    esac
    cp /tmp/log "/out/$check.log"
done
exit $((failures > 0))
