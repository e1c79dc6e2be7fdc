from openai import OpenAI


class Tool:
    registry: set[type] = set()

    def __init_subclass__(cls) -> None:
        Tool.registry.add(cls)

    @classmethod
    def schema(cls) -> dict:
        return {
            "type": "function",
            "function": {"name": cls.__name__, "description": cls.__doc__ or ""},
        }


class Find(Tool):
    """Finds a part."""


class Lend(Tool):
    """Lends a part."""


def ask(messages: list[dict]):
    tools = [tool.schema() for tool in Tool.registry]  # want: PFX301 PFX304
    return OpenAI().chat.completions.create(model="gpt-5.1", messages=messages, tools=tools)
