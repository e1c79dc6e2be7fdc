from openai import OpenAI
client = OpenAI()
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
import logging, time, uuid
log = logging.getLogger()
def lines():
    t = time.perf_counter()
    rid = uuid.uuid4()
    text = "\n".join(("a", "b"))
    log.info("%s took %s", rid, time.perf_counter() - t)
    return text
def ask(question):
    system = RULES + "\n" + lines() + "\n" + RULES
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": system}, {"role": "user", "content": question}])
