"""Jinja with strftime passed."""

from datetime import datetime
from jinja2 import Environment, FileSystemLoader
from openai import OpenAI
client = OpenAI()
env = Environment(loader=FileSystemLoader("."))
def ask(q):
    sys_text = env.get_template("clerk.j2").render(now=datetime.now(), q=q)  # want: PFX101
    return client.chat.completions.create(model="gpt-4.1", messages=[{"role":"system","content":sys_text},{"role":"user","content":q}])
