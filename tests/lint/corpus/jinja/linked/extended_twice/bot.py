import time

from jinja2 import Environment, PackageLoader
from openai import OpenAI

client = OpenAI()
env = Environment(loader=PackageLoader("extended_twice", "."))


def ask(question: str):
    head = env.get_template("leaf_ext.j2").render(t=time.time())  # want: PFX101 PFX201
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": head}, {"role": "user", "content": question}],
    )
