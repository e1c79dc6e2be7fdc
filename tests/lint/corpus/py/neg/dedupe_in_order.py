from openai import OpenAI

client = OpenAI()


def ask(question: str, skills: list[str]) -> str:
    seen = set()
    lines = []
    for skill in skills:
        if skill in seen:
            continue
        seen.add(skill)
        lines.append(f"- {skill}")
    listed = "\n".join(lines)
    order = ", ".join(dict.fromkeys(skills))
    system = f"Skills:\n{listed}\nIn short: {order}\n" + "Use a skill where it fits. " * 30
    return (
        client.chat.completions.create(
            model="gpt-5.1",
            messages=[{"role": "system", "content": system}, {"role": "user", "content": question}],
        )
        .choices[0]
        .message.content
    )
