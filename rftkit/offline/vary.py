"""The task `vary`: other things that a person could have said at the same point of a conversation."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

from rftkit.offline import frames, lexicon, noise, slots
from rftkit.offline.compose import Writer, sound
from rftkit.offline.material import sentence
from rftkit.offline.prose import NOTE, is_prose
from rftkit.offline.text import capital, closest, sentences, shingles, tidy, uncapital
from rftkit.offline.write import wish_of, writer_of

_YES, _NO, _THANKS, _DONE = (lexicon.lines("answers", section) for section in ("yes", "no", "thanks", "done"))
_ANSWERS = tuple(
    (
        group,
        re.compile(
            rf"(?:{'|'.join(sorted(map(re.escape, (*group, *extra)), key=len, reverse=True))})(?=[\s,.!]|$)",
            re.IGNORECASE,
        ),
    )
    for group, extra in (
        (
            _YES,
            (
                "yes, please",
                "ok",
                "yup",
                "right",
                "definitely",
                "yes it is",
                "yes that's right",
                "that'll work",
                "it is",
            ),
        ),
        (_NO, ("nah", "no, thanks", "no, thank you")),
        (_THANKS, ("thank you very much", "thanks so much")),
        (
            _DONE,
            (
                "that's all for now",
                "that would be all",
                "that is all",
                "that'll be all",
                "thats all",
                "that is all i need",
            ),
        ),
    )
)
_DRAFTS_EACH, _MOST_ALIKE = 24, 0.88
_CHOICE = re.compile(
    r"(?:the (?:one|first|second|third|last|other|same|next|early|earlier|late|later|cheaper|cheapest)|that one)\b",
    re.I,
)
_TAKING = (
    "I'll take {x}",
    "Let's go with {x}",
    "I'd like {x}",
    "I would prefer {x}",
    "I think {x}",
    "Please give me {x}",
)


def vary(data: Mapping[str, Any], rng: random.Random) -> dict[str, Any]:
    """Return variations for a payload with ``message``, ``count``, ``context`` and, where known, ``others``, ``values``.

    Examples
    --------
    >>> payload = {"message": "Yes, book it for 2 people.", "count": 2, "context": [{"role": "assistant", "text": "Book it?"}]}
    >>> len(vary(payload, random.Random(0))["prompts"])
    2
    """
    message = str(data["message"])
    others = [str(text) for text in data.get("others") or []]
    writer = writer_of({**data, "examples": [message, *others]}, rng)
    items = data.get("items") or [{}] * int(data["count"])
    taken = [shingles(text) for text in (message, *(data.get("avoid") or []))]
    written: list[str] = []
    for item in items:
        best = _best(message, others, data, writer, taken, wish_of(item).phrasing)
        if best is not None:
            written.append(best)
            taken.append(shingles(best))
    return {"prompts": written, **({} if is_prose(message) else {"note": NOTE})}


def _best(
    message: str,
    others: Sequence[str],
    data: Mapping[str, Any],
    writer: Writer,
    taken: Sequence[frozenset[str]],
    phrasing: str | None,
) -> str | None:
    rng, found = writer.rng, []
    for _ in range(_DRAFTS_EACH):
        base = rng.choice(others) if others and rng.random() < 0.35 else message
        text = _draft(base, data, writer, phrasing)
        overlap = closest(shingles(text), taken)
        if overlap < _MOST_ALIKE and sound(text):
            strange = writer.material.strangeness(text)
            # A short reply has few other forms; one that is rather alike is taken only where there is nothing else.
            late = 2.0 if overlap >= writer.novelty else 0.0
            found.append((-strange / 3 - 0.6 * overlap + rng.uniform(0, 0.5) - late, text))
    if not found:
        return None
    return noise.roughen(max(found)[1], rng, writer.rough) if is_prose(message) else max(found)[1]


def _draft(base: str, data: Mapping[str, Any], writer: Writer, phrasing: str | None) -> str:
    rng = writer.rng
    if not is_prose(base):
        return slots.swap(
            base,
            {},
            rng,
            keep="\n".join(str(turn.get("text") or "") for turn in data.get("context") or []),
            kinds=slots.ANYWHERE,
        )
    parts = [_said_otherwise(part, rng, phrasing) for part in sentences(base)]
    text = writer.exchanged(" ".join(parts), rng.choice((0, 1, 1, 2)))
    turns = [str(turn.get("text") or "") for turn in data.get("context") or []]
    near = turns[-1] if turns else ""
    return tidy(slots.swap(text, data.get("values") or {}, rng, near=near, keep="\n".join(turns)))


def _said_otherwise(part: str, rng: random.Random, phrasing: str | None) -> str:
    head, rest = _answered(part, rng)
    if head or rng.random() < 0.25:
        return head + rest
    if _CHOICE.match(part) and "?" not in part:
        return rng.choice(_TAKING).format(x=uncapital(part))
    known = sentence(part).core
    if known is None or known.kind in frames.TOLD:
        return part
    return rng.choice(frames.forms(known, phrasing) or [part])


def _answered(part: str, rng: random.Random) -> tuple[str, str]:
    """Return another short answer for the one that a sentence opens with, and the rest of the sentence."""
    plain = part.replace("’", "'")
    for group, pattern in _ANSWERS:
        match = pattern.match(plain)
        if match:
            chosen = capital(rng.choice(group).replace(" i ", " I ").replace("i'm", "I'm"))
            rest = plain[match.end() :]
            return chosen, rest if not rest or rest[0] in ",.!?" else f", {uncapital(rest.strip())}"
    return "", part
