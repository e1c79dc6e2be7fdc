from openai import OpenAI
client = OpenAI()
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
import sqlite3
def lines():
    db = sqlite3.connect("x")
    out = []
    for row in db.execute("SELECT name FROM topics"):  # want: PFX301
        out.append(row[0])
    return "\n".join(out)
def ask(question):
    system = RULES + "\n" + lines() + "\n" + RULES
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": system}, {"role": "user", "content": question}])
