"""A server of the official package `mcp`: on standard streams, or on HTTP at the given port."""
import asyncio
import sys
from typing import Optional

from mcp.server import MCPServer
from mcp.server.mcpserver import Context, Image
from mcp.server.mcpserver.exceptions import ToolError
from pydantic import BaseModel

server = MCPServer("kitchen")


class Place(BaseModel):
    room: str
    shelf: Optional[int] = None


@server.tool()
def add(a: int, b: int = 2) -> int:
    """Adds two numbers."""
    return a + b


@server.tool()
def store(thing: str, place: Place, note: Optional[str] = None) -> str:
    """Puts a thing somewhere."""
    return f"{thing} is in {place.room} on {place.shelf} ({note})"


@server.tool()
def fail(reason: str) -> str:
    """Fails."""
    raise ToolError(reason)


@server.tool()
def picture() -> list:
    """A picture with words."""
    return ["a cat", Image(data=b"0123456789", format="png")]


@server.tool()
async def slow(steps: int, ctx: Context) -> str:
    """Takes a second for each step, and tells its progress."""
    for step in range(steps):
        await ctx.report_progress(step, steps)
        await asyncio.sleep(1)
    return "finished"


@server.tool()
async def grow(ctx: Context) -> str:
    """Adds a tool."""
    server.add_tool(lambda: "new", name="grown", description="Grown.")
    await ctx.session.send_tool_list_changed()
    await ctx.notify_tools_changed()
    return "grown"


def without_handshake(app):
    """The same server without `initialize`, like servers of only the 2026-07-28 version."""
    async def wrapped(scope, receive, send):
        if scope["type"] != "http" or scope["method"] != "POST":
            return await app(scope, receive, send)
        messages, body = [], b""
        while True:
            messages.append(await receive())
            body += messages[-1].get("body", b"")
            if not messages[-1].get("more_body"):
                break
        if b'"initialize"' in body:
            answer = b'{"jsonrpc":"2.0","id":null,"error":{"code":-32601,"message":"no"}}'
            await send({"type": "http.response.start", "status": 400,
                        "headers": [(b"content-type", b"application/json")]})
            return await send({"type": "http.response.body", "body": answer})

        async def replay():
            return messages.pop(0) if messages else await receive()
        await app(scope, replay, send)
    return wrapped


if len(sys.argv) > 2:
    import uvicorn
    uvicorn.run(without_handshake(server.streamable_http_app()), port=int(sys.argv[1]))
elif len(sys.argv) > 1:
    server.run("streamable-http", port=int(sys.argv[1]))
else:
    server.run("stdio")
