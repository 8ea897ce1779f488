"""Free text in, fields of the checklist out: by headings, by the words of each sentence, by what was asked."""

# ruff: noqa: E501 - a pattern that is broken at 120 characters reads worse

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from rftkit.idea import cues
from rftkit.idea.fields import FIELDS, heading
from rftkit.idea.requirements import Example
from rftkit.offline.text import sentences

_BLOCK = re.compile(r"```[\w-]*\n(.*?)```", re.DOTALL)
_HELD = re.compile("\u27e6(\\d+)\u27e7")
_ARROW = re.compile(
    r"^\W*[\"“'](?P<input>[^\"”\n]{3,400})[\"”']\s*(?:->|=>|→)\s*[\"“']?(?P<answer>[^\n]+?)[\"”']?\s*$", re.MULTILINE
)
_PAIR = re.compile(
    r"^\W*(?:example \d+\W+)?(?:input|user|question|q|message|text|email|e-mail|ticket|review)\W*:\s*(?P<input>.+?)\n+"
    r"\W*(?:output|answer|assistant|label|a|response|category|result|json|sql|query)\W*:\s*(?P<answer>.+?)(?=\n\s*\n|\n\W*(?:example|input|"
    r"user|question|q|message|text|email|ticket|review)\b\W*\d*\W*:|\Z)",
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+")
_VARIABLE = re.compile(
    r"\{\{\s*[#/]?\s*([A-Za-z_][\w.]*)\s*\}\}|(?<![{\w$\"])\{([A-Za-z_]\w*)\}(?!\})|\$\{([A-Za-z_]\w*)\}"
)
_WISH = re.compile(
    r"^(?:i|we) (?:want|need|would like|'d like)(?: to (?:make|build|have|create|get))?(?: (?:an?|some|the)? ?(?:model|dataset|data ?set|set|data|bot|"
    r"assistant|examples|test set|training set))(?: (?:to|that can|that will|that|which|for|of|with))?\s+"
    r"|^(?:i|we) (?:want|need|would like|'d like) to\s+",
    re.IGNORECASE,
)
_SECOND = frozenset(("constraints", "realism_requirements", "domain_expertise", "interaction_type"))
#: Sentences of these fields are no answer to another question.
_STRONG = frozenset(("task_goal", "use_case", "role_persona", "dataset_format"))


def understand(text: str, asked: str | None = None) -> dict[str, str]:
    """Return what a reply says about each field, several at once where it does.

    Parameters
    ----------
    text
        What a person wrote.
    asked
        The field that was asked for; what fits no other field is its answer.

    Examples
    --------
    >>> said = understand("A support agent. It should sort tickets into billing, login or other. Used for training.", "role_persona")
    >>> said["task_goal"], said["use_case"], said["output_format"]
    ('It should sort tickets into billing, login or other', 'Used for training', 'one of: billing, login, other')
    """
    body, blocks = _hold(re.sub(r"(?<=[.;!?])\s+(?=[A-Z][a-z ]{2,25}:\s)", "\n", text))
    found: dict[str, list[str]] = defaultdict(list)
    rest: list[str] = []
    for name, piece in _pieces(_without_examples(body)):
        if name:
            _take(name, piece, found)
        else:
            rest += _assign(piece, found)
    if asked and not found[asked]:
        whole = rest or ([text.strip()] if not _is_about_others(found) else [])
        found[asked] = whole
        if whole and not rest:
            for name in _SECOND - {asked}:  # it stands in the answer already, and is read there too
                found.pop(name, None)
    elif asked and rest:
        found[asked] += rest
    return {name: _value(name, parts, blocks) for name, parts in found.items() if any(part.strip() for part in parts)}


def read_prompt(text: str) -> dict[str, tuple[str, str]]:
    """Return what a prompt answers: for each field the value and the words it stands on; the rest stays open.

    Parameters
    ----------
    text
        A system prompt.

    Examples
    --------
    >>> told = read_prompt("You are a careful nurse. Sort the message into urgent, soon or routine. Never diagnose.")
    >>> told["role_persona"][0], told["constraints"][0], "use_case" in told
    ('a careful nurse', 'Never diagnose', False)
    """
    body, blocks = _hold(text)
    found: dict[str, list[str]] = defaultdict(list)
    for name, piece in _pieces(_without_examples(body)):
        if name:
            _take(name, piece, found)
        else:
            _assign(piece, found)
    found.pop("dataset_format", None)  # a prompt that speaks of CSV speaks of its own input or output
    found.pop("use_case", None) if not re.search(r"\buse case\b", text, re.IGNORECASE) else None
    if not found["interaction_type"]:
        found.pop("interaction_type")
    names = variables(text)
    if names and not found["input_format"]:
        found["input_format"].append(f"text put in for {', '.join(names)}")
    values = {name: _value(name, parts, blocks) for name, parts in found.items() if any(parts)}
    return {name: (value, value) for name, value in values.items()}


def variables(text: str) -> list[str]:
    r"""Return the names that a prompt leaves to be filled in, such as ``{{ticket}}`` or ``{ticket}``.

    Examples
    --------
    >>> variables("Sort {{ ticket }} for {customer}. Answer as {\"a\": 1}.")
    ['ticket', 'customer']
    """
    found = [next(name for name in match.groups() if name) for match in _VARIABLE.finditer(text)]
    return list(dict.fromkeys(found))


def examples_in(text: str) -> list[Example]:
    """Return pairs of input and answer that a text shows, as ``"..." -> label`` or as lines ``Input:`` and ``Output:``.

    Examples
    --------
    >>> [(pair.input, pair.answer) for pair in examples_in('"Where is my parcel?" -> delivery')]
    [('Where is my parcel?', 'delivery')]
    """
    found = [*_ARROW.finditer(text), *_PAIR.finditer(text)]
    pairs = [(match["input"].strip(' "“”'), match["answer"].strip(' "“”\n')) for match in found]
    return [Example(given, answer) for given, answer in dict.fromkeys(pairs) if given and answer]


def _without_examples(text: str) -> str:
    return _PAIR.sub("\n", _ARROW.sub("\n", text))


def _hold(text: str) -> tuple[str, list[str]]:
    """Put JSON and code blocks aside, so that no sentence is cut inside them."""
    blocks: list[str] = []

    def keep(block: str) -> str:
        blocks.append(block)
        return f"\u27e6{len(blocks) - 1}\u27e7"

    text = _BLOCK.sub(lambda match: keep(match[1].strip()), text)
    return _json_blocks(text, keep), blocks


def _json_blocks(text: str, keep: object) -> str:
    parts, place = [], 0
    for match in re.finditer(r"\{(?=\s*[\"\n])", text):
        if match.start() < place:
            continue
        end = _closed(text, match.start())
        if end:
            parts += [text[place : match.start()], keep(text[match.start() : end])]  # type: ignore[operator]
            place = end
    return "".join((*parts, text[place:]))


def _closed(text: str, start: int) -> int:
    depth, quoted = 0, False
    for place in range(start, len(text)):
        char = text[place]
        quoted ^= char == '"' and text[place - 1] != "\\"
        if not quoted:
            depth += (char == "{") - (char == "}")
            if depth == 0:
                return place + 1
    return 0


def _take(name: str, piece: str, found: dict[str, list[str]]) -> None:
    """Put what stands under a heading to its field; a role may say the task too."""
    if name != "role_persona" or not _role(piece, found):
        found[name].append(piece)


def _value(name: str, parts: list[str], blocks: list[str]) -> str:
    kept = [part.strip() for part in dict.fromkeys(parts) if part.strip()]
    text = " ".join(part if part[-1] in ".!?:;,)}" else f"{part}." for part in kept)
    text = _HELD.sub(lambda match: blocks[int(match[1])], _bare(name, text))
    return text.strip().rstrip(".").strip() if name != "role_persona" else text.strip(" .,")


def _bare(name: str, text: str) -> str:
    """Return a value without the words that only lead to it: "the use case is", "I want a dataset to"."""
    if name == "task_goal":
        text = _WISH.sub("", text, count=1)
    field = FIELDS[name]
    names = "|".join(re.escape(word) for word in (field.title.lower(), *field.aliases) if word not in ("who", "job"))
    return re.sub(
        rf"^(?:the |its |our )?(?:{names})s? (?:is|are|should be|will be)\s*:?\s+",
        "",
        text,
        count=1,
        flags=re.IGNORECASE,
    )


def _pieces(text: str) -> Iterator[tuple[str | None, str]]:
    """Yield (field, text) for parts under a heading, (None, text) for all else."""
    name, lines = None, list[str]()
    for line in text.splitlines():
        found = heading(re.sub(r"^#+\s*", "", line)) or _title(line)
        if found:
            yield from _flushed(name, lines)
            name, lines = found[0], [found[1]] if found[1] else []
        elif not line.strip() and name and lines:
            yield from _flushed(name, lines)
            name, lines = None, []
        else:
            lines.append(line)
    yield from _flushed(name, lines)


def _title(line: str) -> tuple[str, str] | None:
    """Return the field of a Markdown heading such as ``## Constraints``."""
    match = re.match(r"^\s*(?:#+\s*(?P<hash>[^#\n]{3,40})|\*\*(?P<bold>[^*\n]{3,40})\*\*)\s*:?\s*$", line)
    return heading(f"{match['hash'] or match['bold']}:") if match else None


def _flushed(name: str | None, lines: list[str]) -> Iterator[tuple[str | None, str]]:
    text = "\n".join(lines)
    if not text.strip():
        return
    if name:
        yield name, "; ".join(_BULLET.sub("", line).strip().rstrip(".;,") for line in lines if line.strip())
    else:
        yield None, text


def _assign(text: str, found: dict[str, list[str]]) -> list[str]:
    """Put every sentence to its fields; return those that fit none."""
    rest = []
    last = None
    for sentence in _sentences(text):
        names = _fields(sentence, found)
        if not names and _HELD.fullmatch(sentence.strip(" .:")):
            names = ["output_format"] if last in ("output_format", None) else [str(last)]
            found[names[0]].append(sentence)
        last = "output_format" if "output_format" in names else (names[-1] if names else None)
        if not names:
            rest.append(sentence)
    return rest


def _sentences(text: str) -> Iterator[str]:
    """Yield sentences; a line that ends in a colon keeps the bullets below it."""
    held = ""
    for line in text.splitlines():
        plain = _BULLET.sub("", line).strip()
        if not plain:
            continue
        if held and (_BULLET.match(line) or _HELD.fullmatch(plain)):
            held += (" " if held.endswith(":") else ", ") + plain.rstrip(".;,")
            continue
        if held:
            yield held
            held = ""
        parts = sentences(plain)
        yield from parts[:-1]
        if parts and parts[-1].endswith(":"):
            held = parts[-1]
        elif parts:
            yield parts[-1]
    if held:
        yield held


def _fields(sentence: str, found: dict[str, list[str]]) -> list[str]:
    """Add a sentence to the fields it speaks of; return their names."""
    names = [*_role(sentence, found), *_task(sentence, found)]
    form = _form(sentence) if "task_goal" in names else ""
    if form:
        found["output_format"].append(form)
        names.append("output_format")
    purpose = cues.PURPOSE.search(sentence) if "task_goal" in names else None
    if purpose:
        found["use_case"].append(purpose[1])
        names.append("use_case")
    for name, pattern in cues.WHOLE.items():
        if pattern.search(sentence) and _fits(name, sentence, names):
            found[name].append(sentence.strip())
            names.append(name)
    file = cues.FILE.search(sentence)
    if file and not re.search(r"\b(?:respond|return|output|answer|input|given)\b", sentence, re.IGNORECASE):
        found["dataset_format"].append("CSV" if file["file"].lower() == "csv" else "JSONL")
        names.append("dataset_format")
    return list(dict.fromkeys(names))


def _fits(name: str, sentence: str, names: list[str]) -> bool:
    """Whether a cue counts although the sentence has said something already."""
    if re.match(r"if\b", sentence, re.IGNORECASE) and cues.EDGE.search(sentence):
        return name == "edge_cases"
    if name == "interaction_type":
        return "output_format" not in names or "tool" in sentence.lower()
    if name == "domain_expertise" or not names:
        return True
    if name == "output_format":
        return names != ["output_format"] and "output_format" not in names
    if name == "use_case":
        return "task_goal" not in names
    if name == "input_format":
        return bool(cues.HANDED.search(sentence))
    return name in ("constraints", "edge_cases") and ("task_goal" not in names)


def _form(sentence: str) -> str:
    """Return the form of the answer that the sentence of a task holds."""
    into, form, then = cues.INTO.search(sentence), cues.FORM.search(sentence), cues.AND_OUTPUT.search(sentence)
    if then:
        return then["output"]
    if into:
        return f"one of: {', '.join(_labels(into['labels']))}"
    return form["form"] if form else ""


def _role(sentence: str, found: dict[str, list[str]]) -> list[str]:
    match = cues.ROLE.search(sentence)
    if match is None or (
        match.start() > 0 and not re.match(r"(?i)you|act|the|it is|imagine|behave|take|play", match.group())
    ):
        return []
    does = cues.DOES.search(match["role"])
    found["role_persona"].append(match["role"][: does.start() if does else None].strip(" ,"))
    if does and not cues.TASK.search(sentence[: match.start()]):
        found["task_goal"].append(
            re.sub(r"^(?:that|who|which|and|to)\s+", "", does.group(), flags=re.IGNORECASE).strip(" .,")
        )
        return ["role_persona", "task_goal"]
    return ["role_persona"]


def _task(sentence: str, found: dict[str, list[str]]) -> list[str]:
    only_output = cues.OUTPUT.match(sentence) and not cues.INTO.search(sentence)
    if not cues.TASK.search(sentence) or only_output:
        return []
    found["task_goal"].append(sentence.strip())
    return ["task_goal"]


def _labels(text: str) -> list[str]:
    from rftkit.idea.outputs import split_labels

    return split_labels(text)


def _is_about_others(found: dict[str, list[str]]) -> bool:
    return any(found[name] for name in _STRONG)
