"""The page is the system prompt."""

from datetime import datetime

from jinja2 import Environment, PackageLoader
from openai import OpenAI

env = Environment(loader=PackageLoader("page_to_model"))


def ask(question: str):
    page = env.get_template("report.html.j2").render(stamp=datetime.now())
    return OpenAI().chat.completions.create(
        model="gpt-5.1",
        messages=[{"role": "system", "content": page}, {"role": "user", "content": question}],
    )
