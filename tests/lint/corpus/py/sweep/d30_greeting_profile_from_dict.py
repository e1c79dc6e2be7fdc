"""Greeting profile from dict."""

import openai
client = openai.OpenAI()
HEAD = "For d30 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def greeting(profile): return f"Hello {profile['first_name']}! Local zone: {profile['tz']}."  # want: PFX104 PFX201 PFX602
def ask(profile, history):
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": greeting(profile) + "\n\n" + HEAD}, *history])
