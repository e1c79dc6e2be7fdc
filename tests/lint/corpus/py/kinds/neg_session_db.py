from openai import OpenAI
client = OpenAI()
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
from sqlalchemy.orm import Session
from datetime import datetime
def lines():
    with Session() as s:
        s.add(object())
        s.execute("insert into log values (:t)", {"t": datetime.now()})
        return s.get("Prompt", 1).text
def ask(question):
    system = RULES + "\n" + lines() + "\n" + RULES
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": system}, {"role": "user", "content": question}])
