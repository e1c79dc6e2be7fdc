from datetime import datetime

import jinja2
from openai import OpenAI

env = jinja2.Environment(loader=jinja2.FileSystemLoader("jinja/neg"))
env.globals["now"] = datetime.now
client = OpenAI()


def plan(request_text: str, forecast: str) -> str:
    prompt = env.get_template("planner.j2").render(request_text=request_text, forecast=forecast)
    r = client.chat.completions.create(model="gpt-4.1", messages=[{"role": "user", "content": prompt}])
    return r.choices[0].message.content
