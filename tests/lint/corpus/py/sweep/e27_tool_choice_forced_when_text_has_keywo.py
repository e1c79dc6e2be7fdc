"""Tool_choice forced when text has keyword."""

import openai
client = openai.OpenAI()
HEAD = "For e27 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
def turn(history, tools, text):
    choice = {"type":"function","function":{"name":"search"}} if "find" in text.lower() else "auto"  # want: PFX605
    history.append({"role":"user","content":text})
    return client.chat.completions.create(model="gpt-5.1", tools=tools, tool_choice=choice, messages=[{"role":"system","content":HEAD}, *history])
