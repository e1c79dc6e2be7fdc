"""Set passed into a template's loop."""

from jinja2 import Environment, FileSystemLoader
from openai import OpenAI
client = OpenAI()
env = Environment(loader=FileSystemLoader("."))
TAGS = {"red", "green", "blue"}
def ask(q):
    text = env.get_template("tags.j2").render(tags=TAGS, q=q)  # want: PFX301
    return client.responses.create(model="gpt-5.1", instructions=text, input=q)
