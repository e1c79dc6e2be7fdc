from openai import OpenAI
client = OpenAI()
RULES = "Keep to the rules of the desk, and say which rule you used. " * 80
from opentelemetry import trace
import time
tracer = trace.get_tracer("x")
def lines():
    with tracer.start_as_current_span("lines") as span:
        span.set_attribute("at", time.time())
        return "a\nb"
def ask(question):
    system = RULES + "\n" + lines() + "\n" + RULES
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": system}, {"role": "user", "content": question}])
