from openai import OpenAI


class Skill:
    name = ""

    @classmethod
    def all(cls) -> list[type["Skill"]]:
        return cls.__subclasses__()


def ask(messages: list[dict], disabled: set[str]):
    names = {s.name for s in Skill.all()} - disabled
    listing = "\n".join(f"* {name}" for name in names)  # want: PFX301
    system = f"Skills:\n{listing}\n" + "Use what fits, and say which. " * 25
    return OpenAI().chat.completions.create(
        model="gpt-5.1", messages=[{"role": "system", "content": system}, *messages]
    )
