import csv
import sys
from pathlib import Path

import litellm

GUIDELINES = Path("guidelines/adverse_events.md").read_text()


def code_event(narrative: str) -> str:
    response = litellm.completion(
        model="anthropic/claude-sonnet-4-5",
        max_tokens=60,
        messages=[
            {"role": "system", "content": GUIDELINES},
            {"role": "user", "content": narrative},
        ],
        cache_control_injection_points=[{"location": "message", "index": -1}],  # want: PFX602 PFX604
    )
    return response.choices[0].message.content.strip()


def main(path: str) -> None:
    writer = csv.writer(sys.stdout)
    with open(path, newline="") as fh:
        for row in csv.DictReader(fh):
            writer.writerow([row["case_id"], code_event(row["narrative"])])


if __name__ == "__main__":
    main(sys.argv[1])
