from datetime import datetime

from jinja2 import Environment, FileSystemLoader
from openai import OpenAI

client = OpenAI()
env = Environment(loader=FileSystemLoader("user_turn_clock"))
HEAD = env.get_template("head_utc.j2").render()


def ask(question: str):
    asked = env.get_template("turn_utc.j2").render(question=question, at=datetime.now())
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": HEAD}, {"role": "user", "content": asked}],
    )
