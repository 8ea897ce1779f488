"""Sentence frames: what a sentence asks for, and the other ways in which people ask for it.

A sentence is read into a kind (how to do something, why something is so, whether, a wish, a request, a statement)
and a core, the part that carries the topic. The core is then put into another frame of the same kind. What no
frame fits is left alone.
"""

from __future__ import annotations

import functools
import random
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rftkit.offline import lexicon, verbs
from rftkit.offline.text import sentences, uncapital, words

_AUX = "|".join(sorted(verbs.AUXILIARIES, key=len, reverse=True))
_ASK = (
    r"(?:(?:please |kindly )?(?:can|could|would|will) (?:you|someone|anyone|u)(?: guys)?(?: please| kindly)? "
    r"(?:tell|explain to|inform|show|advise|help|let|explain|clarify)(?: me)?(?: know| understand| figure out| find out)?"
    r"|(?:please )?(?:tell me|explain(?: to me)?|show me|let me know|help me (?:understand|figure out|find out)|advise me)"
    r"|i(?:'d like| would like| want| need| wish|'m trying| am trying) to (?:know|understand|find out|learn|ask|figure out)"
    r"|do you (?:know|happen to know)|i was wondering|i'm wondering|i wonder|i am wondering|i don't (?:know|understand)"
    r"|i do not (?:know|understand)|any idea)"
)
_WH = (
    r"(?:how long|how much|how many(?: \w+)?|how often|how soon|how quickly|how fast|how far|how come|where|when|why|"
    r"what time|what kind of \w+|which \w+|what \w+(?= (?:do|does|did|can|will|is|are|should)\b)|what|who|how)"
)


PHRASINGS = ("question", "command", "statement")
TOLD = ("statement", "wish", "opinion")  # kinds of sentences that ask nothing


@dataclass(frozen=True, slots=True)
class Core:
    """What a sentence is about, without its frame.

    Examples
    --------
    >>> Core("how_to", "reset my PIN").kind
    'how_to'
    """

    kind: str
    text: str
    question: str = ""  # the sentence's own question, for kinds that are asked directly


