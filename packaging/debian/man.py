#!/usr/bin/env python3
"""man.py PROGRAM FOLDER: writes the manual pages of PROGRAM into FOLDER.

One page for the program, one for each verb, and martlet.toml(5). All of it comes from the program:
what a verb is and takes from --experimental-dump-help, the settings from `config template`. The
date is SOURCE_DATE_EPOCH, or today.
"""
import datetime
import json
import os
import re
import subprocess
import sys

FILES = """\
.TP
.I /etc/martlet/martlet.toml
The settings; see
.BR martlet.toml (5).
.TP
.I /etc/martlet/conf.d/*.toml
Settings that count over it, in the order of the names.
.TP
.I /etc/martlet/secrets
Secrets that settings name, one a file, each readable by the daemon's user alone.
.TP
.I /etc/credstore/gemini-api-key
The key of the service, handed to the daemon by systemd.
.TP
.I /etc/credstore.encrypted/gemini-api-key-sealed
The same, encrypted by systemd for this machine; it counts over the other.
.TP
.I /var/lib/martlet
The state: alarms, what is muted, the conversation's handle, the log of tools.
"""


def plain(text):
    """Text as roff takes it: no request by accident, ASCII quotes and hyphens kept."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    text = text.replace("^", "\\(ha").replace("~", "\\(ti").replace("`", "\\(ga")
    return "\n".join("\\&" + line if line.startswith(".") else line for line in text.split("\n"))


def prose(text):
    """The same, where a word between grave accents is what is typed."""
    return "".join(
        f"\\fB{plain(part)}\\fR" if index % 2 else plain(part)
        for index, part in enumerate(text.split("`")))


def header(name, section, date, version):
    return f'.TH {name.upper().replace("-", chr(92) + "-")} {section} {date} "martlet {version}" ' \
        '"Martlet"\n'


def shown(argument):
    """How an argument is typed: "\\fB--port\\fR \\fIport\\fR"."""
    value = "" if argument["kind"] == "flag" else f"\\fI{plain(argument['valueName'])}\\fR"
    if argument["kind"] == "positional":
        return value
    dashes = {"short": "-", "long": "--", "longWithSingleDash": "-"}
    names = ", ".join(f"\\fB{plain(dashes[n['kind']] + n['name'])}\\fR" for n in argument["names"])
    return f"{names} {value}".rstrip()


def brief(argument):
    """The same for the synopsis, by its preferred name."""
    text = shown({**argument, "names": [argument.get("preferredName")]})
    return text if not argument["isOptional"] else f"[{text}]"


def visible(items):
    return [item for item in items if item.get("shouldDisplay", True)]


def command_page(command, words, date, version, siblings):
    name = "-".join(words)
    arguments = visible(command.get("arguments", []))
    verbs = [v for v in visible(command.get("subcommands", [])) if v["commandName"] != "help"]
    text = header(name, 1, date, version)
    abstract = command.get("abstract", "").rstrip(".")
    text += f".SH NAME\n{plain(name)} \\- {prose(abstract[:1].lower() + abstract[1:])}\n"
    own = [a for a in arguments if a.get("valueName") not in ("help", "version")]
    synopsis = [brief(a) for a in own] + (["\\fIverb\\fR \\&..."] if verbs else [])
    text += f".SH SYNOPSIS\n\\fB{plain(' '.join(words))}\\fR {' '.join(synopsis)}".rstrip() + "\n"
    text += f".SH DESCRIPTION\n{prose(command.get('abstract', ''))}\n"
    if command.get("discussion"):
        text += "".join(f".PP\n{prose(part.strip())}\n"
                        for part in command["discussion"].split("\n\n"))
    if verbs:
        text += ".SH VERBS\n"
        for verb in verbs:
            page = "-".join(words + [verb["commandName"]])
            text += f".TP\n.BR {plain(page)} (1)\n{prose(verb.get('abstract', ''))}\n"
    if arguments:
        text += ".SH OPTIONS\n"
        for argument in arguments:
            text += f".TP\n{shown(argument)}\n{prose(argument.get('abstract', ''))}\n"
            notes = []
            if argument.get("allValues"):
                notes.append(f"One of {', '.join(argument['allValues'])}.")
            if argument.get("defaultValue"):
                notes.append(f"Default: {argument['defaultValue']}.")
            if notes:
                text += f"{prose(' '.join(notes))}\n"
    if len(words) == 1:
        text += f".SH FILES\n{FILES}"
    text += ".SH EXIT STATUS\n0: done. 1: something is wrong, and was said. 64: the command line " \
        "is wrong.\n"
    if name == "martlet-run":
        text += "78: the file of \\-\\-config is not there.\n"
    others = [s for s in siblings if s != name][:20]
    also = [f".BR {plain(other)} (1)" for other in others] + [".BR martlet.toml (5)"]
    text += ".SH SEE ALSO\n" + ",\n".join(also) + "\n"
    return name, text


def pages(command, words, date, version, parents):
    words = words + [command["commandName"]]
    verbs = [v for v in visible(command.get("subcommands", [])) if v["commandName"] != "help"]
    own = ["-".join(words + [v["commandName"]]) for v in verbs]
    yield command_page(command, words, date, version, parents if not verbs else parents[:1])
    for verb in verbs:
        yield from pages(verb, words, date, version, ["-".join(words)] + own)


def settings_page(template, date, version):
    """martlet.toml(5): a section a table, a paragraph a setting, examples as they are."""
    text = header("martlet.toml", 5, date, version)
    text += """.SH NAME
