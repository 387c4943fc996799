"""An MCP server on standard input and output whose argument, or tool, selects its misbehaviour."""
import json
import signal
import subprocess
import sys
import threading
import time

MODE = sys.argv[1] if len(sys.argv) > 1 else "good"
TOOLS = ["ok", "die", "twice", "lie", "huge", "hang", "garbage", "deaf", "grow", "deep_answer"]
lock = threading.Lock()
extra = []


def write(text):
    with lock:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


def send(message):
    write(json.dumps({"jsonrpc": "2.0", **message}))


def tool(name, schema=None):
    return {"name": name, "description": name, "inputSchema": schema or {"type": "object"}}


def nested(depth):
    return '{"type":"object","properties":{"x":' * depth + "{}" + "}}" * depth


def list_tools(identifier):
    if MODE == "many":
        return send({"id": identifier, "result": {"tools": [tool(f"t{i}") for i in range(10000)]}})
    if MODE == "clash":
        names = ["get time", "get.time", "get_time", "ok", "ok", "x" * 300, "_", "ünïcode"]
        return send({"id": identifier, "result": {"tools": [tool(n) for n in names]}})
    if MODE == "deep":
        schema = '{"name":"deep","inputSchema":' + nested(1000) + "}"
        good = json.dumps(tool("ok"))
        return write('{"jsonrpc":"2.0","id":%d,"result":{"tools":[%s,%s]}}' % (identifier, schema, good))
    if MODE == "bad_schemas":
        tools = [tool("ok"), tool("text", {"type": "string"}), tool("loop", {"$ref": "#"})]
        tools += [{"name": "none", "inputSchema": 5}, {"inputSchema": {}}, 7]
        tools.append(tool("long", {"type": "object", "properties": {
            f"p{i}": {"type": "string", "description": "y" * 400} for i in range(200)}}))
        return send({"id": identifier, "result": {"tools": tools}})
    send({"id": identifier, "result": {"tools": [tool(n) for n in TOOLS + extra]}})


def call(identifier, name):
    answer = {"id": identifier, "result": {"content": [{"type": "text", "text": "done: " + name}]}}
    if name == "die":
        sys.stderr.write("boom\n")
        sys.stderr.flush()
        sys.exit(3)
    if name == "hang":
        time.sleep(1000)
    if name == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        subprocess.Popen(["/bin/sh", "-c", "trap '' TERM; sleep 1000; sleep 1000"])
        while True:
            time.sleep(1000)
    if name == "huge":
        sys.stdout.write('{"jsonrpc":"2.0","id":%d,"result":{"content":"' % identifier)
        for _ in range(1600):
            sys.stdout.write("x" * 65536)
        write('"}}')
        return
    if name == "garbage":
        for _ in range(50):
            write("Loading model... 10%")
        write("{broken")
        write("[" * 3000)
    if name == "lie":
        send({**answer, "id": identifier + 1000})
        send({**answer, "id": str(identifier)})
        send({**answer, "id": None})
    if name == "grow":
        extra.append(f"new{len(extra)}")
        send({"method": "notifications/tools/list_changed"})
    if name == "deep_answer":
        return write('{"jsonrpc":"2.0","id":%d,"result":{"content":[{"type":"text","text":"shallow"}],'
                     '"_meta":%s}}' % (identifier, nested(1000)))
    send(answer)
    if name == "twice":
        send({**answer, "result": {"content": [{"type": "text", "text": "again"}]}})


def flood():
    while True:
        send({"method": "notifications/tools/list_changed"})


def chatter():
    while True:
        sys.stderr.write("I am still here and have much to say\n")


if MODE == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if MODE == "ends":
    sys.exit("no configuration found")
if MODE == "chatty":
    threading.Thread(target=chatter, daemon=True).start()
if MODE == "flood":
    threading.Thread(target=flood, daemon=True).start()
while True:
    line = sys.stdin.readline()
    if not line:
        if MODE == "stubborn":
            time.sleep(1000)
        break
    message = json.loads(line)
    method, identifier = message.get("method"), message.get("id")
    if MODE == "silent":
        continue
    if method == "initialize":
        send({"id": identifier, "result": {
            "protocolVersion": message["params"]["protocolVersion"],
            "capabilities": {"tools": {"listChanged": True}},
            "serverInfo": {"name": "hostile", "version": "1"}}})
    elif method == "tools/list":
        list_tools(identifier)
    elif method == "tools/call":
        call(identifier, message["params"]["name"])
    elif method == "ping":
        send({"id": identifier, "result": {}})
