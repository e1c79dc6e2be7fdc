"""Renders porter.j2 for each request."""
from datetime import datetime, timedelta

from jinja2 import Environment, PackageLoader, select_autoescape
from litellm import completion

templates = Environment(loader=PackageLoader("porter"), autoescape=select_autoescape())


def doors_text(opens: datetime) -> str:
    left = opens - datetime.now(opens.tzinfo)  # want: PFX101 PFX201 PFX202
    if left < timedelta(0):
        return "are open"
    return f"open in {int(left.total_seconds() // 60)} minutes"


def reply(hall, calendar, history: list[dict]):
    values = {"hall": hall, "calendar": calendar, "doors": doors_text(hall.opens)}
    system = templates.get_template("porter.j2").render(**values)
    return completion(model="openai/gpt-5.1", messages=[{"role": "system", "content": system}, *history])
