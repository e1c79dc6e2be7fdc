from openai import OpenAI
client = OpenAI()
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
from pathlib import Path
def lines():
    found = {p.stem: p.read_text() for p in Path("docs").rglob("*.md")}  # want: PFX301
    return "\n".join(found.values())
def ask(question):
    system = RULES + "\n" + lines() + "\n" + RULES
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": system}, {"role": "user", "content": question}])
