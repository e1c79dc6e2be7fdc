"""Pop of the failed message in an error handler."""

from openai import OpenAI
client = OpenAI()
SYS = "For i25 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def say(log, text):
    log.append({"role":"user","content":text})
    try:
        r = client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":SYS}, *log])
    except Exception:
        log.pop()
        raise
    log.append({"role":"assistant","content":r.choices[0].message.content})
