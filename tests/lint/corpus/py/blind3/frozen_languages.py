from openai import OpenAI


class Localiser:
    """Translates interface strings."""

    LANGUAGES = frozenset({"Danish", "Finnish", "Icelandic", "Norwegian", "Swedish"})  # want: PFX301 PFX306
    MODEL = "gpt-4.1"

    def __init__(self, glossary: str, client: OpenAI | None = None):
        self.glossary = glossary  # want: PFX301 PFX306
        self.client = client or OpenAI()

    @property
    def system(self) -> str:  # want: PFX301 PFX306
        targets = ", ".join(self.LANGUAGES)  # want: PFX301 PFX306
        return f"{self.glossary}\n\nTranslate into: {targets}. Keep placeholders."  # want: PFX301 PFX306

    def translate(self, text: str) -> str:
        completion = self.client.chat.completions.create(
            model=self.MODEL,
            messages=[{"role": "system", "content": self.system}, {"role": "user", "content": text}],
        )
        return completion.choices[0].message.content
