from datetime import datetime

from jinja2 import Environment, FileSystemLoader
from openai import OpenAI

client = OpenAI()
env = Environment(loader=FileSystemLoader("included"))


def ask(question: str):
    head = env.get_template("whole_inc.j2").render(at=datetime.now())  # want: PFX101 PFX201
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": head}, {"role": "user", "content": question}],
    )
