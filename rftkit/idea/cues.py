"""By which words a sentence tells what part of the checklist it is about."""

# ruff: noqa: E501 - a pattern that is broken at 120 characters reads worse

from __future__ import annotations

import re
from typing import Final

_VERBS = (
    "classif(?:y|ies|ying)|categori[sz](?:es?|ing)|sort(?:s|ing)?|label(?:s|ing)?|rout(?:es?|ing)|tag(?:s|ging)?|"
    "detect(?:s|ing)?|identif(?:y|ies|ying)|extract(?:s|ing)?|pull(?:s|ing)?|summari[sz](?:es?|ing)|condens(?:es?|ing)|"
    "translat(?:es?|ing)|answer(?:s|ing)?|respond(?:s|ing)?|repl(?:y|ies|ying)|writ(?:es?|ing)|generat(?:es?|ing)|"
    "draft(?:s|ing)?|convert(?:s|ing)?|turn(?:s|ing)?|transform(?:s|ing)?|rewrit(?:es?|ing)|rephras(?:es?|ing)|"
    "explain(?:s|ing)?|teach(?:es|ing)?|tutor(?:s|ing)?|help(?:s|ing)?|assist(?:s|ing)?|triag(?:es?|ing)|"
    "assess(?:es|ing)?|assign(?:s|ing)?|rat(?:es?|ing)|scor(?:es?|ing)|grad(?:es?|ing)|review(?:s|ing)?|"
    "fix(?:es|ing)?|debug(?:s|ging)?|recommend(?:s|ing)?|book(?:s|ing)?|plan(?:s|ning)?|compar(?:es?|ing)|"
    "analy[sz](?:es?|ing)|check(?:s|ing)?|validat(?:es?|ing)|correct(?:s|ing)?|predict(?:s|ing)?|decid(?:es?|ing)|"
    "guid(?:es?|ing)|solv(?:es?|ing)|complet(?:es?|ing)|handl(?:es?|ing)|determin(?:es?|ing)|judg(?:es?|ing)"
)
_FORMS = (
    r"json|xml|yaml|csv|only|exactly|one of|labels?|format|markdown|bullets?|bullet points|list|table|sentences?|words?|"
    r"keys?|fields?|object|code block|numbers?|integer|query|prose|paragraphs?|letters?|structured?"
)
_LANGUAGES = r"english|german|french|spanish|italian|portuguese|dutch|polish|japanese|chinese|korean|arabic|turkish|swedish|hindi"

