# %% [markdown]
# # Complaint triage, experiment 7
# Exported with `jupyter nbconvert --to script`.

# %%
import pandas as pd
from openai import OpenAI
from tqdm.auto import tqdm

client = OpenAI()
df = pd.read_parquet("data/complaints.parquet")
instructions = open("prompts/triage_v7.txt").read()

# %%
df.sample(5)


# %%
def run_prompt(row) -> str:
    system = f"Today is {pd.Timestamp.now():%Y-%m-%d %H:%M:%S}\n" + instructions  # want: PFX101 PFX201
    r = client.chat.completions.create(
        model="gpt-4.1-mini",
        messages=[
            {"role": "system", "content": system},  # want: PFX101 PFX201
            {"role": "user", "content": f"{row.subject}\n\n{row.body}"},
        ],
    )
    return r.choices[0].message.content


# %%
tqdm.pandas()
df["triage"] = df.progress_apply(run_prompt, axis=1)
df.to_parquet("data/triaged.parquet")
