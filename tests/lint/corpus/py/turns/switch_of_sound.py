from openai import OpenAI

client = OpenAI()
HEAD = {"role": "system", "content": "You read the news to the deaf. Short lines. " * 30}


class Reader:
    def __init__(self, player):
        self.player = player
        self.muted = False
        self.buffer = ""
        self.lines = [HEAD]

    def mute(self):
        self.muted = True

    def unmute(self):
        self.muted = False

    def read(self, text):
        self.lines.append({"role": "user", "content": text})
        self.buffer = ""
        for chunk in client.chat.completions.create(model="gpt-4.1", messages=self.lines, stream=True):
            self.buffer += chunk.choices[0].delta.content or ""
            if not self.muted:
                self.player.say(chunk)
        self.lines.append({"role": "assistant", "content": self.buffer})
