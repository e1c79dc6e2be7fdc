"""Account row from a repository in front of manual."""

from openai import OpenAI
client = OpenAI()
MANUAL = "For i03 keep to the handbook. Quote the clause that applies, name the team that is responsible, and state each amount with its currency. " * 40
class Accounts:
    def __init__(self, db): self.db = db
    def by_id(self, account_id): return self.db.fetch_one("SELECT name, plan FROM account WHERE id = ?", account_id)
def ask(accounts: Accounts, account_id, history):
    account = accounts.by_id(account_id)
    system = f"Account: {account['name']} ({account['plan']})\n\n{MANUAL}"  # want: PFX201 PFX104 PFX202
    return client.chat.completions.create(model="gpt-5.1", messages=[{"role":"system","content":system}, *history])
