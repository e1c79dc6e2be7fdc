from datetime import datetime

import poml
from openai import OpenAI

client = OpenAI()


def ask(question: str):
    params = poml.poml("desk_pml.poml", context={"moment": datetime.now().isoformat(), "question": question}, format="openai_chat")  # want: PFX101 PFX201
    return client.chat.completions.create(model="gpt-5.1", **params)
