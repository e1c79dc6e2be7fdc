from datetime import datetime

from jinja2 import Environment, FileSystemLoader
from openai import OpenAI

client = OpenAI()
env = Environment(loader=FileSystemLoader("locals_given"))


def ask(question: str):
    started = datetime.now().strftime("%H:%M:%S")  # want: PFX101 PFX201
    head = env.get_template("page_loc.j2").render(**locals())
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": head}, {"role": "user", "content": question}],
    )
