from datetime import datetime

from flask import render_template
from openai import OpenAI

client = OpenAI()


def ask(question: str):
    head = render_template("page_fla.j2", now_text=datetime.now().ctime())  # want: PFX101 PFX201
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": head}, {"role": "user", "content": question}],
    )