_VP = r"(?P<vp>.+?)"
_PATTERNS: tuple[tuple[str, str], ...] = (
    ("how_to", rf"(?:{_ASK} )?how (?:do|can|could|would|should|may|might) (?:i|we|one) (?:go about )?{_VP}"),
    ("how_to", rf"(?:{_ASK} )?how (?:i|we|one) (?:can|could|should|may|would) {_VP}"),
    ("how_to", rf"(?:{_ASK} )?how to {_VP}"),
    (
        "how_to",
        rf"what(?:'s| is)? (?:the )?(?:best |easiest |fastest |quickest |right |correct )?(?:way|process|procedure) "
        rf"(?:for me )?to {_VP}",
    ),
    ("how_to", rf"what (?:do|must|should|can|would) i (?:need to |have to )?do (?:to|in order to) {_VP}"),
    (
        "how_to",
        rf"what (?:are the )?steps (?:do i (?:need to )?take |are there |should i take )?(?:in order )?to {_VP}",
    ),
    ("can", rf"(?:can|could|may|should) i (?!have |help|get some help|please have ){_VP}"),
    ("can", rf"(?:am|will|would) i (?:be )?(?:able|allowed|permitted) to {_VP}"),
    ("can", rf"(?:is|would|will) it (?:be )?(?:possible|ok|okay|allowed) (?:for me )?(?:if i |to ){_VP}"),
    (
        "can",
        rf"(?:is|would) there (?:be )?(?:a|any|some) (?:way|ways|possibility|option) (?:for me |that i can |i can )?"
        rf"(?:to )?{_VP}",
    ),
    ("can", rf"(?:{_ASK} )(?:if|whether) (?:i can|i am able to|it is possible to|it's possible to) {_VP}"),
    (
        "want",
        r"(?:i(?:'d| would) (?:really )?(?:like|love)|i (?:really )?(?:want|need|wish|have)|i'm (?:trying|looking|hoping)"
        rf"|i am (?:trying|looking|hoping)|i've been trying) to (?!know|understand|find out|ask){_VP}",
    ),
    (
        "request",
        rf"(?:please )?(?:can|could|would|will) you (?:please |kindly |also )?(?!tell me|explain|be|have){_VP}",
    ),
    ("request", rf"(?:i(?:'d like| would like| want| need) you to|i need someone to|please) (?!tell me|explain){_VP}"),
)
_COMPILED = tuple((kind, re.compile(rf"{pattern}[?.!]*$", re.IGNORECASE)) for kind, pattern in _PATTERNS)
_WH_DIRECT = re.compile(rf"(?P<wh>{_WH}) (?P<aux>{_AUX}) (?P<rest>.+?)[?.!]*$", re.IGNORECASE)
_WH_INDIRECT = re.compile(rf"{_ASK},? (?P<wh>{_WH}) (?P<clause>.+?)[?.!]*$", re.IGNORECASE)
_WHATS = re.compile(r"(?:what(?:'s|s| is| are)|what is|what're) (?P<np>(?:the|my|your|a|an) .+?)[?.!]*$", re.IGNORECASE)
_TELL = re.compile(rf"{_ASK},? (?:about )?(?P<np>(?:the|my|your) .+?)[?.!]*$", re.IGNORECASE)
_YES_NO = re.compile(rf"(?P<aux>{_AUX}) (?P<rest>.+?)[?.!]*$", re.IGNORECASE)
_IF = re.compile(rf"{_ASK},? (?:if|whether) (?P<clause>.+?)[?.!]*$", re.IGNORECASE)
_STATEMENT = re.compile(
    r"(?P<clause>(?:i|i'm|i've|i'd|my|the|it|it's|there|someone|somebody|this|that|your|we|a|an)\b.+?)[.!?]*$",
    re.IGNORECASE,
)
_NEED = re.compile(
    r"i(?:'d like| would like| (?:really )?(?:want|need)) (?P<np>(?:a|an|the|my|some|another|more) .+?)[.!]*$",
    re.IGNORECASE,
)
_WISH = re.compile(
    r"i(?:'d| would) (?:\w+ )?(?:like|love|prefer)|i (?:\w+ )?(?:want|need|wish|hope)\b"
    r"|i(?:'m| am) (?:\w+ )?(?:looking|searching|hoping|trying|planning|interested|going to)\b",
    re.IGNORECASE,
)
_OPINION = re.compile(
    r"(?:i|i'm|i am|we) (?:\w+ ){0,2}(?:think|believe|guess|feel|sure|worried|afraid|upset|frustrated)\b", re.I
)
_IMPERATIVE_VERBS = lexicon.words("verbs", "imperative")
_IMPERATIVE = re.compile(rf"(?P<vp>(?:{'|'.join(_IMPERATIVE_VERBS)})\b.+?)[.!?]*$", re.IGNORECASE)
_HELP = re.compile(
    r"\bhelp(?: me| us)?(?: out)?(?: here)?[.?!]*$", re.IGNORECASE
)  # asks for nothing that could be said otherwise
_LONGEST, _OPENING = 220, 4
_PRAISE = re.compile(
    r"\b(?:sounds?|seems?|looks?|works?|would be|is|are|was|'s) (?:\w+ ){0,2}(?:good|great|nice|perfect|fine|awesome|cool|lovely|"
    r"okay|ok|interesting|amazing|wonderful|all)\b(?! but)|\bworks for (?:me|us)\b",
    re.IGNORECASE,
)
#: Frames of a complaint, and what makes a statement one.
_COMPLAINT = re.compile(
    r"\bproblem\b|contacting you|look into|should I do|do I do|I do about|my options|looks like|seems that|tell me what to do|"
    r"please help",
    re.IGNORECASE,
)
_TROUBLE = re.compile(
    r"n't\b|\b(?:no|not|never|nothing|cannot|cant|wont|wrong\w*|incorrect\w*|lost|stole\w*|steal\w*|error\w*|mistake\w*|problem\w*|"
    r"issue\w*|trouble|broke\w*|missing|disappear\w*|charge\w*|stuck|twice|double|pending|still|only|instead|too|fail\w*|"
    r"declin\w*|reject\w*|refus\w*|block\w*|denied|cancel\w*|revert\w*|late|delay\w*|fraud\w*|scam\w*|hack\w*|unknown|"
    r"unauthori[sz]ed|suspicious|strange|weird|odd|extra|expired?|forgot\w*|forgetting|wait\w*|unable|swallow\w*|needs?|less|fee|"
    r"compromis\w*|damaged?|worse|slow|high|overcharg\w*|without|yet)\b",
    re.IGNORECASE,
)
_ADDITION = re.compile(r"\{[XY]\}[.,] \w")  # "My card is lost. Can you help?": people seldom say the second part
_ADDED, _UNSEEN, _AS_USUAL = 0.25, 0.5, 0.8


