"""Which templates are prompts: those that reach a model, and those that read like one; a manifest or a page is not."""

from __future__ import annotations

import re

_OTHER = re.compile(
    r"\.(html?|ya?ml|xml|sql|conf|cfg|ini|toml|json|css|js|ts|tf|sh|bash|service|env|py|go|rs|java|tex|svg|csv|rst|dockerfile"
    r"|nginx|properties|rb|php|cs|cpp|c|h|vue|tsx|jsx|proto|graphql|mjml|plist|spec|desktop)\.(j2|jinja2?|poml)$",
    re.I,
)
_YOU_ARE = r"you are(?! (asked|invited|welcome|receiving|subscribed|advised|free|about|logged|getting|required)\b)"
_WORDS = re.compile(
    rf"\b({_YOU_ARE}"
    r"|you're|your (task|job|role|answer)|answer|assistant|respond|reply|question|instructions?"
    r"|summari[sz]e|extract"
    r"|classify|translate|rewrite|write (a|an|the)|give the|do not|don't|never|always|must|explain"
    r"|help (the|people|users)\b|(?-i:You) (help|assist|write|talk to|act as|plan|draft|review|grade|mark|advise|guide"
    r"|support|triage))\b",
    re.I,
)
_ADDRESSES = re.compile(
    rf"\b({_YOU_ARE}|you (help|write|plan)|you're|your (task|job|role|answer))\b"
    r"|(?-i:(^|[.:;!?\n*#-])\s*(Answer|Respond|Reply|Summari[sz]e|Extract|Classify|Translate|Rewrite|Write|Give|Explain"
    r"|Do not|Don't|Never|Always|Use|Say|Name|List|Cite|Return)\b)",
    re.I,
)
"""What is said to somebody who is to do something."""

_BEGINS = re.compile(
    r"\s*You (?!(have|had|can|could|may|might|will|would|were|need|must|should|got|owe|won|asked|just|also|recently"
    r"|now|still|missed|\w+ed)\b)[a-z]+ "
)
"""A job that is given to somebody in the first words, and no news."""

_CONVERSATION = re.compile(
    r"\{%-?\s*for\s+(\w+)\s+in\s+\w*(messages|history|turns).*?\{\{-?\s*\1\.role\b", re.S
)
"""A loop over a conversation that writes who said what."""

_FOLDER = re.compile(r"(^|/)(prompts?|templates/prompts?|llm|agents?)(/|$)", re.I)
_MARKUP = re.compile(r"<(html|body|div|head|table|span|p|a)\b", re.I)


def is_prompt(file: str, text: str) -> bool:
    """Whether a template that no call is known to render is a prompt."""
    path = file.replace("\\", "/")
    if path.endswith((".prompty", ".poml")):
        return True
    if _OTHER.search(path) or len(_MARKUP.findall(text)) > 2:
        return False
    prose = re.sub(r"\{[{%#].*?[}%#]\}", " ", text, flags=re.S)
    words = len(re.findall(r"[A-Za-z]{2,}", prose))
    if words < 12:
        return False
    begins = bool(_BEGINS.match(prose))
    hits = len(_WORDS.findall(prose)) + 2 * bool(_CONVERSATION.search(text)) + begins
    is_told = begins or bool(_ADDRESSES.search(prose) or _CONVERSATION.search(text))
    return (hits >= 2 and is_told) or (hits >= 1 and bool(_FOLDER.search(path)))
