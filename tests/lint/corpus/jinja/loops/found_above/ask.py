from jinja2 import Environment, FileSystemLoader
from openai import OpenAI

client = OpenAI()
env = Environment(loader=FileSystemLoader("found_above"))

def ask(index, question):
    head = env.get_template("head_found_above.j2").render(items=index.search(question))  # want: PFX201 PFX202 PFX204 PFX101 PFX104
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": head}, {"role": "user", "content": question}],
    )
