from jinja2 import Environment, FileSystemLoader
from openai import OpenAI

client = OpenAI()
env = Environment(loader=FileSystemLoader("broken"))


def brief(site, question: str) -> str:
    prompt = env.get_template("site_brief.j2").render(site=site, question=question)
    r = client.chat.completions.create(model="gpt-4.1", messages=[{"role": "user", "content": prompt}])
    return r.choices[0].message.content
