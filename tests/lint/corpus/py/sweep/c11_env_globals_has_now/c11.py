"""Env.globals has now."""

from datetime import datetime
from jinja2 import Environment, FileSystemLoader
from openai import OpenAI
client = OpenAI()
env = Environment(loader=FileSystemLoader("."))
env.globals["now"] = datetime.now  # want: PFX101
def ask(q):
    sys_text = env.get_template("clerk2.j2").render(q=q)
    return client.chat.completions.create(model="gpt-4.1", messages=[{"role":"system","content":sys_text},{"role":"user","content":q}])
