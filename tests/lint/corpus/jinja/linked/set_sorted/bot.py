from jinja2 import Environment, FileSystemLoader
from openai import OpenAI

client = OpenAI()
env = Environment(loader=FileSystemLoader("set_sorted"))


def ask(question: str, rows):
    tags = {tag for row in rows for tag in row["tags"]}
    head = env.get_template("page_srt.j2").render(tags=tags)
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": head}, {"role": "user", "content": question}],
    )
