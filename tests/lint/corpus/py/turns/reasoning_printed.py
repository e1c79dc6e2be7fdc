"""Each answer is taken as a table; what was thought is printed and a message is made of the rest."""

from openai import OpenAI

client = OpenAI(base_url="http://192.168.0.7:30000/v1", api_key="-")


def talk(rules: str, questions: list[str]) -> None:
    messages = [{"role": "system", "content": rules}]
    for question in questions:
        messages.append({"role": "user", "content": question})
        done = client.chat.completions.create(model="glm-4.7", messages=messages)
        reply = done.choices[0].message.model_dump()
        print(reply["reasoning_content"])
        messages.append({"role": "assistant", "content": reply["content"]})  # want: PFX211 PFX207
