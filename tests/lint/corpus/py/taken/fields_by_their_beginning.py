from openai import OpenAI

client = OpenAI(base_url="http://10.0.0.7:8000/v1", api_key="-")
SYSTEM = "Work through the order book line by line. Name the shelf of each part. " * 60


def plain(m):
    return {k: v for k, v in m.items() if not k.startswith("reasoning")}  # want: PFX211 PFX207


class Desk:
    def __init__(self):
        self.log = [{"role": "system", "content": SYSTEM}]

    def ask(self, question):
        self.log.append({"role": "user", "content": question})
        r = client.chat.completions.create(model="qwen3-32b", messages=[plain(m) for m in self.log])
        said = r.choices[0].message.model_dump(exclude_none=True)
        self.log.append(said)
        return said["content"]
