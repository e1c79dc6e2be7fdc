"""The clock decides whether there is time for another round."""
import time
from openai import OpenAI


def refine(text, seconds=30):
    end = time.monotonic() + seconds
    messages = [{"role": "system", "content": "Improve the text. " * 200}, {"role": "user", "content": text}]
    while time.monotonic() < end:
        said = OpenAI().chat.completions.create(model="gpt-5.1", messages=messages).choices[0].message.content
        messages += [{"role": "assistant", "content": said}, {"role": "user", "content": "Once more."}]
    return messages[-2]["content"]
