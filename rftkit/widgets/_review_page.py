"""The static twin of the review: the first candidates with what is decided about them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

from rftkit import render
from rftkit.coverage import DEFINITIONS
from rftkit.render import Html
from rftkit.widgets._talk import as_messages

EMPTY = "No candidates wait: generate some, then they are reviewed here."
NOTHING = "No candidate matches; choose less."
WORDS = {
    "accept": "\N{CHECK MARK} accepted",
    "edit": "\N{CHECK MARK} accepted as edited",
    "reject": "\N{BALLOT X} rejected",
}


def difference(before: str, after: str) -> Html:
    """Return a text with the words marked that are not those of another text.

    Parameters
    ----------
    before
        The other text.
    after
        The text.

    Examples
    --------
    >>> difference("block my card", "block this <card>")
    'block <del>my card</del><ins>this &lt;card&gt;</ins>'
    """
    a, b = (re.findall(r"\S+\s*|\s+", text) for text in (before, after))  # a word and the blank after it are one
    words = [[word.strip() for word in text] for text in (a, b)]
    pieces: list[object] = []
    for kind, i, j, k, end in SequenceMatcher(None, words[0], words[1], autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append("".join(b[k:end]))
            continue
        pieces += [render.tag("del", "".join(a[i:j]))] if j > i else []
        pieces += [render.tag("ins", "".join(b[k:end]))] if end > k else []
    return render.join(*pieces)


def page(deck: Mapping[str, Any], progress: Mapping[str, Any], impact: Mapping[str, Any], python: str) -> Html:
    """Return the page.

    Parameters
    ----------
    deck, progress, impact
        What the browser gets.
    python
        The line that does the same.

    Examples
    --------
    >>> "No candidates wait" in page({"cards": [], "groups": {}}, {"candidates": 0}, {}, "ds.candidates()")
    True
    """
    if not deck or not deck["cards"]:
        return render.card("Review", render.notice(NOTHING if progress.get("candidates") else EMPTY))
    counts = {name: progress[name] for name in ("candidates", "accepted", "rejected", "left")}
    scores = {
        name.replace(
            "_", " "
        ): f"{render.score(impact['before'][name])} \N{RIGHTWARDS ARROW} {render.score(impact['after'][name])}"
        for name in ("balance", "target_fit")
    }
    parts: list[object] = [render.facts({**counts, **scores}, DEFINITIONS)]
    group = None
    for card in deck["cards"]:
        if card["group"] != group:
            group = card["group"]
            parts.append(_group(deck["groups"][group]))
        parts.append(_card(card, deck["groups"][group]))
    rest = deck["matching"] - len(deck["cards"])
    more = render.note(f"\N{HORIZONTAL ELLIPSIS} and {render.plural(rest, 'candidate')} more") if rest > 0 else None
    return render.card("Review", *parts, more, render.tag("code", python))


def _group(group: Mapping[str, Any]) -> Html:
    name = group["source"] or group["topic"] or "no source"
    source = render.tag("p", render.tag("b", "Source: "), group["text"]) if group["text"] else ""
    context = as_messages(group["context"])
    return render.join(render.head(f"From {name}"), render.thread(context) if context else "", source)


def _card(card: Mapping[str, Any], group: Mapping[str, Any]) -> Html:
    text = difference(group["text"], card["text"]) if group["text"] else card["text"]
    stars = "" if card["stars"] is None else f"{card['stars']:.1f} stars"
    reasons = [f"{reason['code'].replace('_', ' ')}: {reason['sentence']}" for reason in card["reasons"]]
    quiet = render.tag(
        "span",
        " \N{MIDDLE DOT} ".join(filter(None, (WORDS.get(card["decision"], "waits"), stars, *reasons))),
        class_="rft__note",
    )
    return render.tag("p", text, render.Html("<br>"), quiet)
