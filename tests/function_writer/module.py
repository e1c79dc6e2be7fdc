"""What every random function finds in its module, what it is called with, and what changes between two calls."""

HEAD = """\
import contextlib, dataclasses, itertools
import sglc as sgl

MOOD = "calm"
COUNT = 0
LOG = []
WORDS = ["red", "green"]
TABLE = {"a": "first", "b": "second"}

class Config:
    style = "brief"
    level = 1

@dataclasses.dataclass
class Item:
    name: str
    size: int = 2

    @property
    def label(self):
        LOG.append("label")
        return self.name + "!"

ITEM = Item("box")

def bump(by=1):
    global COUNT
    COUNT += by
    return COUNT

def note(x):
    LOG.append(x)
    return x

def lines(n):
    for k in range(n):
        LOG.append(("made", k))
        yield f"line{k}"

@contextlib.contextmanager
def noted(name):
    LOG.append(("in", name))
    try:
        yield name
    finally:
        LOG.append(("out", name))

def ask(s, q):
    if q == "skip":
        return "skipped"
    s += q + " ? " + sgl.gen("asked", temperature=0, max_tokens=3)
    return s["asked"]

def quoted(name, **options):
    return "'" + sgl.gen(name, temperature=0, max_tokens=3, **options) + "'"

def told(s, q, n=2):
    s += f"{q} told {n} "
    return n + len(q)
"""
ARGUMENTS = [
    {"a": "hello", "n": 2, "xs": ["p", "q", "r"], "t": ("x", "y"), "d": {"k": 1, "m": 2}},
    {"a": "", "n": 0, "xs": [], "t": (), "d": {}},
    {"a": "skip", "n": 5, "xs": ["stop", "b"], "t": ("z",), "d": {"k": 7}},
]
CHANGES = [
    "", "MOOD = 'wild'", "Config.style = 'long'", "WORDS.append('blue')", "TABLE['a'] = 'changed'",
    "ITEM.name = 'crate'", "COUNT = 7", "ITEM = Item('bag', 9)",
]  # fmt: skip
