"""Celery tasks for nightly product descriptions."""
import textwrap

from celery import shared_task
from openai import OpenAI, RateLimitError

from .copydeck import STYLE_GUIDE

client = OpenAI()


def _system(job: str) -> str:
    head = textwrap.dedent(
        f"""\
        # Job {job}
        You write product descriptions for the web shop.
        """
    )
    return head + STYLE_GUIDE


@shared_task(bind=True, autoretry_for=(RateLimitError,), retry_backoff=True, max_retries=6)
def describe(self, sku: str, attributes: str) -> str:
    response = client.chat.completions.create(
        model="gpt-4.1-mini",
        messages=[
            {"role": "system", "content": _system(self.request.id)},  # want: PFX102 PFX201
            {"role": "user", "content": attributes},
        ],
        max_tokens=400,
    )
    return response.choices[0].message.content
