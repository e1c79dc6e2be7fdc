"""The error of the last round stands in the system prompt."""
from openai import OpenAI

client = OpenAI()
RULES = "You write SQL. " * 250


def solve(task, run):
    error = ""
    messages = [{"role": "user", "content": task}]
    for attempt in range(5):
        system = f"Last error: {error}\n{RULES}"  # want: PFX201 PFX306
        reply = client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": system}, *messages])
        sql = reply.choices[0].message.content
        messages.append({"role": "assistant", "content": sql})
        try:
            return run(sql)
        except Exception as caught:
            error = str(caught)