def read(sentence: str) -> Core | None:
    """Return what a sentence asks; None where no frame fits.

    Examples
    --------
    >>> read("How do I reset my PIN?")
    Core(kind='how_to', text='reset my PIN', question='')
    >>> read("Why was I charged twice?").text
    'why I was charged twice'
    """
    plain = _plain(sentence)
    if len(plain) > _LONGEST or re.search(r"\?.+\?", plain) or _HELP.search(plain):
        return None
    for kind, pattern in _COMPILED:
        match = pattern.match(plain)
        core = _with_base_verb(kind, match["vp"]) if match else None
        if core is not None:
            return core
    return _clause(plain)


def _plain(sentence: str) -> str:
    plain = re.sub(r"\s+", " ", sentence.replace("’", "'")).strip()
    plain = re.sub(
        r"^(?:hi|hello|hey|ok|okay|so|well|and|also|excuse me|good (?:morning|afternoon|evening))[,.!]* ",
        "",
        plain,
        flags=re.IGNORECASE,
    )
    return re.sub(r"[, ]+(?:please|thanks|thank you|pls)[.!?]*$", "", plain, flags=re.IGNORECASE)


_NOT_VERB = re.compile(
    r"(?:not |n't |that |you |for |of |in |if the |a |my |some |been |\w+ing\b|\w+ed\b)", re.IGNORECASE
)


def _with_base_verb(kind: str, vp: str) -> Core | None:
    if _NOT_VERB.match(vp) and not vp.lower().startswith(("need ", "bring ", "exceed ", "proceed", "feed ")):
        return None
    if kind == "want" and _TURN.search(vp):
        return None
    return Core(kind, vp)


_TURN = re.compile(r"(?:,| but | and i | because )", re.IGNORECASE)


def _clause(plain: str) -> Core | None:
    match = _WH_INDIRECT.match(plain) or _IF.match(plain)
    if match:
        word = match.groupdict().get("wh") or "if"
        return _indirect(word.lower(), match["clause"])
    match = _TELL.match(plain)
    if match and _simple(match["np"]):
        return Core("what_is", match["np"])
    match = _WHATS.match(plain)
    if match and not re.search(r"\b(?:doing|going on|wrong|for|with it)$", match["np"]) and _simple(match["np"]):
        return Core("what_is", match["np"], plain)
    match = _WH_DIRECT.match(plain)
    if match:
        return _inverted(match["wh"].lower(), match["aux"], match["rest"], plain)
    match = _YES_NO.match(plain)
    if match:
        return _inverted("if", match["aux"], match["rest"], plain)
    match = _IMPERATIVE.match(plain)
    if match:
        return Core("request", uncapital(match["vp"]))
    match = _NEED.match(plain)
    if match and not _TURN.search(match["np"]) and not re.search(r"\w(?:ed|n)$|\bto\b", match["np"]):
        return Core("need", match["np"])
    match = _STATEMENT.match(plain)
    if match is None or plain.endswith("?") or _PRAISE.search(match["clause"]):
        return None  # "This one sounds good" is said to what was said before
    return Core(_told(match["clause"]), uncapital(match["clause"]))


def _told(clause: str) -> str:
    """Return what a sentence without a question tells: a wish, an opinion, or how something is."""
    return "wish" if _WISH.match(clause) else "opinion" if _OPINION.match(clause) else "statement"


def _simple(phrase: str) -> bool:
    return not re.search(r"\b(?:is|are|was|and|but|if|because|when|what|how|why)\b|[,;]", phrase)


def _indirect(word: str, clause: str) -> Core | None:
    if clause.split(" ", 1)[0].lower() in verbs.AUXILIARIES:  # "tell me why is my card ..." keeps its direct order
        auxiliary, _, rest = clause.partition(" ")
        return _inverted(word, auxiliary, rest, f"{word} {clause}?")
    return Core("wh", f"{word} {uncapital(clause)}") if word != "how" or clause else None


def _inverted(word: str, auxiliary: str, rest: str, question: str) -> Core | None:
    halves = verbs.split_subject(rest, auxiliary)
    if halves is None:
        return None
    clause = verbs.declarative(auxiliary.lower(), *halves)
    return None if clause is None else Core("wh", f"{word} {clause}", question)


