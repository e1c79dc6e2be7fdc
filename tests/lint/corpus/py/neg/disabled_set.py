from openai import OpenAI

SKILLS = ("find", "lend", "order")


def ask(messages: list[dict], disabled: set[str]):
    names = [name for name in SKILLS if name not in disabled]
    listing = "\n".join(f"* {name}" for name in names)
    system = f"Skills:\n{listing}\n" + "Use what fits, and say which. " * 25
    return OpenAI().chat.completions.create(
        model="gpt-5.1", messages=[{"role": "system", "content": system}, *messages]
    )
