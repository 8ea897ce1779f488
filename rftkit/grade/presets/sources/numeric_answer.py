r"""1.0 when the final number of the answer equals the reference answer, else 0.0.

What stands before </think> is not the answer, and what follows the next "Question:" is not either. Then the final
number is, best first:
1. after the last "####", as GSM8K writes it;
2. in the last \boxed{...}, or in <answer>...</answer>, where no "answer is" with a number follows;
3. after the last "answer is", "answer:" or the like;
4. in bold, where the last paragraph with numbers has a number in bold;
5. else it is of the last sentence that has a number, without what stands in parentheses, notes and checks after it:
   what that sentence calculates (48 + 24 = 72); or the number that the last calculation before it came to; or its
   last number that is no circumstance ("sold 72 clips in 2 months").
Numbers are compared as numbers: 1,234.50 is 1234.5 and so is 1.234,50; 3/4 is 0.75, "2 million" is 2000000 or 2, 50% is
50 or 0.5. With ANNOUNCED only 1 to 3 count, so that an answer that breaks off has no number.
"""

import re
import unicodedata
from fractions import Fraction
from typing import Any

REFERENCE = "reference_answer"  # option
TOLERANCE = 0.0  # option
ANNOUNCED = False  # option

SCALES = {"hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
SMALL = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
SMALL += " seventeen eighteen nineteen"
WORDS = {word: value for value, word in enumerate(SMALL.split())}
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
WORDS.update({word: 10 * value for value, word in enumerate(TENS.split(), 2)})
HALVES = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅖": "2/5", "⅗": "3/5"}
SUFFIXES = {"k": 10**3, "M": 10**6, "B": 10**9}
HALVES.update({"⅘": "4/5", "⅙": "1/6", "⅚": "5/6", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8"})

NUMBER = re.compile(
    r"""(?<![A-Za-z0-9_])(?<!\d\.)
    (?P<sign>-)?(?:(?:US|CA|C|A|R|HK|NZ|S)?[$€£¥₹]|(?:USD|EUR|GBP|CAD|AUD|INR|Rs\.?)\s?)?\s?(?P<inner>-)?
    (?P<whole>\d{1,3}(?:,\d{2,3})*,\d{3}(?!\d)|\d+)?(?P<part>\.\d+)?(?<=\d)
    (?:\s?[*x]\s?10\^\{?(?P<ten>[-+]?\d+)\}?|[eE](?P<e>[-+]?\d+)|\^\{?(?P<power>\d{1,3})\}?)?
    (?:(?:[ ](?P<above>\d+))?[ ]?/[ ]?(?P<below>\d+(?:\.\d+)?))?
    (?:\s?(?P<percent>%|percent\b)|[ ](?P<scale>hundred|thousand|million|billion|trillion)\b|(?P<nth>st|nd|rd|th)\b
    |(?P<suffix>k|(?-i:[MB]))\b)?""",
    re.VERBOSE | re.IGNORECASE,
)
SENTENCE = re.compile(r"\n|(?<!\bvs)(?<!\bRs)[.!?](?=\s|$)")
ANSWER = re.compile(
    r"(?<![A-Za-z])answers?\b(?: (?:to|for|of) [^.\n:=\d]{1,60}?| here| therefore| thus)??"
    r"[*_\"']*\s*(?:\bis\b(?! (?:not|n't|between|more than|less than)\b)|\bare\b|\b(?:would|will|should|must) be\b|:|=|\n)"
    r"[\s:*_\"']*",
    re.IGNORECASE,
)
THE_ANSWER = re.compile(
    r"[\s*_]+(?:[a-z]+[\s*_]+)?(?:is|are) (?:[a-z]+ )?(?:the|my|our) (?:[a-z]+ )?answer\b", re.IGNORECASE
)
CHAIN = re.compile(r"[\s()*/+=x×÷-]*[*/+=×÷-][\s()*/+=x×÷-]*", re.IGNORECASE)

EQUALS = re.compile(r"=(?=\s*[$€£]?\s*-?\$?\d)")
OPERATION = re.compile(r"\d\D{0,30}[+*/×÷xX–-]\D{0,30}\d")
COMES_TO = re.compile(r"=|\b(?:equals?|gives?|round(?:s|ed|ing)?)\b", re.IGNORECASE)
ROUNDED = re.compile(r"\bround(?:s|ed|ing)? \D{0,20}\d", re.IGNORECASE)
# What a model goes on with when it does not stop: the next question of a list of examples.
NEXT = re.compile(r"\n\s*(?:Question|Problem|Q)\b\s*\d{0,3}\s*:")
# The last paragraph, where it has numbers of its own.
AFTER = re.compile(
    r"\n\s*\n[\s*_#>(-]*(?:note\b|p\.?s\.|explanation|check\b|checking|double.check|verif|to (?:check|verify)\b|let me know|i hope"
    r"|let'?s (?:check|verify|double)|feel free|if you(?:'d| would| need| want| have)|would you like|do you want|confidence)"
    r"(?:(?!\n\s*\n).)*\s*$",
    re.IGNORECASE | re.DOTALL,
)
# "5 of the 12 slices"; "sold 72 clips in 2 months", "costs $64 after the 20% discount".
SHARE = re.compile(r"\b(?:out of|of (?:the|those|these|all|his|her|their|its))(?: \w+)? [$€£]?$", re.IGNORECASE)
CIRCUMSTANCE = re.compile(
    r"\b(?:in|after|over|within|during|for|at|than|from|by|per|every|all|to [a-z]+)"
    r"(?: (?:the|those|these|all|each|his|her|their|about|next|last|first|only|course of|a total of|of))*"
    r" (?P<money>[$€£]?)$",
    re.IGNORECASE,
)
RESULT = re.compile(
    r"(?:[=:]|\b(?:is|are|be|was|were|has|have|had|'ll have|needs?|costs?|takes?|gets?|sold|sells?|bought|earn(?:s|ed)?|so"
    r"|pa(?:ys?|id)|ma(?:kes?|de)|saves?|spen(?:ds?|t)|ate|eats?|uses?|left|total|of|gives?|ha[sd] to \w+)\b)"
    r"(?: (?:(?-i:[A-Z])[a-z]+|him|her|them|us|you))?"
    r"(?: (?:a|total|of|about|only|exactly|approximately|still|just))* [$€£]?$",
    re.IGNORECASE,
)


def plain(text: str) -> str:
    """Write LaTeX, Markdown and typographic signs as a calculator would."""
    uncut = re.sub(r"=\s*\$?<<[^<>]*=([\d.,]+)>>(?!\s*\$?[\d.,])", r"= \1", text)
    text = re.sub(r"(?<=\d) (?=000\b)", "", re.sub(r"<<[^<>]*>>", "", uncut))
    text = re.sub(r"[−﹣－‑‒]", "-", re.sub("[\u200b\u2060\ufeff]", "", text)).replace("⁄", "/")
    text = re.sub(r"(?<![\w%)])[–—](?=[$€£]?\d)", "-", text)
    text = re.sub(r"(?<=\d)(?:[\u00a0\u202f\u2009'_]|\{,\}|\\[,!;]|\\ | , )(?=\d{3}(?!\d))", "", text)
    text = "".join(digit(sign) for sign in text) if not text.isascii() else text
    text = re.sub(r"(?<=\d)\^\{(-?\d+)\}", r"^\1", text)
    text = re.sub(r"(-?)\s*\\[dtc]?frac\s*(\d)(\d)(?!\d)", r" \1\2/\3", text)
    text = re.sub(r"(-?)\s*\\[dtc]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", r" \1\2/\3", text)
    text = re.sub(f" ?([{''.join(HALVES)}])", lambda found: " " + HALVES[found[1]], text)
    text = re.sub(r"\\(?:text|mathrm|mathbf|textbf|operatorname)\s*\{([^{}]*)\}", r" \1", text)
    text = re.sub(r"\\(?:times|cdot)", "*", text.replace("×10", "*10").replace("× 10", "*10"))
    text = re.sub(r"\\(?:approx|equiv)|≈", "=", text)
    text = re.sub(r"\\(?:left|right|displaystyle|quad|qquad|sqrt)\b|\\[()\[\],;!: ]|[{}]", " ", text)
    text = text.replace("\\%", "%").replace("\\$", "$").replace("`", "")
    text = re.sub(r"(?<=[A-Za-z])\^\{?-?\d+\}?", "", text)  # m^2 is a unit
    text = re.sub(
        r"(?<![\d.,])\d{1,3}(?:\.\d{3})+,\d{1,2}(?![\d,])|(?<![\d.,])\d{1,3}(?:\.\d{3}){2,}(?![\d.,]\d)", dotted, text
    )
    text = re.sub(r"(?<![\d.,])(\d+),(\d{1,2})(?![\d,]|\.\d)", r"\1.\2", text)
    text = re.sub(r"(?<!\w)_+(?=\W*\d)|(?<=\d)_+(?!\w)", "", text)
    text = re.sub(r"\b(?:negative|minus) (?=[$€£]?\d)", "-", text) if "minus" in text or "negative" in text else text
    return re.sub(r"\$\s*(?=-?\s*\d)", "$", text)


def digit(sign: str) -> str:
    """Return a digit of any script as 0 to 9, a raised one as a power."""
    if sign in "⁰¹²³⁴⁵⁶⁷⁸⁹":
        return "^" + str(unicodedata.digit(sign))
    if sign.isascii() or not sign.isdecimal():
        return {"．": ".", "，": ",", "＝": "=", "％": "%", "。": ". "}.get(sign, sign)
    return str(unicodedata.decimal(sign))


def dotted(found: Any) -> str:
    """Write 1.234,50 as 1234.50."""
    return str(found[0].replace(".", "").replace(",", "."))


def numbers(text: str) -> list[Any]:
    """Return the matches of all numbers."""
    return [found for found in NUMBER.finditer(text) if (found["whole"] or found["part"]) and len(found.group()) < 400]


def values(found: Any) -> list[Fraction]:
    """Return what a number may mean, its plain meaning first."""
    value = Fraction((found["whole"] or "0").replace(",", "") + (found["part"] or ""))
    exponent = int(found["ten"] or found["e"] or 0)
    if abs(exponent) <= 300:
        value *= Fraction(10) ** exponent
    if found["power"]:
        value = value ** int(found["power"]) if value <= 10**6 else value
    if found["below"] and float(found["below"]):
        value = (
            value + Fraction(found["above"]) / Fraction(found["below"])
            if found["above"]
            else value / Fraction(found["below"])
        )
    value = -value if negative(found) else value
    if found["percent"]:
        return [value, value / 100]
    if found["suffix"]:
        return [value * SUFFIXES[found["suffix"].replace("K", "k")], value]
    return [value * SCALES[found["scale"].lower()], value] if found["scale"] else [value]


def negative(found: Any) -> bool:
    """Return whether a minus before a number is its sign and not a subtraction, a hyphen or the mark of a list."""
    if found["inner"]:
        return True
    before = found.string[max(0, found.start() - 40) : found.start()]
    if found["sign"] and found.string[found.start() + 1 : found.start() + 2].isspace():
        return bool(re.search(r"[=({$]\s*$", before))
    return bool(found["sign"]) and not re.search(r"[\d)%}]\s*$|\w$", before)


def told(text: str) -> Any:
    """Return the number of a phrase: the first, or what an equation that begins with it comes to."""
    found = numbers(text)
    if not found:
        return None
    last, result = found[0], found[0]
    for following in found[1:]:
        between = text[last.end() : following.start()] + ("-" if following["sign"] else "")
        if not CHAIN.fullmatch(between):
            break
        last = following
        result = following if between.rstrip(" $(-").endswith("=") else result if "=" in between else found[0]
    return result


def marked(text: str) -> Any:
    """Return the number after the last #### that announces one."""
    for line in reversed(re.findall(r"####+([^\n]*)", text)):
        found = told(line)
        if found:
            before = re.sub(r"\W+", " ", line[: found.start()]).strip().lower()
            if re.fullmatch(r"|(the )?(final )?(answer|result|total)( is| =)?|[a-z]|[\d +*/x-]+", before):
                return found
    return None


def boxed(text: str) -> Any:
    """Return the number in the last box."""
    start = text.rfind("\\boxed")
    if start < 0:
        return None
    depth, content = 0, ""
    for sign in text[start + 6 :]:
        depth += (sign == "{") - (sign == "}")
        content += sign
        if depth == 0 and content.strip():
            break
    return told(plain(content.strip()[1:-1]))


def tagged(text: str) -> Any:
    """Return the number in the last <answer>."""
    found = re.findall(r"<answer>(.*?)(?:</answer>|$)", text, re.DOTALL | re.IGNORECASE)
    return told(found[-1]) if found else None


def phrased(text: str) -> list[Fraction]:
    """Return what the number after the last "answer is" may mean, or the one that "is the answer"."""
    for found in reversed(list(ANSWER.finditer(text))):
        phrase = SENTENCE.split(text[found.end() :].lstrip(), maxsplit=1)[0]
        number = told(phrase)
        meant = values(number) if number else in_words("is " + phrase)[:1]
        if meant:
            return meant
    named = [number for number in numbers(text) if THE_ANSWER.match(text, number.end())]
    return values(named[-1]) if named else []


def bold(text: str) -> Any:
    """Return the last bold number of the last paragraph that has numbers."""
    paragraphs = [part for part in re.split(r"\n\s*\n", text) if numbers(part)]
    for content in reversed(re.findall(r"\*\*([^*\n]+)\*\*", paragraphs[-1] if paragraphs else "")):
        found = numbers(content)
        if found and not re.search(r"\w", content[: found[0].start()]) and len(content.split()) <= 4:
            return found[0]
    return None


def calculated(sentence: str) -> Any:
    """Return what the last calculation of a sentence comes to."""
    for found in reversed(list(EQUALS.finditer(sentence))):
        left = sentence[max(0, found.start() - 80) : found.start()].rpartition("=")[2]
        if OPERATION.search(left):
            return told(sentence[found.end() :])
    return None


def last(text: str) -> Any:
    """Return the number of the last sentence that has one."""
    sentences = [part for part in SENTENCE.split(text) if numbers(part)]
    if not sentences:
        return None
    reason = re.split(r"\bbecause\b", sentences[-1], flags=re.IGNORECASE)
    sentences[-1] = reason[0] if numbers(reason[0]) else sentences[-1]
    result = calculated(sentences[-1])
    if result and not ROUNDED.search(sentences[-1]):
        return result
    whole = numbers(sentences[-1])
    outside = numbers(re.sub(r"\([^()]*\)", lambda found: " " * len(found.group()), sentences[-1]))
    chosen = [found for found in outside if not found["nth"]] or outside or whole
    return chosen[-1] if COMES_TO.search(sentences[-1]) else chosen_of(chosen, sentences[:-1])


def chosen_of(found: list[Any], before: list[str]) -> Any:
    """Return which of the numbers of a sentence is its answer."""
    known = next((number for number in map(calculated, reversed(before)) if number), None)
    for number in reversed(found):
        if known and values(number)[0] == values(known)[0]:
            return number
    for place in range(len(found) - 1, 0, -1):
        if not circumstance(found[place], found[max(0, place - 5) : place]):
            return found[place]
    return found[0]


def circumstance(number: Any, earlier: list[Any]) -> bool:
    """Return whether a number only says when, how long or of how many, and one before it is what was asked for."""
    same = [other for other in earlier if not re.search(r"[,;:]", number.string[other.end() : number.start()])]
    found = CIRCUMSTANCE.search(left_of(number))
    if not same or SHARE.search(left_of(number)):
        return bool(same)
    price = found and found["money"] and "to " not in found.group()
    if not found or (price and not re.match(r"\S* (?:each|per|apiece)\b", number.string[number.end() :])):
        return False
    return any(RESULT.search(left_of(other)) for other in same)


def left_of(number: Any) -> str:
    """Return what stands before a number, its sign of money too."""
    start = number.start("whole") if number["whole"] else number.start("part")
    return str(number.string[max(0, start - 60) : start])


def in_words(text: str) -> list[Fraction]:
    """Return the last number in words, for an answer without digits; "one" alone is seldom a number."""
    words = re.findall(r"[a-z]+", text.lower())
    result: list[Fraction] = []
    total = part = 0
    inside, before = False, "is" if len(words) < 3 else ""
    for word, following in zip([*words, ""], [*words[1:], "", ""], strict=False):
        counted = word in WORDS and (word != "one" or inside or following in SCALES or before in ("is", "has", "only"))
        if counted:
            part, inside = part + WORDS[word], True
        elif word in SCALES and (inside or before == "a"):
            part, inside = part if inside else 1, True
            total, part = (total, part * 100) if word == "hundred" else (total + part * SCALES[word], 0)
        elif word != "and" and inside:
            result, total, part, inside = [Fraction(total + part)], 0, 0, False
        before = word
    return result


def answered(text: str) -> str:
    """Return a text without what was thought before it and what was made up after it."""
    text = re.sub(r"\n\s*\n", "\n\n", text)
    thought = re.split(r"</think(?:ing)?>", text, flags=re.IGNORECASE)[-1]
    text = thought if thought.strip() else text
    found = NEXT.search(text, re.search(r"####+ *\S|\\boxed|$", text).start()) or NEXT.search(text)  # type: ignore[union-attr]
    announced = found and (
        re.search(r"####+ *\S|\\boxed", text[: found.start()]) or phrased(plain(text[: found.start()]))
    )
    return text[: found.start()] if found and announced else text


def final(text: str) -> list[Fraction]:
    """Return what the final number of a text may mean; nothing where it has none."""
    text = answered(text)
    box, boxes = boxed(text), text.rfind("\\boxed")
    later = phrased(plain(text[boxes + 6 :])) if box else []
    text = plain(text)
    if re.search(r"####+\s*$", text) and not marked(text):
        return []  # an answer that was announced and never came
    number = marked(text) or (box if not later else None) or tagged(text)
    if number:
        return values(number)
    said = later or phrased(text.replace("**", ""))
    if said or ANNOUNCED:
        return said
    cut = AFTER.search(text, max(text.rfind("\n\n") - 1, 0))
    text = text[: cut.start()] if cut and numbers(text[: cut.start()]) else text
    number = bold(text) or last(text.replace("**", ""))
    return values(number) if number else in_words(text)


def grade(sample: dict[str, Any], item: dict[str, Any]) -> float:
    """Return 1.0 when the final number is the reference, else 0.0."""
    reference = item.get(REFERENCE)
    expected = wanted(str(reference)) if reference is not None else []
    if not expected:
        raise ValueError(f"item.{REFERENCE} is {reference!r}, and a reference answer has a number")
    for value in final(sample.get("output_text") or ""):
        if any(abs(value - right) <= Fraction(TOLERANCE) for right in expected):
            return 1.0
    return 0.0


def wanted(reference: str) -> list[Fraction]:
    """Return what a reference may mean; it may be a number alone, where answers have to announce theirs."""
    found = final(reference)
    return found or final("answer: " + reference)
