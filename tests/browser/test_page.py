"""The page of `explain --format html`, used as a person would: look, click, pull a control."""

import json
from pathlib import Path
from typing import Any

import pytest
from pending import PENDING
from tests.browser.conftest import screenshot

from sglc.compiler.cli import run
from sglc.compiler.driver.compilation import Options, compile_module, load
from sglc.compiler.driver.targets import choose_target
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
            user: "{chr(65 + i)}: look at it from all sides, as one who has worked in this field for {i + 3} years."
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
        found[name] = int(size.split(" ")[0].replace(",", "").strip("~"))
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
    assert len(browser.find_elements("css selector", "#tree .node")) < 64
    browser.find_element("css selector", "#tree .node:has(> .more:only-child)").click()
    assert len(browser.find_elements("css selector", "#tree .node")) >= 64
    assert len(browser.find_elements("css selector", "#calls tbody tr")) >= 32


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_program_with_a_problem(browser: Any, tmp_path: Path, theme: str):
    opened(browser, page_of(source(PROBLEM, tmp_path), tmp_path), theme, "problem")
    assert browser.find_elements("css selector", "#tree .break")
    assert "stand behind {user_name}" in browser.find_element("id", "breaks").text
    words = browser.find_element("id", "breaks").text
    assert "Write Answer in plain English." in words
    assert "before {user_name}: that saves ~" in words


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


def test_a_block_is_folded_and_opened_again(browser: Any, tmp_path: Path):
    opened(browser, page_of(ROOT / "examples/triage.sgl", tmp_path), "light", "folding")
    before = len(browser.find_elements("css selector", "#tree .node"))
    browser.find_elements("css selector", "#tree .node")[0].click()
    browser.find_element("css selector", "#detail .fold").click()
    assert len(browser.find_elements("css selector", "#tree .node")) < before
    browser.find_element("css selector", "#detail .fold").click()
    assert len(browser.find_elements("css selector", "#tree .node")) == before


def test_in_the_source_jumps_to_the_line(browser: Any, tmp_path: Path):
    opened(browser, page_of(ROOT / "examples/triage.sgl", tmp_path), "light", "source")
    browser.find_elements("css selector", "#tree .node")[0].click()
    browser.find_element("css selector", "#detail a").click()
    (line,) = browser.find_elements("css selector", ".source .line.chosen")
    assert line.text.split()[0] == "4"


def test_guesses_are_marked_until_they_are_pulled(browser: Any, tmp_path: Path):
    file = source(PROBLEM.replace("@user", '@user = "Ada"'), tmp_path)
    opened(browser, page_of(file, tmp_path), "light", "guesses")
    tile = browser.find_element("css selector", ".tile strong")
    assert tile.text.startswith("~")
    labels = browser.find_elements("css selector", "#controls label:has(input)")
    outputs = {label.text.split("\n")[0]: label.text.split("\n")[-1] for label in labels}
    assert outputs["tokens of user_name"].isdigit()
    assert outputs["tokens of question"].startswith("~")
    for control in browser.find_elements("css selector", "#controls input[type=range]"):
        pull(browser, control.get_attribute("name"), 1)
    assert not browser.find_element("css selector", ".tile strong").text.startswith("~")


def test_tiles_and_bars_say_the_same_over_rows(browser: Any, tmp_path: Path):
    """The rows' own numbers stand there until a control is pulled; then both follow."""
    file, rows = source(PROBLEM, tmp_path), tmp_path / "rows.jsonl"
    asked = [{"user_name": f"user {i % 3}", "question": f"Question {i}?"} for i in range(30)]
    rows.write_text("".join(json.dumps(row) + "\n" for row in asked), "utf-8")
    page = tmp_path / "rows.html"
    assert (
        run(["explain", str(file), "--input", str(rows), "--format", "html", "-o", str(page)]) == 0
    )
    opened(browser, page.as_uri(), "light", "rows")
    first = bars_and_tiles(browser)
    assert first[0] == first[1]
    table = browser.find_element("css selector", "#rows table").text
    assert f"{first[0][0]:,}" in table
    pull(browser, "rows", 60)
    later = bars_and_tiles(browser)
    assert later[0] == later[1]
    assert later[0][0] == pytest.approx(2 * first[0][0], abs=2)


def bars_and_tiles(browser: Any) -> tuple[list[int], list[int]]:
    bars = tokens(browser)
    tiles = browser.find_elements("css selector", ".tile strong")[:2]
    shown = [int(tile.text.replace(",", "").strip("~")) for tile in tiles]
    return [bars["stateless"], bars["compiled"]], shown


@pytest.mark.parametrize(
    "name", ["react", "generative_agents", "code_review", "extraction", "router"]
)
def test_a_phone_shows_all_of_it(browser: Any, tmp_path: Path, name: str):
    """Nothing is wider than the screen but what scrolls by itself."""
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": True},
    )
    try:
        opened(browser, page_of(ROOT / f"examples/{name}.sgl", tmp_path), "light", f"phone-{name}")
        assert browser.execute_script("return document.documentElement.scrollWidth") <= 390
        assert cut(browser, "#waves, #waves .asked, #waves .asked *, #calls") == []
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def cut(browser: Any, what: str) -> list[str]:
    """The texts of elements that hold more than they show."""
    is_cut = "e => e.clientWidth && e.scrollWidth > e.clientWidth + 1"
    wider = f"return [...arguments[0]].filter({is_cut}).map(e => e.innerText)"
    return browser.execute_script(wider, browser.find_elements("css selector", what))


CHAIN = """
program draft(topic: str) -> str:
    user: "Write about {topic}."
    assistant: text = gen(max_tokens=60)
    return text

program improve(text: str) -> str:
    user: "Improve it: {text}"
    assistant: better = gen(max_tokens=60)
    return better

program main(many_topics_to_write_about: list[str]) -> list[str]:
    fork topic in many_topics_to_write_about:
        first = draft(topic=topic)
        second = improve(text=first)
        third = improve(text=second)
    return third
"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_wave_names_its_calls_and_how_often_in_full(browser: Any, tmp_path: Path, theme: str):
    opened(browser, page_of(source(CHAIN, tmp_path), tmp_path), theme, "chain")
    waves = [
        wave.text.split("\n") for wave in browser.find_elements("css selector", "#waves .wave")
    ]
    arms = "len(many_topics_to_write_about) arms"
    assert waves == [
        ["wave 0", "text", arms],
        ["wave 1", "better", f"2 x {arms}, over 2 waves"],
        ["wave 2", "better", f"2 x {arms}, over 2 waves"],
    ]
    assert cut(browser, "#waves .asked, #waves .asked *") == []
    assert browser.find_element("css selector", "#detail pre + p + pre").text.startswith("user: ")


@pytest.mark.parametrize("name", ["react", "tree_of_thought", "generative_agents", "router"])
def test_the_page_counts_as_the_report_does(browser: Any, tmp_path: Path, name: str):
    """Text, JSON and page evaluate the same formulas at the same sizes."""
    file = ROOT / f"examples/{name}.sgl"
    module, warnings = load(file)
    report = of_build(compile_module(module, Options(), choose_target(None), warnings, str(file)))
    assert report.workload is not None
    opened(browser, page_of(file, tmp_path), "light", f"counts-{name}")
    told = {world.name: world.value for world in report.workload.worlds}
    assert tokens(browser) == pytest.approx(told, abs=1)
