import anthropic
from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client

client = anthropic.AsyncAnthropic()


async def server_tools(session: ClientSession) -> list[dict]:
    listing = await session.list_tools()
    return [{"name": t.name, "description": t.description, "input_schema": t.inputSchema} for t in listing.tools]  # want: PFX304


async def run(url: str, system: str, task: str) -> str:
    messages = [{"role": "user", "content": task}]
    async with streamablehttp_client(url) as (read, write, _), ClientSession(read, write) as session:
        await session.initialize()
        while True:
            reply = await client.messages.create(
                model="claude-sonnet-4-5",
                max_tokens=2000,
                system=[{"type": "text", "text": system, "cache_control": {"type": "ephemeral"}}],
                tools=await server_tools(session),  # want: PFX304
                messages=messages,
            )
            messages.append({"role": "assistant", "content": reply.content})
            uses = [b for b in reply.content if b.type == "tool_use"]
            if not uses:
                return reply.content[-1].text
            results = []
            for use in uses:
                outcome = await session.call_tool(use.name, use.input)
                results.append({"type": "tool_result", "tool_use_id": use.id, "content": outcome.content[0].text})
            messages.append({"role": "user", "content": results})
