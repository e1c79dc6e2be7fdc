"""Tools from set iteration passed as tools=."""

import litellm
HEAD = "For e16 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
ENABLED = {"mail", "search", "files"}
SPECS = {"mail": {"type":"function","function":{"name":"mail"}}, "search": {"type":"function","function":{"name":"search"}}, "files": {"type":"function","function":{"name":"files"}}}
def ask(history):
    return litellm.completion(model="openai/gpt-5.1", tools=[SPECS[n] for n in ENABLED], messages=[{"role":"system","content":HEAD}, *history])  # want: PFX301 PFX304
