"""Tools chosen by vectors."""

import numpy as np
import openai
client = openai.OpenAI()
HEAD = "For g06 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Box:
    def __init__(self, tools, encode):
        self.tools, self.encode = tools, encode
        self.matrix = np.stack([encode(t["function"]["description"]) for t in tools])
    def near(self, question, most=5):
        order = np.argsort(-(self.matrix @ self.encode(question)))[:most]
        return [self.tools[n] for n in order]  # want: PFX305 PFX304
def turn(box: Box, log, question):
    log.append({"role": "user", "content": question})
    return client.chat.completions.create(model="gpt-5.1", tools=box.near(question), messages=[{"role": "system", "content": HEAD}, *log])
