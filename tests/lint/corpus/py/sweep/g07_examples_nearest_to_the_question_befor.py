"""Examples nearest to the question, before the rules."""

import openai
client = openai.OpenAI()
RULES = "For g07 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Shots:
    def __init__(self, rows, score):
        self.rows, self.score = rows, score
    def near(self, text, most=4):
        best = sorted(range(len(self.rows)), key=lambda n: self.score(self.rows[n]["q"], text), reverse=True)[:most]
        return "\n".join(f"{self.rows[n]['q']} -> {self.rows[n]['a']}" for n in best)  # want: PFX205 PFX201 PFX204
def label(shots: Shots, ticket):
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role": "system", "content": shots.near(ticket) + "\n" + RULES}, {"role": "user", "content": ticket}])
