from mcp import ClientSession
from openai import AsyncOpenAI


async def tool_specs(session: ClientSession) -> list[dict]:
    listed = await session.list_tools()  # want: PFX304
    return [
        {
            "type": "function",
            "function": {"name": t.name, "description": t.description, "parameters": t.inputSchema},
        }
        for t in listed.tools
    ]


async def ask(session: ClientSession, messages: list[dict]):
    tools = await tool_specs(session)
    return await AsyncOpenAI().chat.completions.create(
        model="gpt-5.1", messages=messages, tools=tools
    )
