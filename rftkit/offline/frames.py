"""Sentence frames: what a sentence asks for, and the other ways in which people ask for it.

A sentence is read into a kind (how to do something, why something is so, whether, a wish, a request, a statement)
and a core, the part that carries the topic. The core is then put into another frame of the same kind. What no
frame fits is left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rftkit.offline import verbs
from rftkit.offline.text import uncapital

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
_IMPERATIVE_VERBS = [
    "find",
    "show",
    "book",
    "get",
    "give",
    "play",
    "search",
    "look",
    "send",
    "check",
    "cancel",
    "change",
    "reserve",
    "buy",
    "add",
    "make",
    "transfer",
    "pay",
    "order",
    "schedule",
    "help",
    "update",
    "list",
    "set",
    "stop",
    "block",
    "freeze",
    "close",
    "open",
    "remove",
    "delete",
    "recommend",
    "suggest",
    "calculate",
    "translate",
    "write",
    "summarize",
    "create",
    "explain",
    "compare",
    "describe",
    "provide",
    "confirm",
    "bring",
    "arrange",
    "locate",
    "pull",
    "rent",
    "call",
    "top",
    "cancel",
    "activate",
]
_IMPERATIVE = re.compile(rf"(?P<vp>(?:{'|'.join(_IMPERATIVE_VERBS)})\b.+?)[.!?]*$", re.IGNORECASE)
_LONGEST = 220


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
    if len(plain) > _LONGEST or re.search(r"\?.+\?", plain):
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


_NOT_VERB = re.compile(r"(?:not |n't |the |a |my |some |been |\w+ing\b|\w+ed\b)", re.IGNORECASE)


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
    match = _STATEMENT.match(plain)
    return Core("statement", uncapital(match["clause"])) if match and not plain.endswith("?") else None


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


_FORMS: dict[str, dict[str, tuple[str, ...]]] = {
    "how_to": {
        "question": (
            "How do I {x}?",
            "How can I {x}?",
            "Can you tell me how to {x}?",
            "What do I need to do to {x}?",
            "What's the best way to {x}?",
            "What is the process to {x}?",
            "Could you explain how to {x}?",
            "Do you know how I can {x}?",
            "Could you show me how to {x}?",
            "How would I go about it if I want to {x}?",
            "What steps do I need to take to {x}?",
            "Is there an easy way to {x}?",
            "How exactly do I {x}?",
        ),
        "command": (
            "Please tell me how to {x}.",
            "Explain how to {x}, please.",
            "Tell me how I can {x}.",
            "Please show me how to {x}.",
            "Walk me through how to {x}.",
            "Please explain the steps to {x}.",
        ),
        "statement": (
            "I'd like to know how to {x}.",
            "I need to know how to {x}.",
            "I'm not sure how to {x}.",
            "I want to {x}. How does that work?",
            "I need to {x} but I don't know how.",
            "I need help, I want to {x}.",
            "I'm trying to find out how to {x}.",
            "I can't figure out how to {x}.",
        ),
    },
    "can": {
        "question": (
            "Can I {x}?",
            "Is it possible to {x}?",
            "Am I able to {x}?",
            "Would I be able to {x}?",
            "Am I allowed to {x}?",
            "Is there a way to {x}?",
            "Is there any way I can {x}?",
            "Could I {x}?",
            "Will I be able to {x}?",
            "Is it possible for me to {x}?",
            "Do you know if I can {x}?",
            "Can you tell me if I can {x}?",
        ),
        "command": (
            "Please tell me if I can {x}.",
            "Let me know whether I can {x}.",
            "Tell me if it is possible to {x}.",
        ),
        "statement": (
            "I'd like to know if I can {x}.",
            "I was wondering if I could {x}.",
            "I want to {x}, is that possible?",
            "I'm wondering if it is possible to {x}.",
            "I would like to {x} if that's possible.",
            "I want to know whether I can {x}.",
        ),
    },
    "want": {
        "question": (
            "Can I {x}?",
            "How do I {x}?",
            "Is it possible to {x}?",
            "How can I {x}?",
            "Can you help me {x}?",
            "Could you help me {x}?",
            "Would it be possible to {x}?",
        ),
        "command": ("Please help me {x}.", "Help me {x}, please.", "Tell me what I need to do to {x}."),
        "statement": (
            "I want to {x}.",
            "I'd like to {x}.",
            "I need to {x}.",
            "I would like to {x}.",
            "I'm trying to {x}.",
            "I'm looking to {x}.",
            "I was hoping to {x}.",
            "I need some help to {x}.",
            "I am hoping to {x}.",
        ),
    },
    "request": {
        "question": (
            "Can you {x}?",
            "Could you {x}?",
            "Could you please {x}?",
            "Would you {x}?",
            "Can you please {x}?",
            "Would you mind helping me? I need you to {x}.",
        ),
        "command": ("{X}.", "Please {x}.", "{X}, please.", "Go ahead and {x}."),
        "statement": (
            "I'd like you to {x}.",
            "I need you to {x}.",
            "I want you to {x}.",
            "It would be great if you could {x}.",
            "I was hoping you could {x}.",
        ),
    },
    "what_is": {
        "question": (
            "{Q}?",
            "Can you tell me {x}?",
            "Could you tell me what {x} {be}?",
            "Do you know what {x} {be}?",
            "Can I find out what {x} {be}?",
        ),
        "command": (
            "Tell me {x}.",
            "Please tell me {x}.",
            "Please tell me what {x} {be}.",
            "Let me know what {x} {be}.",
        ),
        "statement": (
            "I'd like to know {x}.",
            "I want to know what {x} {be}.",
            "I need to know what {x} {be}.",
            "I'm trying to find out what {x} {be}.",
            "I'm not sure what {x} {be}.",
        ),
    },
    "wh": {
        "question": (
            "{Q}?",
            "Can you tell me {x}?",
            "Could you tell me {x}?",
            "Do you know {x}?",
            "Can you explain {x}?",
            "Could you let me know {x}?",
            "Can you please tell me {x}?",
            "Could you please explain {x}?",
        ),
        "command": (
            "Please tell me {x}.",
            "Tell me {x}.",
            "Please explain {x}.",
            "Let me know {x}.",
            "Please let me know {x}.",
        ),
        "statement": (
            "I'd like to know {x}.",
            "I want to know {x}.",
            "I'm trying to find out {x}.",
            "I'm not sure {x}.",
            "I need to know {x}.",
            "I was wondering {x}.",
            "I don't know {x}.",
            "I would like to know {x}.",
        ),
    },
    "statement": {
        "question": (
            "{X}. What should I do?",
            "{X}. Can you help?",
            "{X}. What can I do about it?",
            "{X}. Could you look into it?",
            "{X}, can you help me?",
            "{X}. What are my options?",
            "{X}, what do I do now?",
        ),
        "command": (
            "{X}. Please help.",
            "{X}. Please look into this.",
            "{X}. Tell me what to do.",
            "Please help, {x}.",
        ),
        "statement": (
            "{X}.",
            "It looks like {x}.",
            "It seems that {x}.",
            "I'm contacting you because {x}.",
            "Just so you know, {x}.",
            "The thing is that {x}.",
            "I have a problem, {x}.",
        ),
    },
}
_WHY_FORMS = {
    "question": (
        "{Q}?",
        "Can you tell me {x}?",
        "Can you explain {x}?",
        "How come {y}?",
        "What's the reason {y}?",
        "Do you know {x}?",
        "Is there a reason {y}?",
        "{Y}, why is that?",
        "Could you check {x}?",
        "Any idea {x}?",
    ),
    "command": (
        "Please explain {x}.",
        "Tell me {x}.",
        "Please check {x}.",
        "Please tell me {x}.",
        "Help me understand {x}.",
    ),
    "statement": (
        "I don't understand {x}.",
        "I'd like to know {x}.",
        "I want to know {x}.",
        "I'm not sure {x}.",
        "I'm trying to understand {x}.",
        "I need to know {x}.",
        "{Y}. I don't know why.",
        "{Y} and I want to know why.",
    ),
}
_IF_FORMS = {
    "question": (
        "{Q}?",
        "Can you tell me {x}?",
        "Do you know {x}?",
        "Could you tell me {x}?",
        "Can you check {x}?",
        "Could you let me know {x}?",
        "May I ask {x}?",
    ),
    "command": ("Please tell me {x}.", "Let me know {x}.", "Tell me {x}.", "Please let me know {x}."),
    "statement": (
        "I'd like to know {x}.",
        "I was wondering {x}.",
        "I want to know {x}.",
        "I'm wondering {x}.",
        "I need to know {x}.",
        "I'm not sure {x}.",
        "I would like to ask {x}.",
    ),
}


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


def _table(core: Core) -> dict[str, tuple[str, ...]]:
    if core.kind == "wh" and core.text.startswith("why "):
        return _WHY_FORMS
    if core.kind == "wh" and core.text.startswith("if "):
        return _IF_FORMS
    return _FORMS[core.kind]


def fill(form: str, core: Core) -> str:
    """Return a form with a core in it; empty where the form needs what the core has not.

    Examples
    --------
    >>> fill("{X}, please.", Core("request", "find me a bus"))
    'Find me a bus, please.'
    """
    if "{Q}" in form and not core.question:
        return ""
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
