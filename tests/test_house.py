"""Rules of the house that no tool checks: docstrings with examples, commands that exist, nothing private in a file."""

from __future__ import annotations

import importlib
import inspect
import json
import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest

import rftkit

ROOT = Path(__file__).resolve().parents[1]
#: What is no text of ours: the resolver's file, and licences in the words of others.
LEFT_OUT = ("uv.lock", "package-lock.json", "licenses/")
# Written so that this file does not contain what it looks for.
PRIVATE = (
    r"https?://[^\s\"'<>)]*(?:"
    + "|".join(("artifactory", "nexus", "devpi", "pypi[.]org/simple", "/simple/", "npmjs[.]org"))
    + ")",
    r"(?<![\w.~-])/(?:" + "|".join(("home", "Users", "root", "work")) + r")/[\w.-]",
    r"(?:index-url|extra-index-url|registry)\s*=\s*https?:",
)


def _files() -> list[Path]:
    """Return the files that git knows, or all but the usual rubbish where there is no git."""
    if shutil.which("git") and (ROOT / ".git").exists():
        listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
        return [ROOT / name for name in listed.splitlines()]
    rubbish = {".venv", "node_modules", "__pycache__", ".git", "dist", "build"}
    return [file for file in ROOT.rglob("*") if file.is_file() and not rubbish & set(file.relative_to(ROOT).parts)]


def _text(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except (UnicodeDecodeError, FileNotFoundError):
        return None


def test_no_file_has_a_registry_address_or_the_path_of_a_machine() -> None:
    found = []
    for file in _files():
        name = file.relative_to(ROOT).as_posix()
        text = None if any(part in name for part in LEFT_OUT) else _text(file)
        for number, line in enumerate((text or "").splitlines(), 1):
            found += [f"{name}:{number}: {line.strip()[:120]}" for rule in PRIVATE if re.search(rule, line)]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "see https://" + "artifactory.example.com/api/pypi",
        "at /" + "home/ann/data",
        "in '/" + "Users/ann'",
        "--extra-index-url=" + "https://x.org",
    ],
)
def test_the_rules_find_what_they_are_for(line: str) -> None:
    assert any(re.search(rule, line) for rule in PRIVATE)


def _public() -> list[str]:
    return sorted(getattr(rftkit, "__all__", ()))


def test_rftkit_says_what_is_public() -> None:
    assert _public()


@pytest.mark.parametrize("name", _public())
def test_every_public_name_has_a_docstring_with_an_example(name: str) -> None:
    thing = getattr(rftkit, name)
    if isinstance(thing, str):
        return  # a version
    text = inspect.getdoc(thing) or ""
    assert text, f"rftkit.{name} has no docstring"
    assert ">>>" in text, f"the docstring of rftkit.{name} has no example"


def _commands(file: str) -> list[tuple[str, ...]]:
    """Return the words after `rftkit` in the code of a Markdown file, as far as they can be commands."""
    text = _text(ROOT / file) or ""
    fenced = re.findall(r"^```(\w*)\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    blocks = [body for language, body in fenced if language != "python"] + re.findall(r"`([^`\n]+)`", text)
    blocks += [line for line in text.splitlines() if line.startswith("    ")]
    calls = [words for block in blocks for words in re.findall(r"(?:^|\s|&&\s*)rftkit((?: +[a-z][\w.-]*)+)", block)]
    return [tuple(words.split()) for words in calls]


@pytest.mark.parametrize("file", ["README.md", "CONTRIBUTING.md", "environment.yml", "CHANGELOG.md"])
def test_every_command_that_is_written_down_exists(file: str) -> None:
    group = importlib.import_module("rftkit.cli").commands
    known = group.list_commands(click.Context(group))
    unknown = [words for words in _commands(file) if words[0] not in known]
    assert unknown == []


def test_the_readme_shows_commands() -> None:
    assert ("demo",) in [words[:1] for words in _commands("README.md")]


def test_commands_are_found_in_markdown() -> None:
    found = re.findall(r"(?:^|\s|&&\s*)rftkit((?: +[a-z][\w.-]*)+)", "pip install uv && uv run rftkit demo --dir x")
    assert found == [" demo"]


def test_notebooks_are_committed_without_outputs() -> None:
    full = []
    for file in _files():
        if file.suffix == ".ipynb":
            cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
            full += [
                file.name
                for cell in cells
                if cell["cell_type"] == "code" and (cell["outputs"] or cell["execution_count"])
            ]
    assert full == []
