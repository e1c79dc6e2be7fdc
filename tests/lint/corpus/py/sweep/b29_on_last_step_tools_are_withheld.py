"""On last step tools are withheld."""

from openai import OpenAI
client = OpenAI()
SYSTEM = "For b29 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def run(log, tools, n=10):
    for i in range(n):
        kwargs = {}
        if i < n - 1:  # want: PFX305
            kwargs["tools"] = tools
        r = client.chat.completions.create(model="gpt-4.1", messages=[{"role":"system","content":SYSTEM}, *log], **kwargs)
        log.append(r.choices[0].message)
