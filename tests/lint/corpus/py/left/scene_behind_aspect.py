"""One call for each aspect of a scene, which stands behind the aspect."""

from openai import OpenAI

client = OpenAI()
ASPECTS = ("speech", "light", "props")


def notes(scene: str) -> list[str]:
    found = []
    for aspect in ASPECTS:
        prompt = f"Judge the {aspect}.\n\n<scene>\n{scene}\n</scene>"  # want: PFX702
        said = [{"role": "system", "content": "You read plays."}, {"role": "user", "content": prompt}]
        reply = client.chat.completions.create(model="gpt-5.1", messages=said)
        found.append(reply.choices[0].message.content)
    return found
