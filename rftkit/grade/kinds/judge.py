"""What the graders that ask a model share: the request, the form of the answer, and what can go wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from rftkit.errors import InputError
from rftkit.grade.graded import Graded, failed
from rftkit.grade.template import MissingFieldError, compiled
from rftkit.llm.request import Answer, Request

if TYPE_CHECKING:
    from rftkit.grade.kinds import Spec
    from rftkit.grade.means import Asker, Means
    from rftkit.grade.pairs import Item, Sample

#: The longest answer of a judge where its JSON names none; a model that reasons writes its thoughts into it, too.
LONGEST: Final = 2048
LONGEST_THOUGHT: Final = 8192
_REASONS: Final = re.compile(r"^(o[1-9]|gpt-[5-9])")
#: What the services do where the JSON has no temperature.
TEMPERATURE: Final = 1.0


def reasons(model: str) -> bool:
    """Return whether a model reasons before it answers, and takes no temperature.

    Parameters
    ----------
    model
        Its name.

    Examples
    --------
    >>> reasons("openai/o4-mini"), reasons("gpt-4.1")
    (True, False)
    """
    return _REASONS.match(model.rpartition("/")[2]) is not None


Reader = Callable[[Any], tuple[float, str] | None]


def schema(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return the form of a judge's answer: `steps` and the `result`, in the order in which they are thought.

    Parameters
    ----------
    result
        JSON schema of the result.

    Examples
    --------
    >>> schema({"type": "number"})["required"]
    ['steps', 'result']
    """
    step = {"description": {"type": "string"}, "conclusion": {"type": "string"}}
    steps = {"type": "array", "items": _object(step)}
    return _object({"steps": steps, "result": dict(result)})


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def requests(
    spec: Spec, samples: Sequence[Sample], items: Sequence[Item], form: Mapping[str, Any], ask: str, repeat: int = 0
) -> list[Request | Graded]:
    """Return the question about every pair, or the grade with the error where a field is missing.

    Parameters
    ----------
    spec
        The grader.
    samples, items
        The pairs.
    form
        JSON schema of the answer.
    ask
        The sentence that says what the result is; models without structured output go by it.
    repeat
        Number of this repetition.

    Examples
    --------
    >>> spec = {"model": "m", "input": [{"role": "user", "content": "Rate {{sample.output_text}}"}]}
    >>> requests(spec, [{"output_text": "Hi"}], [{}], {}, "Say a number.")[0].messages[1]
    {'role': 'user', 'content': 'Rate Hi'}
    """
    first = _plain(spec, form, repeat)
    return [_asked(first, spec["input"], sample, item, ask) for sample, item in zip(samples, items, strict=True)]


def _plain(spec: Spec, form: Mapping[str, Any], repeat: int) -> Request:
    given = spec.get("sampling_params") or {}
    options = {name: given[name] for name in ("top_p", "reasoning_effort") if given.get(name) is not None}
    return Request(
        [],
        schema=form,
        temperature=float(given["temperature"]) if given.get("temperature") is not None else TEMPERATURE,
        max_tokens=int(given.get("max_completions_tokens") or (LONGEST_THOUGHT if reasons(spec["model"]) else LONGEST)),
        seed=given.get("seed"),
        sample=repeat,
        options=options,
    )


def _asked(first: Request, turns: Sequence[Any], sample: Sample, item: Item, ask: str) -> Request | Graded:
    try:
        said = [{"role": _role(turn["role"]), "content": _content(turn["content"], sample, item)} for turn in turns]
    except MissingFieldError as missing:
        return failed(missing.error, str(missing))
    return replace(first, messages=[{"role": "system", "content": ask}, *said])


def _role(role: str) -> str:
    return "system" if role == "developer" else role  # what every server understands


def _content(content: Any, sample: Sample, item: Item) -> Any:
    """Return the content in the form of chat completions: text where it is all text, else a list of parts."""
    if isinstance(content, str):
        return compiled(content).render(sample, item)
    parts = [_part(part, sample, item) for part in (content if isinstance(content, list) else [content])]
    if all(part["type"] == "text" for part in parts):
        return "\n".join(part["text"] for part in parts)
    return parts


def _part(part: Any, sample: Sample, item: Item) -> dict[str, Any]:
    if isinstance(part, str):
        return {"type": "text", "text": compiled(part).render(sample, item)}
    if part["type"] in ("input_text", "output_text"):
        return {"type": "text", "text": compiled(part["text"]).render(sample, item)}
    if part["type"] == "input_image":
        detail = {"detail": part["detail"]} if part.get("detail") else {}
        return {"type": "image_url", "image_url": {"url": compiled(part["image_url"]).render(sample, item), **detail}}
    return {"type": "input_audio", "input_audio": part["input_audio"]}


def answered(asked: Sequence[Request | Graded], model: str, means: Means, read: Reader) -> list[Graded]:
    """Return the grade of every question: what the model said, read; or what went wrong.

    Parameters
    ----------
    asked
        Of `requests`.
    model
        Name of the model in the grader's JSON.
    means
        Has the asker.
    read
        Makes a reward and its explanation of the parsed answer; None where the answer is no result.
    """
    open_ = [one for one in asked if isinstance(one, Request)]
    answers = iter(asker(means, model).run(open_) if open_ else [])
    return [one if isinstance(one, Graded) else _graded(next(answers), model, read) for one in asked]


def asker(means: Means, model: str) -> Asker:
    """Return who asks a model.

    Parameters
    ----------
    means
        What was handed in.
    model
        Name of the model in the grader's JSON.

    Raises
    ------
    InputError
        Nothing was handed in.
    """
    if means.runner is None:
        raise InputError(
            f"the grader asks the model {model!r}; hand in runner=rftkit.llm.Runner({model!r}), or grade with ds.grade"
        )
    return means.runner(model) if callable(means.runner) else means.runner


def _graded(answer: Answer, model: str, read: Reader) -> Graded:
    return replace(_said(answer, read), usage=_usage(answer, model), model=model)


def _said(answer: Answer, read: Reader) -> Graded:
    refusal = (answer.message or {}).get("refusal")
    if refusal or answer.finish == "content_filter":
        return failed("model_grader_refusal_error", str(refusal or "the filter of its service held the answer back"))
    if answer.error is not None:
        return failed(_name(answer), answer.error)
    found = read(answer.value)
    if found is None:
        return failed("model_grader_parse_error", f"there is no result in its answer: {answer.text[:200]}")
    return Graded(found[0], explanation=found[1] or None)


def _name(answer: Answer) -> str:
    if answer.unasked:
        return "model_grader_not_asked"
    return "model_grader_parse_error" if answer.message is not None else "model_grader_server_error"


def _usage(answer: Answer, model: str) -> dict[str, dict[str, int]]:
    if answer.size is None:
        return {}
    read, written = answer.size
    return {model: {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}}


def steps(value: Mapping[str, Any]) -> str:
    """Return the steps of a judge as lines.

    Parameters
    ----------
    value
        Its parsed answer.

    Examples
    --------
    >>> steps({"steps": [{"description": "Add", "conclusion": "4"}]})
    'Add: 4'
    """
    made = [step for step in value.get("steps") or () if isinstance(step, Mapping)]
    return "\n".join(f"{step.get('description', '')}: {step.get('conclusion', '')}" for step in made)
