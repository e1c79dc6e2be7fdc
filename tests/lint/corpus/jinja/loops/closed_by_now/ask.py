from datetime import datetime

from jinja2 import Environment, FileSystemLoader
from openai import OpenAI

client = OpenAI()
env = Environment(loader=FileSystemLoader("closed_by_now"))

def ask(question):
    head = env.get_template("head_closed_by_now.j2").render(flag=datetime.now().hour > 18)  # want: PFX201 PFX202 PFX204 PFX101 PFX104 PFX206
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": head}, {"role": "user", "content": question}],
    )
