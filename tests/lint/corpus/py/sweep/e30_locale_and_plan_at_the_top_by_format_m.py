"""Locale and plan at the top by format_map."""

import openai
client = openai.OpenAI()
HEAD = "For e30 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
TOP = "Customer plan: {plan}, language: {lang}\n"
def ask(customer, h):
    top = TOP.format_map({"plan": customer.plan, "lang": customer.language})  # want: PFX201 PFX104 PFX202
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":top + HEAD}, *h])
