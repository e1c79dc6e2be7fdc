from pathlib import Path

import jinja2
from openai import OpenAI

from .globals import shared_context

env = jinja2.Environment(loader=jinja2.FileSystemLoader(Path(__file__).parent))
client = OpenAI()


def headline(story: str) -> str:
    system = env.get_template("desk.j2").render(**shared_context())
    r = client.chat.completions.create(
        model="gpt-4.1-mini",
        messages=[{"role": "system", "content": system}, {"role": "user", "content": story}],
    )
    return r.choices[0].message.content
