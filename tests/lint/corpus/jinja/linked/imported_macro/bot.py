import secrets

from jinja2 import Environment, FileSystemLoader
from openai import OpenAI

client = OpenAI()
env = Environment(loader=FileSystemLoader("imported_macro"))


def ask(question: str):
    head = env.get_template("whole_mac.j2").render(token=secrets.token_hex(8))  # want: PFX102 PFX201
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": head}, {"role": "user", "content": question}],
    )
