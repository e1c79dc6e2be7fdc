import xml.etree.ElementTree as ET

import anthropic

from .charter import CHARTER

client = anthropic.Anthropic()


def member_element(member) -> ET.Element:
    root = ET.Element("member", id=str(member.pk), tier=member.tier)
    ET.SubElement(root, "name").text = member.full_name
    ET.SubElement(root, "since").text = member.joined.isoformat()
    return root


def system_text(member) -> str:
    xml = ET.tostring(member_element(member), encoding="unicode")  # want: PFX201 PFX202 PFX104
    return f"{xml}\n\n{CHARTER}"  # want: PFX201 PFX202 PFX104


def advise(member, question: str) -> str:
    reply = client.messages.create(
        model="claude-sonnet-4-5",
        max_tokens=900,
        system=system_text(member),
        messages=[{"role": "user", "content": question}],
    )
    return reply.content[0].text
