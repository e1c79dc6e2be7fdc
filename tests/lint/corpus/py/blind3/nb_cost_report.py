# %% [markdown]
# Cost of the summariser, exported from a notebook.

# %%
import random
import time
from datetime import datetime

import pandas as pd
from openai import OpenAI

client = OpenAI()
SYSTEM = open("prompts/summary_v3.txt").read()
notes = pd.read_csv("data/notes.csv").note.tolist()

# %%
sample = random.sample(notes, 25)
rows = []
for note in sample:
    t0 = time.perf_counter()
    r = client.chat.completions.create(
        model="gpt-4.1-mini",
        messages=[{"role": "system", "content": SYSTEM}, {"role": "user", "content": note}],
    )
    rows.append(
        {
            "at": datetime.now(),
            "seconds": time.perf_counter() - t0,
            "cached": r.usage.prompt_tokens_details.cached_tokens,
            "prompt": r.usage.prompt_tokens,
        }
    )

# %%
frame = pd.DataFrame(rows)
ax = frame.plot.scatter("prompt", "cached", title=f"{datetime.now():%d.%m. %H:%M}")
ax.figure.savefig(f"cost-{datetime.now():%Y%m%d-%H%M}.png")
