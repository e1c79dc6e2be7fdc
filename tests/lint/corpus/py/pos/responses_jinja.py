from datetime import datetime, timezone

from jinja2 import Environment
from openai import OpenAI

TEMPLATE = Environment().from_string(
    """You watch over a data centre. Report generated {{ stamp }}.
{% for rule in rules %}
- {{ rule }}
{% endfor %}
Name the rack, the row and the hall. Never restart anything. Escalate what is red for more than ten minutes.
Write one line for each incident and nothing else, in the order of their severity, the most severe first.
"""
)
RULES = [
    "a rack is red above 40 degrees",
    "a hall is red when three racks are",
    "a fan counts for half a rack",
]


class Watch:
    def __init__(self, client: OpenAI) -> None:
        self._client = client

    def check(self, readings: str) -> str:
        stamp = datetime.now(timezone.utc)  # want: PFX101  # noqa: UP017
        return self._client.responses.create(
            model="gpt-5.1",
            instructions=TEMPLATE.render(stamp=stamp, rules=RULES),
            input=readings,
        ).output_text
