"""What a search found stands above the rules of a template."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from openai import OpenAI

client = OpenAI()
pages = Environment(loader=FileSystemLoader(Path(__file__).parent))


def ask(store, history, question: str):
    notes = store.similarity_search(question)  # want: PFX204 PFX201
    system = pages.get_template("page.j2").render(notes=notes)
    messages = [{"role": "system", "content": system}, *history, {"role": "user", "content": question}]
    return client.chat.completions.create(model="gpt-5.1", messages=messages)
