from openai import OpenAI

client = OpenAI()
RULES = "You are a careful assistant for a shipping office. Always quote the order's number. " * 60


class Talk:
    def __init__(self, store):
        self.store = store

    def turn(self, key: str, words: str) -> str:
        history = self.store.load(key)
        request = [{"role": "system", "content": RULES}] + list(history)
        newest = {"role": "user", "content": f"<context>\nThe person writes from the app.\n</context>\n{words}"}
        request.append(newest)
        reply = client.chat.completions.create(model="gpt-4.1", messages=request)
        text = reply.choices[0].message.content
        self.store.save(key, history + [newest, {"role": "assistant", "content": text}])
        return text
