"""Jinja2 inline template with now."""

from datetime import datetime
from jinja2 import Template
from openai import OpenAI
client = OpenAI()
T = Template("It is {{ now }}.\n" + "For h21 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40)
def ask(q): return client.responses.create(model="gpt-5.1", instructions=T.render(now=datetime.now()), input=q)  # want: PFX101
