"""The page of `explain --format html`, used as a person would: look, click, pull a control."""

import json
from pathlib import Path
from typing import Any

import pytest
from pending import PENDING
from tests.browser.conftest import screenshot

from sglc.compiler.build.driver import Options, compile_module, load
from sglc.compiler.build.targets import choose_target
from sglc.compiler.explain import html
from sglc.compiler.explain.make import of_build

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]

LARGE = (
    """
program large(brief: str @release, names: list[str] @session, question: str) -> list[str]:
    system: "{brief}"
    user: question
    parallel:
"""
    + "\n".join(
        f"""        arm:
            user: "Angle {i}: look at it from every side, as somebody who has worked in this field for {i + 3} years."
            assistant: a{i} = gen(max_tokens=40)
            user: "Now doubt what you said, and name the weakest point."
            assistant: d{i} = gen(max_tokens=40)"""
        for i in range(16)
    )
    + "\n    return ["
    + ", ".join(f"d{i}" for i in range(16))
    + "]\n"
)

PROBLEM = """
program ask(user_name: str @user, question: str) -> str:
    system:
        "The user is {user_name}.\\n"
        "Answer in plain English. Use at most five sentences. Quote the text when you make a claim. Never guess."
    user: question
    assistant: answer = gen(max_tokens=64)
    return answer
"""


def page_of(file: Path, folder: Path, level: int = 1) -> str:
    module, warnings = load(file)
    build = compile_module(module, Options(level=level), choose_target(None), warnings, str(file))
    page = folder / "page.html"
    page.write_text(html.render(of_build(build)), "utf-8")
    return page.as_uri()


def source(text: str, folder: Path) -> Path:
    file = folder / "program.sgl"
    file.write_text(text, "utf-8")
    return file


def opened(browser: Any, address: str, theme: str, name: str) -> None:
    browser.get("about:blank")
    browser.get_log("browser")
    browser.get_log("performance")
    browser.get(f"{address}#{theme}")
    screenshot(browser, f"{name}-{theme}")
    assert [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == []
    assert requested(browser) == {address}


def requested(browser: Any) -> set[str]:
    """Every address the page asked for."""
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    sent = [
        e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"
    ]
    return {url.split("#")[0] for url in sent if not url.startswith("about:")}


def tokens(browser: Any) -> dict[str, int]:
    """The bars of the four worlds, by name."""
    bars = browser.find_elements("css selector", "#worlds .bar")
    found = {}
    for bar in bars:
        name, size = (part.text for part in bar.find_elements("xpath", "./div"))
        found[name] = int(size.split(" ")[0].replace(",", ""))
    return found


def pull(browser: Any, control: str, value: int) -> None:
    """Set a control as a person's mouse would, and let the page know."""
    browser.execute_script(
        "const i = document.querySelector(`#controls [name=${CSS.escape(arguments[0])}]`);"
        "i.value = arguments[1]; i.dispatchEvent(new Event(i.type === 'range' ? 'input' : 'change'));",
        control,
        value,
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_small_program(browser: Any, tmp_path: Path, theme: str):
    opened(browser, page_of(ROOT / "examples/triage.sgl", tmp_path), theme, "small")
    nodes = browser.find_elements("css selector", "#tree .node")
    assert len(nodes) >= 6
    nodes[0].click()
    detail = browser.find_element("id", "detail").text
    assert "You are a document analysis assistant." in detail
    assert "triage.sgl:4" in detail


def test_controls_change_the_bill(browser: Any, tmp_path: Path):
    opened(browser, page_of(ROOT / "examples/judge.sgl", tmp_path), "light", "judge")
    before = tokens(browser)
    assert (
        before["lower bound"]
        == before["compiled"]
        <= before["prefix cache alone"]
        < before["stateless"]
    )
    pull(browser, "len(dimensions)", 12)
    arms = tokens(browser)
    assert arms["stateless"] - before["stateless"] > 4 * (arms["compiled"] - before["compiled"])
    pull(browser, "rows", 200)
    assert tokens(browser)["stateless"] == pytest.approx(2 * arms["stateless"], abs=2)
    cost = browser.find_element("id", "cost").text
    pull(browser, "model", 6)
    assert browser.find_element("id", "cost").text != cost
    pull(browser, "hit", 0)
    cold = tokens(browser)
    assert cold["prefix cache alone"] == cold["stateless"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_large_program(browser: Any, tmp_path: Path, theme: str):
    opened(browser, page_of(source(LARGE, tmp_path), tmp_path), theme, "large")
    assert len(browser.find_elements("css selector", "#tree .node")) >= 64
    assert len(browser.find_elements("css selector", "#calls tbody tr")) >= 32


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_program_with_a_problem(browser: Any, tmp_path: Path, theme: str):
    opened(browser, page_of(source(PROBLEM, tmp_path), tmp_path), theme, "problem")
    assert browser.find_elements("css selector", "#tree .break")
    assert "stand behind {user_name}" in browser.find_element("id", "breaks").text
    assert (
        "31 tokens that could be stand behind {user_name}"
        in browser.find_element("id", "lead").text
    )


def test_what_is_speculative_is_marked_and_explained(browser: Any, tmp_path: Path):
    opened(browser, page_of(source(PENDING, tmp_path), tmp_path, level=2), "light", "speculative")
    assert len(browser.find_elements("css selector", "#tree .ahead.speculative")) == 2
    assert "nobody may need it" in browser.find_element("id", "legend").text
    browser.find_element("css selector", "#tree .node:has(.ahead)").click()
    assert "speculative" in browser.find_element("id", "detail").text
    opened(browser, page_of(source(PENDING, tmp_path), tmp_path), "light", "calm")
    assert not browser.find_elements("css selector", "#tree .ahead")
    assert "nobody" not in browser.find_element("id", "legend").text


def test_far_sizes_are_folded_and_idle_passes_named(browser: Any, tmp_path: Path):
    opened(browser, page_of(source(LARGE, tmp_path), tmp_path), "light", "large")
    assert len(browser.find_elements("css selector", "#controls details input")) > 20
    assert len(browser.find_elements("css selector", "#controls > label > input")) <= 9
    assert "Nothing to say: " in browser.find_element("id", "passes").text


def test_a_prompt_can_not_break_out(browser: Any, tmp_path: Path):
    text = "</script><script>document.title=`gone`</script><img src=x>{x}"
    hostile = f'program p(x: str) -> str:\n    "{text}"\n    a = gen()\n    return a\n'
    opened(browser, page_of(source(hostile, tmp_path), tmp_path), "light", "hostile")
    assert "gone" not in browser.title
    assert not browser.find_elements("tag name", "img")
