import logging
from datetime import datetime

from jinja2 import Environment, FileSystemLoader
from openai import OpenAI

client = OpenAI()
env = Environment(loader=FileSystemLoader("fine_all"))


def ask(question: str, tools, persona: str):
    logging.info("asked at %s", datetime.now())
    head = env.get_template("page_fin.j2").render(persona=persona, tools=sorted(tools, key=lambda t: t.name))
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": head}, {"role": "user", "content": question}],
    )
