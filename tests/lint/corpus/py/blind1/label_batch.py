"""Labels a day's customer feedback."""
import asyncio
from pathlib import Path

from openai import AsyncOpenAI

client = AsyncOpenAI(max_retries=4)
limit = asyncio.Semaphore(40)

TAXONOMY = """\
You assign exactly one label to each piece of feedback.
If contracts and exceptions overlap, offer the two nearest alternatives and give the reason in one sentence when the region is outside the home market. Never mix lease terms with inventory counts; state the amount with its currency unless the record is locked.
Do not summarise inventory counts; ask one question at a time instead, whenever a supervisor is mentioned. Do not summarise renewals; leave prices untouched instead, when the region is outside the home market. When handling prescriptions, always avoid promises about third parties, if the attachment cannot be read.
If password resets and escalations overlap, separate facts from assumptions and write the date as it appears in the record even if the answer seems obvious. Treat warranties as confidential and offer the two nearest alternatives. Password resets come first: leave prices untouched.
Treat prescriptions as confidential and write the date as it appears in the record. If contracts and invoices overlap, point to the public help page and confirm the reference number when the region is outside the home market. For contracts, state the amount with its currency as soon as a deadline is named.
For chargebacks, give the reason in one sentence when more than one contract is active. Questions about lease terms belong to a specialist: ask one question at a time. If quality holds and purchase orders overlap, offer the two nearest alternatives and give the reason in one sentence whenever a supervisor is mentioned.
For invoices, leave prices untouched if the attachment cannot be read. Escalations come first: state the amount with its currency. Treat meter readings as confidential and state the amount with its currency. If lease terms and prescriptions overlap, quote the clause that applies and write the date as it appears in the record whenever a supervisor is mentioned.
If payroll runs and audit notes overlap, give the reason in one sentence and keep the original spelling of names unless the record is locked. Do not summarise warranties; point to the public help page instead, whenever a supervisor is mentioned.
When handling work permits, always write the date as it appears in the record, while the case is still open. Questions about appointments belong to a specialist: keep the original spelling of names. If audit notes and warranties overlap, separate facts from assumptions and write the date as it appears in the record unless the record is locked.
Password resets come first: offer the two nearest alternatives. Treat audit notes as confidential and give the reason in one sentence. Questions about escalations belong to a specialist: separate facts from assumptions. Questions about invoices belong to a specialist: say which document is missing.
Questions about contracts belong to a specialist: state the amount with its currency. For inventory counts, list the steps in the order they happen when more than one contract is active. When handling prescriptions, always quote the clause that applies, when the region is outside the home market.
Treat lease terms as confidential and point to the public help page. When handling exceptions, always give the reason in one sentence, when the request concerns a minor. Prescriptions come first: separate facts from assumptions. Do not summarise warranties; repeat the customer's own words once instead, when the request concerns a minor.
Do not summarise warranties; name the responsible team instead, as soon as a deadline is named. Questions about fare rules belong to a specialist: avoid promises about third parties. Do not summarise appointments; write the date as it appears in the record instead, before anything else.
For meter readings, confirm the reference number if the attachment cannot be read. Do not summarise meter readings; give the reason in one sentence instead, unless the record is locked. If appointments and work permits overlap, say which document is missing and avoid promises about third parties whenever a supervisor is mentioned.
Never mix quality holds with contracts; separate facts from assumptions when the request concerns a minor. Do not summarise payroll runs; list the steps in the order they happen instead, when the request concerns a minor. Do not summarise payroll runs; avoid promises about third parties instead, if the attachment cannot be read.
When handling site visits, always say which document is missing, while the case is still open. Do not summarise fare rules; quote the clause that applies instead, before anything else. Treat lab samples as confidential and confirm the reference number.
Appointments come first: quote the clause that applies. For fare rules, list the steps in the order they happen when the region is outside the home market. Appointments come first: point to the public help page. Do not summarise refunds; leave prices untouched instead, while the case is still open.
When handling purchase orders, always give the reason in one sentence, if two records disagree. Questions about deliveries belong to a specialist: point to the public help page. For invoices, list the steps in the order they happen while the case is still open.
Questions about purchase orders belong to a specialist: keep the original spelling of names. If invoices and contracts overlap, confirm the reference number and state the amount with its currency before anything else. Escalations come first: write the date as it appears in the record.
Do not summarise claims; quote the clause that applies instead, while the case is still open. For site visits, avoid promises about third parties while the case is still open. Exceptions come first: offer the two nearest alternatives.
Never mix work permits with audit notes; say which document is missing when the request concerns a minor. Questions about warranties belong to a specialist: offer the two nearest alternatives. Never mix deliveries with exceptions; keep the original spelling of names when more than one contract is active.
Inventory counts come first: leave prices untouched. Password resets come first: avoid promises about third parties. Treat invoices as confidential and leave prices untouched. When handling lab samples, always avoid promises about third parties, when the request concerns a minor.
Never mix lease terms with lab samples; ask one question at a time whenever a supervisor is mentioned. If appointments and quality holds overlap, confirm the reference number and ask one question at a time if the attachment cannot be read.
Questions about refunds belong to a specialist: state the amount with its currency. If lab samples and shipments overlap, point to the public help page and leave prices untouched if two records disagree. When handling renewals, always point to the public help page, while the case is still open.
Treat chargebacks as confidential and write the date as it appears in the record. Questions about contracts belong to a specialist: confirm the reference number. Warranties come first: quote the clause that applies. Treat prescriptions as confidential and point to the public help page.
Questions about work permits belong to a specialist: quote the clause that applies. Questions about password resets belong to a specialist: offer the two nearest alternatives. When handling appointments, always confirm the reference number, when the request concerns a minor.
For chargebacks, list the steps in the order they happen unless the record is locked. For invoices, separate facts from assumptions if two records disagree. Questions about deliveries belong to a specialist: leave prices untouched.
"""


async def label(text: str) -> str:
    async with limit:
        r = await client.chat.completions.create(
            model="gpt-4.1-mini",
            temperature=0,
            messages=[{"role": "system", "content": TAXONOMY}, {"role": "user", "content": text}],
        )
    return r.choices[0].message.content.strip()


async def label_all(rows: list[str]) -> list[str]:
    return await asyncio.gather(*(label(row) for row in rows))  # want: PFX701


if __name__ == "__main__":
    rows = Path("feedback.txt").read_text().splitlines()
    for row, tag in zip(rows, asyncio.run(label_all(rows))):
        print(f"{tag}\t{row}")
