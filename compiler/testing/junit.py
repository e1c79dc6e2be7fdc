"""Test reports as JUnit XML, which CI systems read."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from xml.etree import ElementTree

from .blocks import Report

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit_xml(reports: Sequence[Report]) -> str:
    """One test suite per file, one test case per `test` block."""
    root = ElementTree.Element("testsuites")
    files: dict[str, list[Report]] = {}
    for report in reports:
        files.setdefault(report.file, []).append(report)
    for file, found in files.items():
        suite = ElementTree.SubElement(root, "testsuite", name=_clean(file), tests=str(len(found)))
        suite.set("failures", str(sum(bool(r.unmet) for r in found)))
        suite.set("errors", str(sum(bool(r.error) for r in found)))
        suite.set("time", f"{sum(r.seconds for r in found):.3f}")
        for report in found:
            _case(suite, report)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, "unicode") + "\n"


def _case(suite: ElementTree.Element, report: Report) -> None:
    line = str(report.span.source.position(report.span.start)[0])
    case = ElementTree.SubElement(
        suite,
        "testcase",
        name=_clean(report.name),
        classname=_clean(report.file),
        file=_clean(report.file),
    )
    case.set("line", line)
    case.set("time", f"{report.seconds:.3f}")
    if report.error:
        ElementTree.SubElement(case, "error", message=_clean(report.error))
    for unmet in report.unmet:
        left, right = (json.dumps(value, ensure_ascii=False) for value in (unmet.left, unmet.right))
        failure = ElementTree.SubElement(
            case, "failure", message=_clean(f"expect {unmet.span.text}")
        )
        failure.text = _clean(f"left:  {left}\nright: {right}")


def _clean(text: str) -> str:
    """Text without the characters that XML can't hold."""
    return _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)
