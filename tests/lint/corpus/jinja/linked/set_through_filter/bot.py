from jinja2 import Environment, FileSystemLoader
from openai import OpenAI

client = OpenAI()
env = Environment(loader=FileSystemLoader("set_through_filter"))


def ask(question: str, rows):
    tags = {tag for row in rows for tag in row["tags"]}  # want: PFX301
    head = env.get_template("page_set.j2").render(tags=tags)
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": head}, {"role": "user", "content": question}],
    )
