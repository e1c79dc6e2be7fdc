from openai import OpenAI

client = OpenAI()
SYSTEM = "Work through the order book line by line. Name the shelf of each part. " * 60


class Desk:
    def __init__(self):
        self.log = [{"role": "system", "content": SYSTEM}]

    def ask(self, question):
        self.log.append({"role": "user", "content": question})
        r = client.chat.completions.create(model="gpt-5", messages=[self.log[0], *[dict(m) for m in self.log[1:]]])
        said = r.choices[0].message.model_dump(exclude_none=True)
        self.log.append(said)
        return said["content"]
