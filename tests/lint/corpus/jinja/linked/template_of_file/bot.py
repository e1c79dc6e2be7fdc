from datetime import datetime
from pathlib import Path

from jinja2 import Template
from openai import OpenAI

client = OpenAI()
HEAD = Template((Path(__file__).parent / "head_of_file.j2").read_text())


def ask(question: str):
    head = HEAD.render(moment=datetime.utcnow().isoformat())  # want: PFX101 PFX201
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": head}, {"role": "user", "content": question}],
    )
