"""Tools of reconnecting servers are taken away and put back at the end."""
import litellm


class Manager:
    def __init__(self) -> None:
        self.by_server: dict[str, list[dict]] = {}

    def disconnected(self, name: str) -> None:
        self.by_server.pop(name, None)  # want: PFX304 PFX305

    async def connected(self, name: str, session) -> None:
        listed = await session.list_tools()
        self.by_server[name] = [{"name": t.name, "parameters": t.inputSchema} for t in listed.tools]  # want: PFX304 PFX305

    def tools(self) -> list[dict]:
        return [tool for tools in self.by_server.values() for tool in tools]


async def turn(manager: Manager, messages: list[dict]):
    return await litellm.acompletion(model="anthropic/claude-sonnet-5", messages=messages, tools=manager.tools())
