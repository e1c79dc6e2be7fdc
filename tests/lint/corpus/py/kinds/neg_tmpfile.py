from openai import OpenAI
client = OpenAI()
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
import tempfile, pathlib
def lines():
    with tempfile.TemporaryDirectory() as d:
        path = pathlib.Path(d) / "x.txt"
        path.write_text("a")
        return path.read_text()
def ask(question):
    system = RULES + "\n" + lines() + "\n" + RULES
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": system}, {"role": "user", "content": question}])
