"""Ten prompts of different kinds: what is derived from each is right, and what it does not answer stays open."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rftkit import GeneratorSession
from rftkit.errors import InputError
from rftkit.idea.fields import FIELDS
from rftkit.llm import unwrap
from tests.idea.model import Played
from tests.idea.prompts import PROMPTS, Prompt
from tests.idea.recorded import ANSWERS
from tests.llm.loopback import Loopback


@pytest.mark.parametrize("prompt", PROMPTS, ids=lambda prompt: prompt.name)
def test_rules_derive_what_a_prompt_says_and_leave_the_rest_open(prompt: Prompt, tmp_path: Path) -> None:
    session = GeneratorSession(tmp_path / "idea.rft")
    told = session.analyze_prompt(prompt.text)
    for field, words in prompt.says.items():
        assert words.lower() in told.derived[field][0].lower(), field
    assert [field for field in prompt.open if field in told.derived] == []
    assert told.variables == prompt.variables
    assert told.examples == 0
    assert told.output.kind == prompt.kind
    assert told.output.labels == prompt.labels
    assert tuple((told.output.schema or {}).get("properties", ())) == prompt.keys
    assert all(entry.source == "derived" for entry in session.requirements.entries.values())


@pytest.mark.parametrize("prompt", PROMPTS, ids=lambda prompt: prompt.name)
def test_every_derived_value_stands_on_words_of_the_prompt(prompt: Prompt, tmp_path: Path) -> None:
    plain = set("".join(c if c.isalnum() else " " for c in prompt.text.lower()).split())
    ours = {"one", "of", "text", "put", "in", "for"}  # the words by which rules name labels and variables
    for value, _ in GeneratorSession(tmp_path / "idea.rft").analyze_prompt(prompt.text).derived.values():
        words = set("".join(c if c.isalnum() else " " for c in value.lower()).split())
        assert words <= plain | ours


@pytest.mark.parametrize("prompt", PROMPTS, ids=lambda prompt: prompt.name)
def test_a_field_that_a_model_made_up_stays_open(prompt: Prompt, tmp_path: Path) -> None:
    first = " ".join(prompt.text.split(".")[0].split())
    made_up = [
        {"name": "use_case", "value": "an internal pilot in March", "quote": "used in our internal pilot in March"},
        {"name": "realism_requirements", "value": "real e-mails", "quote": ""},
        {"name": "weather", "value": "sunny", "quote": first},
        {"name": "task_goal", "value": f"in one sentence: {first}", "quote": first},
    ]
    recorded = {"fields": [one for one in made_up if one["name"] in FIELDS], "variables": []}
    with Loopback(say=Played({"analyze": recorded})) as server:
        session = GeneratorSession(tmp_path / "idea.rft", model="openai/test", base_url=server.url)
        told = session.analyze_prompt(prompt.text)
    assert set(told.dropped) == {"use_case", "realism_requirements"}
    assert session.requirements.value("use_case") == ""
    assert session.requirements.value("task_goal").startswith("in one sentence: ")
    assert told.by == "openai/test"


def test_a_new_prompt_takes_the_place_of_the_old_one_and_not_of_what_a_person_wrote(tmp_path: Path) -> None:
    session = GeneratorSession(tmp_path / "idea.rft")
    session.analyze_prompt(PROMPTS[0].text)
    session.edit("role_persona", "my own role")
    session.analyze_prompt(PROMPTS[4].text)
    assert session.requirements.value("role_persona") == "my own role"
    assert "SQL" in session.requirements.value("task_goal")
    assert "category" not in session.requirements.value("output_format")


def test_a_file_of_text_and_a_record_are_read_like_the_text_itself(tmp_path: Path) -> None:
    text = PROMPTS[6].text
    (tmp_path / "prompt.md").write_text(text, encoding="utf-8")
    session = GeneratorSession(tmp_path / "idea.rft")
    by_file = session.analyze_prompt(tmp_path / "prompt.md").derived
    import rftkit

    said = [{"role": "system", "content": text}, {"role": "user", "content": "I have a headache since Monday"}]
    rftkit.open(tmp_path / "idea.rft").import_([{"id": "a", "messages": said}])
    assert session.analyze_prompt(record="a").derived == by_file


@pytest.mark.parametrize("given", ["", "  "])
def test_an_empty_prompt_is_refused_with_what_to_give(given: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="give its text"):
        GeneratorSession(tmp_path / "idea.rft").analyze_prompt(given)


def _replay(asked: dict[str, Any]) -> str:
    """Return the answer that was written down for the prompt that is asked about."""
    data = unwrap(asked["messages"][-1]["content"])
    prompt = next(one for one in PROMPTS if one.text == data["prompt"])
    fields = [{"name": name, "value": value, "quote": quote} for name, value, quote in ANSWERS[prompt.name]]
    return json.dumps({"fields": fields, "variables": list(prompt.variables)})


@pytest.mark.parametrize("prompt", PROMPTS, ids=lambda prompt: prompt.name)
def test_what_a_recorded_model_derives_is_right_or_left_open(prompt: Prompt, tmp_path: Path) -> None:
    with Loopback(say=_replay) as server:
        session = GeneratorSession(tmp_path / "idea.rft", model="openai/test", base_url=server.url)
        told = session.analyze_prompt(prompt.text)
    wanted = session.requirements
    flat = " ".join(prompt.text.split())
    for name, value, quote in ANSWERS[prompt.name]:
        if quote and " ".join(quote.split()) in flat:
            assert wanted.value(name) == value
            assert wanted.entries[name].source == "derived"
        else:
            assert name in told.dropped
            assert wanted.value(name) != value
    for name in prompt.open:
        grounded = any(field == name and quote and quote in flat for field, _, quote in ANSWERS[prompt.name])
        assert grounded or wanted.value(name) == ""
    assert (told.by, told.variables) == ("openai/test", prompt.variables)
    assert told.output.labels == prompt.labels
    assert tuple((told.output.schema or {}).get("properties", ())) == prompt.keys


@pytest.mark.parametrize("broken", ["I'm sorry, but I can't help with that.", '{"fields": [{"name": "task_goal"'])
def test_a_model_that_refuses_or_breaks_its_json_is_said_and_rules_read_the_prompt(broken: str, tmp_path: Path) -> None:
    with Loopback(say=lambda asked: broken) as server:
        session = GeneratorSession(tmp_path / "idea.rft", model="openai/test", base_url=server.url)
        told = session.analyze_prompt(PROMPTS[0].text)
    assert told.by == "rules"
    assert "read by rules" in told.note
    assert told.output.labels == PROMPTS[0].labels
