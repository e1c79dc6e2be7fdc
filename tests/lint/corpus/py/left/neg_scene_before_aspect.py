"""The scene comes first; behind the aspect stand a question and a language."""

from openai import OpenAI

client = OpenAI()
ASPECTS = ("speech", "light", "props")


def notes(scene: str, question: str, language: str) -> list[str]:
    found = []
    for aspect in ASPECTS:
        prompt = f"<scene>\n{scene}\n</scene>\n\nJudge the {aspect}.\n\n{question}\nAnswer in {language}."
        said = [{"role": "system", "content": "You read plays."}, {"role": "user", "content": prompt}]
        reply = client.chat.completions.create(model="gpt-5.1", messages=said)
        found.append(reply.choices[0].message.content)
    return found
