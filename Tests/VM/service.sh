#!/bin/sh
# service.sh: the rights that the package's unit grants, and those that it does not, under systemd:
# sound, a line, a light, real-time threads, locked memory, command tools, and the files that these
# cannot open; with Landlock alone, with name spaces as well, and with nothing, where tools are
# refused. Runs as root in a guest, with /vm/martlet.deb; prints a line per check.
set -u
failures=0
check() { # check TEXT COMMAND...
    text=$1
    shift
    if "$@"; then
        echo "ok   $text"
    else
        echo "FAIL $text"
        failures=$((failures + 1))
    fi
}
says() { printf '%s' "$answer" | grep -q -- "$1"; }
silent() { ! says "$1"; }
await() { # await SECONDS COMMAND...
    left=$1
    shift
    until "$@"; do
        [ "$left" -gt 0 ] || return 1
        left=$((left - 1))
        sleep 1
    done
}

systemctl --version | head -n 1
modprobe -a snd-aloop configfs gpio-sim
mountpoint -q /sys/kernel/config || mount -t configfs configfs /sys/kernel/config
chip=/sys/kernel/config/gpio-sim/martlet
mkdir -p $chip/bank0
echo 28 >$chip/bank0/num_lines
for line in 17 22 27; do
    mkdir $chip/bank0/line$line
    echo GPIO$line >$chip/bank0/line$line/name
done
echo 1 >$chip/live
lines=/sys/devices/platform/$(cat $chip/dev_name)/$(cat $chip/bank0/chip_name)
gpio=/dev/$(cat $chip/bank0/chip_name)
led=$(ls /sys/class/leds | head -n 1)
echo pull-up >"$lines/sim_gpio17/pull"

check "it installs" dpkg -i /vm/martlet.deb
check "lines that existed before belong to its group" [ "$(stat -c %G "$gpio")" = gpio ]
check "so do the lights" [ "$(stat -c %G "/sys/class/leds/$led/brightness")" = gpio ]
check "without a key it runs" await 60 systemctl -q is-active martlet

systemd-run -q --unit service martlet simulate --port 8765
heard() { journalctl -u service -o cat --no-pager | grep -q "$1"; }
await 30 heard GEMINI_API_KEY
install -d -m 700 /etc/credstore
journalctl -u service -o cat --no-pager | sed -n 's/.*GEMINI_API_KEY=\([^ ]*\) .*/\1/p' |
    tr -d '\n' >/etc/credstore/gemini-api-key
chmod 600 /etc/credstore/gemini-api-key
install -d -o martlet /var/lib/martlet/tool
cp /vm/look.sh /usr/local/lib/look.sh
cat >/etc/martlet/conf.d/try.toml <<SETTINGS
[live]
url = "ws://127.0.0.1:8765"
[conversation]
mode = "tap"
[button]
line = "GPIO17"
[led]
line = "GPIO22"
[audio.capture]
device = "plughw:CARD=Loopback,DEV=1"
[audio.playback]
device = "plughw:CARD=Loopback,DEV=0"
[[tool.gpio]]
name = "lamp"
description = "the lamp"
line = "GPIO27"
[[tool.command]]
name = "look"
description = "Looks."
directory = "/var/lib/martlet/tool"
argv = [
    "/bin/sh", "/usr/local/lib/look.sh", "/var/lib/martlet", "/var/lib/martlet/probe",
    "/run/credentials/try.service/gemini-api-key", "$gpio", "/dev/snd/controlC0",
    "/etc/martlet/martlet.toml", "/var/lib/martlet/tool/notes", "/dev/null",
]
[[tool.command]]
name = "node"
description = "Computes."
argv = ["/usr/bin/node", "-e", "console.log('computed', 6 * 7)"]
memory_mb = 65536
[[tool.command]]
name = "python"
description = "Computes."
argv = ["/usr/bin/python3", "-c", "print('computed', 6 * 7)"]
[[tool.command]]
name = "light"
description = "Lights."
argv = ["/bin/sh", "-c", "echo 1 >/sys/class/leds/$led/brightness && echo computed 42"]
writable = ["/sys/devices"]
SETTINGS
check "its settings are valid" martlet config check
systemctl restart martlet
words() { systemctl show -P StatusText martlet; }
is_connected() { words | grep -q connected; }
check "it is connected, and has sound" await 30 is_connected
echo "status: $(words)"
main=$(systemctl show -P MainPID martlet)
check "two threads are real-time" [ "$(ps -Lo cls= -p "$main" | grep -c FF)" -ge 2 ]
check "its memory is locked" grep -q 'VmLck:.*[1-9]' "/proc/$main/status"
echo pull-down >"$lines/sim_gpio17/pull"
sleep 1
echo pull-up >"$lines/sim_gpio17/pull"
check "a press opens a session" await 30 heard "session set up"
systemctl reload martlet
sleep 2
check "it still runs after a reload" [ "$(systemctl show -P MainPID martlet)" = "$main" ]
journalctl -u martlet -p warning -o cat --no-pager | sort | uniq -c
systemctl stop martlet

# A tool in place of the daemon: the same unit with another command.
unit=$(systemctl show -P FragmentPath martlet)
place=/run/systemd/system/try.service
grant() { # grant LINE...
    mkdir -p $place.d
    { echo "[Service]"; printf '%s\n' "$@"; } >$place.d/tools.conf
}
try() { # try TOOL [ARGUMENTS]
    sed "s|^Type=.*|Type=oneshot|; s|^ExecStart=.*|ExecStart=/usr/bin/martlet tools call $*|
        /^Restart/d; /^WatchdogSec/d; /^ExecReload/d" "$unit" >$place
    printf '[Service]\nStandardOutput=truncate:/run/try\nStandardError=append:/run/try\n' >>$place
    systemctl daemon-reload
    systemctl start try 2>/dev/null
    answer=$(sed 's/\\n/\n/g' /run/try)
}
confined() { # confined HOW
    try look
    check "$1: the tool runs" says looked
    for path in /var/lib/martlet /var/lib/martlet/probe /run/credentials/try.service/gemini-api-key \
        "$gpio" /dev/snd/controlC0; do
        check "$1: it cannot open $path" silent "opened $path\$"
        check "$1: nor write it" silent "wrote $path\$"
    done
    check "$1: nor write settings" silent "wrote /etc"
    check "$1: it writes in its folder" says "wrote /var/lib/martlet/tool/notes"
    for tool in node python light; do
        try $tool
        check "$1: the tool $tool works" says "computed 42"
        says "computed 42" || printf '%s\n' "$answer" | head -n 5
    done
}
confined "the unit"
try "switch_output '{\"output\": \"lamp\", \"action\": \"on\"}'"
check "a line is switched" says '"on"'
grant "RestrictNamespaces=user mnt pid" "SystemCallFilter=@mount capset"
confined "with name spaces"
grant "SystemCallFilter=~landlock_create_ruleset landlock_add_rule landlock_restrict_self"
try look
check "where it cannot be confined, a tool is refused" silent looked
check "and the reason is reported" says "neither Landlock"
systemd-analyze security --no-pager martlet.service | tail -n 1
dpkg --purge martlet >/dev/null 2>&1
rm -rf /var/lib/private/martlet
check "nothing is left behind" sh -c '! find / -xdev -path /vm -prune -o -iname "*martlet*" -print |
    grep -v "^/var/log\|^/run\|^/sys" | grep .'
[ $failures -eq 0 ]
