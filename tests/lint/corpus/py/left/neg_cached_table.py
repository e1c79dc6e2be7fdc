from openai import OpenAI

client = OpenAI()
RULES = "You recommend films. Never name a film twice. " * 90
PROMPTS = {}


def prompt_for(language: str) -> str:
    if language not in PROMPTS:
        PROMPTS[language] = f"{RULES}\nAnswer in {language}."
    return PROMPTS[language]


def ask(language: str, turns: list[dict]) -> str:
    r = client.chat.completions.create(model="gpt-4.1", messages=[{"role": "system", "content": prompt_for(language)}, *turns])
    return r.choices[0].message.content