#: A sentence that starts so says the task; in the words of a prompt or of a person.
TASK: Final = re.compile(
    r"(?:^(?:given [^,.]+, ?(?:and )?)?|\b(?:your (?:task|job|goal|role|purpose) is(?: to)?|you(?: will| should| must| have to| need to)?|"
    r"(?:it|the model|the assistant|the bot|the llm|he|she|they) (?:should|must|shall|has to|needs to|will|can)|"
    r"(?:i|we) (?:want|need|would like)(?: (?:it|a model|the model|an assistant|a bot|data|a dataset|a set|examples))?"
    r"(?: (?:to|that|which|for|of))?|the (?:task|goal) is(?: to)?|please)\s+)"
    rf"(?:(?:also|first|then|carefully|briefly|always|just|to)\s+)?(?:{_VERBS})\b",
    re.IGNORECASE,
)
#: Within the sentence of a role, what the role does.
DOES: Final = re.compile(rf"\b(?:that|who|which|and|to)\s+(?:{_VERBS})\b.*", re.IGNORECASE)
ROLE: Final = re.compile(
    r"\b(?:you are|you're|you act as|act as|acts as|behave like|take the role of|play the role of|"
    r"the (?:role|persona|model|assistant|bot) is|it is|imagine you are|as)\s+(?:[A-Z][\w'-]+(?: [A-Z][\w'-]+)?, )?"
    r"(?P<role>(?:an?|the|our|my)\s+[^.;:!?\n]*)",
    re.IGNORECASE,
)
OUTPUT: Final = re.compile(
    rf"^(?:always |please |then |only |and )*(?:respond|reply|answer|return|output|produce|provide|format|give|emit|print|end)\b"
    rf".*?\b(?:{_FORMS})\b"
    r"|\b(?:the |your |its )?(?:output|answers?|responses?|repl(?:y|ies)|results?|label)s? (?:should|must|has to|have to|is|are|"
    r"will be|needs? to|contains?|consists?)\b"
    r"|\b(?:respond|reply|answer|return|output)s? (?:only |just |strictly )?(?:with|in|as)\b"
    r"|\b(?:one|exactly one|any) of(?: the)?(?: following)?(?: \w+)?:|\binto (?:one of|these|the following|exactly)\b"
    r"|\buse (?:exactly )?(?:this|the following) (?:json|format|schema|structure)\b|\bas (?:valid )?json\b|\bin json\b",
    re.IGNORECASE,
)
INTO: Final = re.compile(
    r"\b(?:classif\w+|categori[sz]\w+|sort\w*|label\w*|rout\w+|tag\w*|triag\w+|assign\w*)\b[^.\n]*?\b(?:into|as|to|in)\b"
    r"(?:[^:.\n]{0,60}:| one of| exactly one of| these| the)*\s+(?P<labels>[^.\n]+(?:,| or | and | vs\.? |/)[^.\n]+)",
    re.IGNORECASE,
)
#: A form of the answer that stands within the task.
FORM: Final = re.compile(
    r"\b(?:in|as|into) (?P<form>(?:at most |exactly |up to |about )?(?:an?|one|two|three|four|five|six|ten|\d+)(?: to \w+)?(?: \w+)? "
    r"(?:bullet points?|bullets?|sentences?|paragraphs?|words|lines|tables?|lists?|haiku|e-?mails?))\b",
    re.IGNORECASE,
)
#: After these words a sentence that says the task goes on with the output.
AND_OUTPUT: Final = re.compile(
    r"(?:,| and|;) (?P<output>(?:answer|respond|reply|return|output)s? (?:only |just |strictly )?(?:with|in|as)\b.*)",
    re.IGNORECASE,
)
#: What is handed over, said outright.
HANDED: Final = re.compile(r"\b(?:given|receive|be given|get|input)\b", re.IGNORECASE)
INPUT: Final = re.compile(
    r"\b(?:you(?:'ll| will)? (?:be given|receive|get|see|are given|be provided)|given (?:an?|the|some|two)\b|"
    r"inputs? (?:is|are|will|consists?|contains?)|"
    r"(?:the )?(?:users?|people|customers?|patients?|students?|they|agents?|employees|visitors|clients|callers) "
    r"(?:will |may |can |usually |often |mostly )?(?:write|send|type|ask|paste|provide|describe|submit|upload|enter)s?\b|"
    r"(?:the|each|every|one) (?:input|message|e-?mail|ticket|review|text|question|document|report|transcript|article|note)s? "
    r"(?:is|are|will be|comes?|has|have|looks?|contains?)\b|"
    r"(?:short|long|single|plain|raw|customer|user) (?:messages?|e-?mails?|texts?|tickets?|reviews?|questions?|queries|posts?|tweets?)\b)"
    r"|^(?:e-?mails?|tickets?|reviews?|tweets?|questions?|posts?|messages?|invoices?|contracts?|logs?)\b (?:from|of|about|by|with|between)",
    re.IGNORECASE,
)
USE: Final = re.compile(
    r"\b(?:used? (?:for|to|in|as|by)\b|is for (?:training|testing|evaluating|fine|our|the|a)\b|"
    r"(?:for|to) (?:train|test|evaluat|fine-?tun|optimi[sz]|benchmark|measur)\w*\b|so that we can|in production|"
    r"in our (?:app|help ?desk|product|shop|crm|pipeline|website|hospital|school)|use case|purpose|deployed)",
    re.IGNORECASE,
)
#: A purpose at the end of a sentence that says the task.
PURPOSE: Final = re.compile(
    r",? ((?:to|for) (?:train|test|evaluat|fine-?tun|optimi[sz]|benchmark)\w* (?:a|an|the|our|my|its|this)\b[^.]*)",
    re.IGNORECASE,
)
DIVERSITY: Final = re.compile(
    r"\b(?:var(?:y|ied|iety|iation)|divers\w+|mix(?:ed|ture)? of|range of|different (?:kinds|types|tones|topics|people|levels|"
    r"styles)|tones?:|topics?:|intents?:|levels?:|personas?:|half .{0,30}half)",
    re.IGNORECASE,
)
REALISM: Final = re.compile(
    r"\b(?:realis\w+|realistic|authentic\w*|like real|natural(?:ly)?|typos?|slang|as people (?:write|type|talk)|on (?:a|their) phone|"
    r"sloppy|from real)\b",
    re.IGNORECASE,
)
EDGE: Final = re.compile(
    r"\b(?:edge cases?|corner cases?|unusual|tricky|adversarial|malformed|out[- ]of[- ]scope|off[- ]topic|prompt injections?|"
    r"borderline|boundary)\b|^if (?:the|an?|no|you|it|there|nothing|none|any|something|information)\b.*\b(?:missing|unclear|not|"
    r"cannot|can't|empty|outside|unsure|ambiguous|no|none|unknown|impossible|unrelated|several|more than one|emergency|"
    r"nothing|contradict\w*|illegible|already)\b",
    re.IGNORECASE,
)
CONSTRAINTS: Final = re.compile(
    r"\b(?:at most|at least|no more than|no longer than|not more than|max(?:imum|\.)?|min(?:imum|\.)?|under \d+|up to \d+|"
    r"fewer than|less than|more than \d+|between \d+ and \d+|never|must not|mustn't|do not|don't|must|always|avoid|not allowed|"
    r"keep (?:it|the|your|answers?)|stay (?:in|within|polite|factual|neutral)|refrain|without (?:any|using)|no (?:personal|medical|legal|"
    r"names?|emojis?|markdown|jargon|links?|swearing|profanity|diagnos\w+)|"
    rf"\d+ (?:words?|characters?|sentences?|tokens?)|only in (?:{_LANGUAGES})|(?:{_LANGUAGES}) only|in (?:{_LANGUAGES})|"
    r"one sentence|gdpr|hipaa|compliance|only use|use only)\b"
    r"|^(?:mention|include|use|ask|keep|make sure|ensure|greet|cite|be|stay)\b",
    re.IGNORECASE,
)
INTERACTION: Final = re.compile(
    r"\b(?:single[- ]turn|multi[- ]?turn|one (?:message|question|input|e-?mail)[^.]{0,12}one (?:answer|reply|output|label)|"
    r"conversations?|dialog(?:ue)?s?|chat(?:s|ting)?|(?:call|use|using|with|these|following|available) (?:the |a |your )?tools?|"
    r"tool calls?|function calls?|agent with tools|several turns|turns?)\b",
    re.IGNORECASE,
)
DOMAIN: Final = re.compile(
    r"\b(?:expert(?:ise)? (?:in|on|about)|knowledge (?:of|about)|speciali[sz](?:ed|es|ing) in|domain|familiar with|"
    r"experience[d]? (?:in|with)|knows? (?:about|the))\b",
    re.IGNORECASE,
)
FILE: Final = re.compile(r"\b(?P<file>jsonl|json lines|csv)\b(?! input)", re.IGNORECASE)

#: Fields whose sentences are taken whole, in the order in which a person reads them.
WHOLE: Final[dict[str, re.Pattern[str]]] = {
    "input_format": INPUT,
    "output_format": OUTPUT,
    "use_case": USE,
    "diversity_requirements": DIVERSITY,
    "realism_requirements": REALISM,
    "edge_cases": EDGE,
    "interaction_type": INTERACTION,
    "constraints": CONSTRAINTS,
    "domain_expertise": DOMAIN,
}
