import litellm
from toolbox import Tool

RULES = "Plan the route over the moor, and ask for the weather before you name an hour. " * 8


class Weather:
    def __init__(self) -> None:
        self.last = ""

    def ask(self, place: str) -> str:
        said = litellm.completion(
            model="gpt-4o", messages=[{"role": "user", "content": f"Weather in {place}?"}]
        )
        self.last = said.choices[0].message.content
        return self.last


def plan(weather: Weather, walk: str) -> str:
    tools = [Tool.from_function(weather.ask)]
    messages = [{"role": "system", "content": RULES}, {"role": "user", "content": walk}]
    return (
        litellm.completion(model="gpt-4o", messages=messages, tools=tools)
        .choices[0]
        .message.content
    )
