import os

from jinja2 import Environment, FileSystemLoader
from openai import OpenAI

client = OpenAI()
env = Environment(loader=FileSystemLoader("own_global"))
env.globals.update(folder=os.getcwd)


def ask(question: str):
    head = env.get_template("page_glb.j2").render()
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": head}, {"role": "user", "content": question}],
    )
