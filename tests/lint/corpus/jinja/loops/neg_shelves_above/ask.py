from jinja2 import Environment, FileSystemLoader
from openai import OpenAI

client = OpenAI()
env = Environment(loader=FileSystemLoader("neg_shelves_above"))

SHELVES = ["plays", "letters", "maps"]


def ask(question):
    head = env.get_template("head_neg_shelves_above.j2").render(items=SHELVES)
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": head}, {"role": "user", "content": question}],
    )
