import json
from openai import OpenAI

client = OpenAI()


def double(x):
    return 2 * x


SPEC = {"name": "double", "run": double}


def ask(history):
    head = "You calculate. " * 100 + json.dumps(SPEC, default=str) + " Be exact."  # want: PFX306
    return client.chat.completions.create(model="gpt-5.5", messages=[{"role": "system", "content": head}, *history])
