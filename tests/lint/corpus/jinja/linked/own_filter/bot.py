from datetime import datetime, timezone

from jinja2 import Environment, FileSystemLoader
from openai import OpenAI

client = OpenAI()
env = Environment(loader=FileSystemLoader("own_filter"))


def since(when: datetime) -> str:
    return f"{(datetime.now(timezone.utc) - when).seconds} s"  # want: PFX101 PFX201


env.filters["since_then"] = since


def ask(question: str, opened: datetime):
    head = env.get_template("page_flt.j2").render(opened=opened)
    return client.chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": head}, {"role": "user", "content": question}],
    )
