import csv
import io
from functools import cache
from pathlib import Path

from litellm import acompletion


def _rows() -> list[dict[str, str]]:
    with Path("data/stations.csv").open(newline="") as fh:
        return list(csv.DictReader(fh))


@cache
def timetable() -> str:
    rows = _rows()
    columns = sorted(set().union(*rows))
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow(row.get(c, "") for c in columns)
    return buffer.getvalue()


async def connection(guide: str, wish: str) -> str:
    r = await acompletion(
        model="openai/gpt-4.1",
        messages=[
            {"role": "system", "content": f"{guide}\n\n{timetable()}"},
            {"role": "user", "content": wish},
        ],
    )
    return r.choices[0].message.content
