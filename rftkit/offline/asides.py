"""Sentences that people put beside what they ask, whatever they ask: "What is going on?", "Can you help me?"."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from rftkit.offline.material import sentence
from rftkit.offline.text import sentences, words

_FEWEST_TOPICS, _EVERYWHERE, _SEEN, _MOST, _LONGEST = 8, 0.35, 3, 8, 8
PLACES = ("after a statement", "after a question")


def mine(prompts: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return sentences that say nothing of a topic, by what they follow, most frequent first.

    All their words are used in a third of the topics or more, and several topics have the sentence itself. Nothing is found
    where there are few topics: what is said everywhere cannot be told from what is said here.

    Parameters
    ----------
    prompts
        Texts by topic.

    Examples
    --------
    >>> about = ["card", "loan", "fee", "rate", "limit", "transfer", "account", "refund"]
    >>> mine({one: [f"My {one} is wrong. What can I do?", f"The {one} is odd."] for one in about})
    {'after a statement': ['What can I do?']}
    """
    if len(prompts) < _FEWEST_TOPICS:
        return {}
    spread = Counter(word for texts in prompts.values() for word in {word for text in texts for word in words(text)})
    topics: dict[str, dict[str, set[str]]] = {place: defaultdict(set) for place in PLACES}
    for topic, texts in prompts.items():
        for text in texts:
            for place, said in _followers(text):
                if place == PLACES[1] and said.endswith("?"):
                    continue  # a second question fits the first alone
                if all(spread[word] >= _EVERYWHERE * len(prompts) for word in words(said) if word.isalpha()):
                    topics[place][said].add(topic)
    found = {place: _frequent(said) for place, said in topics.items()}
    return {place: said for place, said in found.items() if said}


def _followers(text: str) -> list[tuple[str, str]]:
    parts = sentences(text)
    if len(parts) != 2 or not 2 <= len(words(parts[1])) <= _LONGEST:
        return []
    return [(PLACES[sentence(parts[0]).asks], parts[1])]


def _frequent(said: Mapping[str, set[str]]) -> list[str]:
    kept = [one for one, topics in said.items() if len(topics) >= _SEEN and one[-1] in ".?!" and one[0].isupper()]
    return sorted(kept, key=lambda one: (-len(said[one]), one))[:_MOST]