def forms(core: Core, phrasing: str | None = None) -> list[str]:
    """Return the ways in which a core can be said, of one phrasing or of all.

    Examples
    --------
    >>> forms(Core("can", "pay by card"), "question")[:2]
    ['Can I pay by card?', 'Is it possible to pay by card?']
    """
    table = _table(core)
    groups = [table[phrasing]] if phrasing in table else list(table.values())
    said = (fill(form, core) for group in groups for form in group)
    return [sentence for sentence in said if sentence]


def openings(texts: Iterable[str], most: int = 800) -> dict[str, int]:
    """Return the first word, the first two, three and four of sentences, and how often people begin so.

    Examples
    --------
    >>> openings(["Can I pay?", "Can I go? Why?"])["can i"]
    2
    """
    counts = Counter(one for text in texts for part in sentences(text) for one in _opened(part))
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:most])


@functools.lru_cache(maxsize=20_000)
def _opened(text: str) -> tuple[str, ...]:
    first = words(text)[:_OPENING]
    return tuple(" ".join(first[:size]) for size in range(1, len(first) + 1))


def some_form(
    core: Core, phrasing: str | None, rng: random.Random, usual: Mapping[str, int] | None = None
) -> str | None:
    """Return one of the ways in which a core can be said; None where there is none.

    Parameters
    ----------
    core
        What is said.
    phrasing
        question, command, statement, or None for any.
    rng
        Chooses.
    usual
        How often sentences begin with which words: what people say often is chosen more often.

    Examples
    --------
    >>> some_form(Core("can", "pay by card"), "command", random.Random(0))
    'Tell me if it is possible to pay by card.'
    """
    table = _table(core)
    every = table[phrasing] if phrasing in table else [form for forms_ in table.values() for form in forms_]
    weights = _weights(every, core, usual) if usual else None
    for form in rng.choices(every, weights, k=3):
        said = fill(form, core)
        if said:
            return said
    return None


def _weights(every: Sequence[str], core: Core, usual: Mapping[str, int]) -> list[float]:
    """Return how much each form weighs: as often as people begin so, shared among the forms that begin so."""
    begun = [_opening(form, core) for form in every]
    alike = Counter(begun)
    return [
        (_ADDED if _ADDITION.match(form) else 1.0) * (_UNSEEN + usual.get(one, 0) ** _AS_USUAL) / alike[one]
        for form, one in zip(every, begun, strict=True)
    ]


def _opening(form: str, core: Core) -> str:
    """Return the words that a form begins with: its own, or those of the core where it begins with that."""
    own = form.partition("{")[0]
    whole = core.question if form.startswith("{Q}") else core.text
    return (_opened(own or whole) or ("",))[-1]


def _table(core: Core) -> dict[str, list[str]]:
    kind = core.text.split(" ", 1)[0] if core.kind == "wh" else core.kind
    kind = core.kind if kind not in ("why", "if") and core.kind == "wh" else kind
    every = lexicon.everything("frames")
    return {phrasing: every[f"{kind} {phrasing}"] for phrasing in PHRASINGS}


_OWN = re.compile(r"(?:i|we)\b", re.IGNORECASE)


def fill(form: str, core: Core) -> str:
    """Return a form with a core in it; empty where the form needs what the core has not.

    Examples
    --------
    >>> fill("{X}, please.", Core("request", "find me a bus"))
    'Find me a bus, please.'
    """
    if "{Q}" in form and not core.question:
        return ""
    if form.startswith("It ") and core.kind == "statement" and _OWN.match(core.text):
        return ""  # nobody says "It looks like I lost my card"
    if core.kind in TOLD and _COMPLAINT.search(form) and not _TROUBLE.search(core.text):
        return ""  # "I have a problem, I am in Oslo"
    text = core.text
    after = text.partition(" ")[2]
    plural = bool(re.search(r"\b\w+[^s'u]s\b(?! (?:of|for|to|in|on))", text.split(" for ")[0].split(" on ")[0]))
    return form.format(
        x=text,
        X=text[:1].upper() + text[1:],
        y=after,
        Y=after[:1].upper() + after[1:],
        Q=core.question.rstrip("?.! "),
        be="are" if plural else "is",
    )
