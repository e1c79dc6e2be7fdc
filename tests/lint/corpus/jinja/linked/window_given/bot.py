from jinja2 import Environment, FileSystemLoader
from openai import OpenAI

client = OpenAI()
env = Environment(loader=FileSystemLoader("window_given"))


def ask(question: str, history: list):
    head = env.get_template("page_win.j2").render(history=history[-10:])  # want: PFX207
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": head}, {"role": "user", "content": question}],
    )