martlet.toml \\- settings of Martlet, the voice appliance
.SH SYNOPSIS
.I /etc/martlet/martlet.toml
.br
.I /etc/martlet/conf.d/*.toml
.SH DESCRIPTION
"""
    blocks = re.split(r"\n\s*\n", template.strip())
    comment = lambda block: " ".join(
        line.lstrip("#").strip() for line in block.split("\n") if line.startswith("#"))
    text += "The files are TOML.\n" + prose(comment("\n".join(blocks[0].split("\n")[2:]))) + "\n"
    for block in blocks[1:]:
        lines = block.strip("\n").split("\n")
        values = [line for line in lines if not line.startswith("#")]
        if not values:
            # What is written as examples: the words above them, then the lines as they are.
            bare = [re.sub(r"^# ?", "", line) for line in lines]
            start = next((i for i, line in enumerate(bare)
                          if re.match(r"\[\[|[a-z_]+ = ", line)), len(bare))
            title = next((line for line in bare if line.startswith("[[")), None)
            text += f".SH {plain(title or 'Examples')}\n"
            text += prose(" ".join(bare[:start]).strip()) + "\n"
            if start < len(bare):
                code = "\n".join(plain(line) for line in bare[start:])
                text += f".PP\n.nf\n{code}\n.fi\n"
            continue
        table = re.match(r"^\[(.+)\]$", values[0])
        if table:
            text += f".SH [{plain(table.group(1))}]\n{prose(comment(block))}\n"
            continue
        key = values[0].split(" = ")[0]
        text += f".TP\n.B {plain(key)}\n"
        notes = [line for line in lines if line.startswith("#")]
        words = [line for line in notes if not line.startswith("# Default: ")]
        text += prose(comment("\n".join(words))) + "\n"
        for line in notes:
            if line.startswith("# Default: "):
                text += f"{plain(line[2:])}\n"
    text += ".SH SEE ALSO\n.BR martlet (1),\n.BR martlet\\-config\\-check (1),\n" \
        ".BR martlet\\-config\\-show (1)\n"
    return text


def main():
    program, folder = sys.argv[1:]
    run = lambda *words: subprocess.run(
        [program, *words], check=True, capture_output=True, text=True).stdout
    seconds = os.environ.get("SOURCE_DATE_EPOCH")
    moment = datetime.datetime.fromtimestamp(
        int(seconds), datetime.timezone.utc) if seconds else datetime.datetime.now()
    date, version = moment.strftime("%Y-%m-%d"), run("--version").strip()
    os.makedirs(folder, exist_ok=True)
    command = json.loads(run("--experimental-dump-help"))["command"]
    for name, text in pages(command, [], date, version, []):
        with open(f"{folder}/{name}.1", "w") as file:
            file.write(text)
    with open(f"{folder}/martlet.toml.5", "w") as file:
        file.write(settings_page(run("config", "template"), date, version))


if __name__ == "__main__":
    main()
