"""Tools of several servers, in the order in which the servers answer."""
import asyncio

from litellm import Router
from mcp import ClientSession

router = Router(model_list=[{"model_name": "main", "litellm_params": {"model": "openai/gpt-5.1"}}])


class Toolbox:
    def __init__(self, sessions: list[ClientSession]) -> None:
        self.sessions = sessions
        self.specs: list[dict] = []

    async def refresh(self) -> None:
        self.specs.clear()
        for done in asyncio.as_completed([s.list_tools() for s in self.sessions]):  # want: PFX304 PFX307
            for tool in (await done).tools:
                self.specs.append(
                    {
                        "type": "function",
                        "function": {"name": tool.name, "description": tool.description, "parameters": tool.inputSchema},
                    }
                )


async def turn(box: Toolbox, messages: list[dict]):
    await box.refresh()
    return await router.acompletion(model="main", messages=messages, tools=box.specs)
