"""Response schema switched for last step."""

import openai
client = openai.OpenAI()
HEAD = "For d23 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def run(log, schema, most=6):
    for n in range(most):
        fmt = {"type": "json_schema", "json_schema": schema} if n == most - 1 else {"type": "text"}  # want: PFX605
        r = client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": HEAD}, *log], response_format=fmt)
        log.append({"role": "assistant", "content": r.choices[0].message.content})
