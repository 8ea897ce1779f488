"""verl: `{"data_source", "prompt", "ability", "reward_model": {"style", "ground_truth"}, "extra_info"}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rftkit.formats.dialects import requests, tools
from rftkit.formats.dialects.values import first, name_of, without
from rftkit.formats.dialects.values import mapping as object_of
from rftkit.formats.draft import UNSET, Draft
from rftkit.formats.shapes._drafts import broken, column, of_conversation, own

NAME = "verl"
DESCRIPTION = "verl: a prompt with `reward_model.ground_truth`"


def score(row: dict[str, Any]) -> float:
    """Return how sure it is that the row is a prompt of verl.

    Examples
    --------
    >>> score({"prompt": [], "reward_model": {"ground_truth": "12"}})
    0.99
    """
    rewarded = isinstance(row.get("reward_model"), dict | str) and "ground_truth" in object_of(row["reward_model"])
    if "prompt" not in row:
        return 0.0
    return 0.99 if rewarded else 0.9 if "data_source" in row and "reward_model" in row else 0.0


def convert(row: dict[str, Any], mapping: Mapping[str, str]) -> list[Draft]:
    """Return the prompt of a row; the ground truth of its reward model is the reference.

    Examples
    --------
    >>> model = {"style": "rule", "ground_truth": "12"}
    >>> convert({"prompt": [{"role": "user", "content": "3 x 4"}], "reward_model": model}, {})[0].extra
    {'reference_answer': '12', 'reward_model': {'style': 'rule'}}
    """
    prompt_key, prompt = column(row, mapping, "prompt", "prompt", "raw_prompt")
    request = requests.read({"prompt": prompt})
    facts = own(row, [prompt_key, "tools"])
    info, columns = _exported(row)
    if columns:
        facts |= {"id": name_of(columns["rftkit_id"]), "extra": without(columns, ["rftkit_id"]) or None}
    else:
        facts["extra"] = _with_reference(facts["extra"] or {}) or None
    if request is None:
        return [broken(row, [prompt_key, "tools"], facts)]
    draft = of_conversation(request.messages, **facts)
    given = first(row, "tools") or info.get("tools")
    draft.tools = UNSET if given is None else tools.fold(given)
    return [draft]


def _exported(row: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what rftkit's own export says beside a prompt, and the source's keys in it; nothing of other files."""
    info = object_of(row.get("extra_info"))
    columns = object_of(info.get("columns"))
    return (info, columns) if name_of(columns.get("rftkit_id")) else ({}, {})


def _with_reference(extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys that are left with the reference before them; the rest of the reward model stays."""
    model = object_of(extra.get("reward_model"))
    if "ground_truth" not in model:
        return dict(extra)
    others = {key: value for key, value in model.items() if key != "ground_truth"}
    kept = {key: others if key == "reward_model" else value for key, value in extra.items()}
    kept = kept if others else {key: value for key, value in kept.items() if key != "reward_model"}
    return {"reference_answer": model["ground_truth"], **kept}
