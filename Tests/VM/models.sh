#!/bin/sh
# models.sh: the grants of drivers other than snd-aloop, and the sound through them; run in the
# guest by packaging/vm.sh -u. One line per check, with figures; the status is that of the worst.
#
# snd-dummy in each of its models, and with an odd buffer; dmix over snd-aloop, whose other end is
# recorded; and the emulator's USB loudspeaker on xhci, driven by snd-usb-audio. Debian's
# dummy_hcd passes no isochronous transfers (drivers/usb/gadget/udc/dummy_hcd.c), so that a sound
# gadget on it cannot be heard; g_audio is not built, usb_f_uac2 is.
failures=0
: >/tmp/none.toml
pass() { echo "pass  $*"; }
miss() { echo "FAIL  $*"; failures=$((failures + 1)); sed 's/^/      | /' /tmp/said; }
line() { tr -s ' \n' ' ' <"$1"; }
now() { cut -d ' ' -f 1 /proc/uptime | tr -d .; } # hundredths of a second

# play DEVICE WHAT: playing a tone of a second ends when it has been heard, and not much later.
play() {
    from=$(now)
    ./martlet devices --play tone --output "$1" --config /tmp/none.toml >/tmp/said 2>&1
    ended=$?
    took=$((($(now) - from) * 10))
    text="$2: $(line /tmp/said), $took ms"
    [ $ended = 0 ] && [ $took -ge 900 ] && [ $took -lt 4000 ] && pass "$text" || miss "$text"
}
record() {
    ./martlet devices --record 1 /tmp/dummy.wav --overwrite --input "$1" --config /tmp/none.toml >/tmp/said 2>&1
    ended=$?
    text="$2: $(line /tmp/said)"
    [ $ended = 0 ] && pass "$text" || miss "$text"
}

for model in none emu10k1 rme9652 ice1712 uda1341 ac97 ca0106; do
    # With memory of its own, like a card.
    modprobe snd-dummy index=2 id=Dummy model=$model fake_buffer=0 pcm_substreams=1
    sleep 0.5
    play hw:CARD=Dummy,DEV=0 "snd-dummy $model"
    record hw:CARD=Dummy,DEV=0 "snd-dummy $model"
    rmmod snd-dummy
done

# A buffer and periods that are neither a power of two nor a whole number of milliseconds: dmix and
# dsnoop of 1023 frames over the model whose own buffer is odd (16380 bytes at most).
modprobe snd-dummy index=2 id=Dummy model=uda1341 fake_buffer=0 pcm_substreams=1
sleep 0.5
cat >/tmp/asound.conf <<'CONF'
</usr/share/alsa/alsa.conf>
pcm.oddout { type dmix ipc_key 1026 slave { pcm "hw:CARD=Dummy,DEV=0" rate 44100 channels 2 format S16_LE period_size 1023 buffer_size 4092 } }
pcm.oddin { type dsnoop ipc_key 1027 slave { pcm "hw:CARD=Dummy,DEV=0" rate 44100 channels 2 format S16_LE period_size 1023 buffer_size 4092 } }
CONF
export ALSA_CONFIG_PATH=/tmp/asound.conf
play oddout "snd-dummy, odd buffer"
record oddin "snd-dummy, odd buffer"
unset ALSA_CONFIG_PATH
sleep 0.5
rmmod snd-dummy

modprobe snd-aloop index=3,4 enable=1,1 id=Mic,Speaker pcm_substreams=1,1
cat >/tmp/asound.conf <<'CONF'
</usr/share/alsa/alsa.conf>
pcm.mixed { type dmix ipc_key 1024 slave { pcm "hw:CARD=Speaker,DEV=0" rate 48000 channels 2 format S16_LE period_size 1024 periods 16 } }
pcm.coarse { type dmix ipc_key 1025 slave { pcm "hw:CARD=Speaker,DEV=0" rate 48000 channels 2 format S16_LE period_size 6000 periods 2 } }
pcm.plugged { type plug slave.pcm mixed }
CONF
export ALSA_CONFIG_PATH=/tmp/asound.conf
for device in mixed coarse plugged; do
    play $device "dmix, $device"
    [ -x ./martlet-bench ] || continue
    ./martlet-bench audio --input hw:CARD=Speaker,DEV=1 --output $device --rounds 20 >/tmp/said 2>&1
    ended=$?
    sed 's/^/      /' /tmp/said
    # Mixed samples that are not rewound would be heard for up to the whole buffer.
    late=$(sed -n 's/^stop to silence at the card.* most \([0-9]*\).*/\1/p' /tmp/said)
    # dmix takes the rate of the loopback's other side, so its period is longer than requested.
    period=$(sed -n 's/^output:.* period \([0-9]*\) ms.*/\1/p' /tmp/said)
    text="dmix, $device: stopped, silent at the card after ${late:-?} ms at most, of a period of ${period:-?} ms"
    # One period is the card's, 20 ms the emulator's.
    [ $ended = 0 ] && [ "${late:-999}" -le $((${period:-0} + 20)) ] && grep -q ' 0 underruns' /tmp/said && pass "$text" || miss "$text"
done
unset ALSA_CONFIG_PATH

if [ -e /proc/asound/Audio/stream0 ]; then
    play hw:CARD=Audio,DEV=0 "snd-usb-audio"
    ./martlet-bench audio --output hw:CARD=Audio,DEV=0 --rounds 20 >/tmp/said 2>&1
    ended=$?
    sed 's/^/      /' /tmp/said
    [ $ended = 0 ] && grep -q ' 0 underruns' /tmp/said && pass "snd-usb-audio: as above" || miss "snd-usb-audio"
else
    : >/tmp/said
    miss "snd-usb-audio: the emulator's loudspeaker was not found"
fi
exit $((failures > 0))
