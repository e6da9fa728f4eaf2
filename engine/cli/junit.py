"""JUnit XML, the format build servers read: a suite per document, a case per expectation, variant and seed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as xml

from engine.cli.checking import Checked, Judgement
from engine.cli.tables import say

# XML 1.0 has no place for most control characters, not even escaped.
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(path: Path, checked: Sequence[Checked]) -> None:
    """Write the report; OSError when the file cannot be written."""
    root = xml.Element("testsuites", name="faultline")
    for document in checked:
        root.append(_suite(document))
    xml.indent(root)
    path.write_bytes(xml.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")


def _suite(document: Checked) -> xml.Element:
    suite = xml.Element("testsuite", name=_text(document.file))
    for problem in document.problems:
        case = xml.SubElement(suite, "testcase", classname=_text(document.file), name=_text(f"document {problem.path}".strip()))
        xml.SubElement(case, "error", message=_text(str(problem)), type="problem")
    for judgement in document.judgements:
        _cases(suite, document.file, judgement)
    cases = suite.findall("testcase")
    suite.set("tests", str(len(cases)))
    suite.set("failures", str(sum(case.find("failure") is not None for case in cases)))
    suite.set("errors", str(sum(case.find("error") is not None for case in cases)))
    suite.set("time", f"{sum(j.wall_s for j in document.judgements):.3f}")
    return suite


def _cases(suite: xml.Element, file: str, judgement: Judgement) -> None:
    """One case per line; a run without any, or one that was stopped, is a case of its own."""
    classname = _text(f"{file}.{judgement.variant}")
    if judgement.stopped or not judgement.lines:
        case = xml.SubElement(suite, "testcase", classname=classname, name=f"runs to its end (seed {judgement.seed})")
        if judgement.stopped:
            xml.SubElement(case, "failure", message=_text(f"stopped at {judgement.stopped['at_s']:g} s: {judgement.stopped['why']}"))
    for number, line in enumerate(judgement.lines, 1):
        name = _text(f"{number}. {line['metric']} (seed {judgement.seed})")
        case = xml.SubElement(suite, "testcase", classname=classname, name=name)
        if not line["pass"]:
            xml.SubElement(case, "failure", message=_text(line["reason"])).text = _text(say(line))


def _text(value: str) -> str:
    return NOT_XML.sub("�", value)
