from openai import OpenAI

client = OpenAI()


class Skill:
    def __init__(self, name, steps):
        self.name, self.steps = name, steps


SKILLS = [Skill("wash", ["rinse", "dry"]), Skill("fold", ["lay", "fold"])]
SYSTEM = "You run a laundry. " * 100 + "\nSkills: " + ", ".join(str(s) for s in SKILLS) + "\nBe brief."  # want: PFX306


def ask(history):
    return client.chat.completions.create(model="gpt-5.5", messages=[{"role": "system", "content": SYSTEM}, *history])
