import uuid

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from openai import OpenAI

from .models import Answer, Ticket

client = OpenAI(api_key=settings.OPENAI_API_KEY)


def suggest(ticket: Ticket) -> Answer:
    response = client.chat.completions.create(
        model=settings.SUPPORT_MODEL,
        messages=[
            {"role": "system", "content": settings.SUPPORT_PROMPT},
            {"role": "user", "content": f"Subject: {ticket.subject}\n\n{ticket.body}"},
        ],
    )
    with transaction.atomic():
        return Answer.objects.create(
            public_id=uuid.uuid4(),
            ticket=ticket,
            text=response.choices[0].message.content,
            created=timezone.now(),
            tokens=response.usage.total_tokens,
        )
