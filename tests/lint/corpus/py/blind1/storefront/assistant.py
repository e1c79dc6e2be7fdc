from django.conf import settings
from openai import OpenAI

from .models import Product

client = OpenAI(api_key=settings.OPENAI_API_KEY)


def catalogue_lines() -> list[str]:
    products = Product.objects.filter(active=True).values_list("sku", "name", "price_cents")  # want: PFX301
    return [f"{sku} | {name} | {cents / 100:.2f}" for sku, name, cents in products]


class ShopAssistant:
    def __init__(self, persona: str = settings.SHOP_PERSONA):
        self.persona = persona

    def instructions(self) -> str:
        return self.persona + "\n\nCatalogue:\n" + "\n".join(catalogue_lines())  # want: PFX301

    def answer(self, question: str) -> str:
        response = client.chat.completions.create(
            model=settings.SHOP_MODEL,
            messages=[
                {"role": "system", "content": self.instructions()},
                {"role": "user", "content": question},
            ],
        )
        return response.choices[0].message.content
