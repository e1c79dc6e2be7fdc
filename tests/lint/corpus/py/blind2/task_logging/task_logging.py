from celery import Celery
from celery.utils.log import get_task_logger
from openai import OpenAI

from .storage import Results

app = Celery("scribe", broker="redis://broker:6379/0")
logger = get_task_logger(__name__)
client = OpenAI()
LETTER_RULES = open("prompts/letters.md").read()


@app.task(bind=True, acks_late=True, max_retries=3)
def letter(self, facts: str) -> None:
    logger.info("task %s, attempt %d", self.request.id, self.request.retries)
    try:
        r = client.chat.completions.create(
            model="gpt-4.1",
            messages=[{"role": "system", "content": LETTER_RULES}, {"role": "user", "content": facts}],
            extra_headers={"X-Task": self.request.id},
        )
    except Exception as exc:
        raise self.retry(exc=exc, countdown=2**self.request.retries)
    Results.put(self.request.id, r.choices[0].message.content)
