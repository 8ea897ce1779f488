r"""1.0 when the final number of the answer equals the reference answer, else 0.0.

Where the final number stands, best first:
1. after the last "####", as GSM8K writes it;
2. in the last \boxed{...};
3. after the last "answer is", "answer:" or the like;
4. in bold, where the last paragraph with numbers has a number in bold;
5. else it is the last number of the last sentence that has one, without what stands in parentheses; where that
   sentence calculates (48 + 24 = 72), it is what the calculation comes to.
Numbers are compared as numbers: 1,234.50 is 1234.5, 3/4 is 0.75, "2 million" is 2000000 or 2, 50% is 50 or 0.5.
"""

import re
from fractions import Fraction
from typing import Any

REFERENCE = "reference_answer"  # option
TOLERANCE = 0.0  # option

SCALES = {"hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
SMALL = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
SMALL += " seventeen eighteen nineteen"
WORDS = {word: value for value, word in enumerate(SMALL.split())}
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
WORDS.update({word: 10 * value for value, word in enumerate(TENS.split(), 2)})
HALVES = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅖": "2/5", "⅗": "3/5"}
HALVES.update({"⅘": "4/5", "⅙": "1/6", "⅚": "5/6", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8"})

NUMBER = re.compile(
    r"""(?<![A-Za-z0-9_])(?<!\d\.)
    (?P<sign>-)?(?:(?:US|CA|C|A|R|HK|NZ|S)?[$€£¥₹]|(?:USD|EUR|GBP|CAD|AUD|INR|Rs\.?)\s?)?\s?(?P<inner>-)?
    (?P<whole>\d{1,3}(?:,\d{2,3})*,\d{3}(?!\d)|\d+)?(?P<part>\.\d+)?(?<=\d)
    (?:\s?\*\s?10\^\{?(?P<ten>[-+]?\d+)\}?|[eE](?P<e>[-+]?\d+)|\^\{?(?P<power>\d{1,3})\}?)?
    (?:(?:[ ](?P<above>\d+))?[ ]?/[ ]?(?P<below>\d+(?:\.\d+)?))?
    (?:\s?(?P<percent>%|percent\b)|[ ](?P<scale>hundred|thousand|million|billion|trillion)\b|(?P<nth>st|nd|rd|th)\b)?""",
    re.VERBOSE | re.IGNORECASE,
)
SENTENCE = re.compile(r"\n|(?<!\bvs)(?<!\bRs)[.!?](?=\s|$)")
ANSWER = re.compile(
    r"\banswers?\b(?: (?:to|for|of) [^.\n:=\d]{1,60}?| here| therefore| thus)??"
    r"[*_\"']*\s*(?:\bis\b|\bare\b|\b(?:would|will|should|must) be\b|:|=|\n)[\s:*_\"']*",
    re.IGNORECASE,
)
CHAIN = re.compile(r"[\s()*/+=x×÷-]*[*/+=×÷-][\s()*/+=x×÷-]*", re.IGNORECASE)

EQUALS = re.compile(r"=(?=\s*[$€£]?\s*-?\$?\d)")
OPERATION = re.compile(r"\d\D{0,30}[+*/×÷x-]\D{0,30}\d")


def plain(text: str) -> str:
    """Write LaTeX, Markdown and typographic signs as a calculator would."""
    text = re.sub(r"(?<=\d) (?=000\b)", "", re.sub(r"<<[^<>]*>>", "", text))
    text = re.sub(r"[−﹣－]", "-", text)
    text = re.sub(r"(?<![\w%)])[–—](?=[$€£]?\d)", "-", text)
    text = re.sub(r"(?<=\d)(?:[\u00a0\u202f\u2009']|\{,\}|\\[,!;]|\\ )(?=\d{3}(?!\d))", "", text)
    text = "".join(chr(ord(sign) - 0xFEE0) if "０" <= sign <= "９" else sign for sign in text)
    text = re.sub(r"\\[dtc]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", r" \1/\2", text)
    text = re.sub(f"[{''.join(HALVES)}]", lambda found: " " + HALVES[found.group()], text)
    text = re.sub(r"\\(?:text|mathrm|mathbf|textbf|operatorname)\s*\{([^{}]*)\}", r" \1", text)
    text = re.sub(r"\\(?:times|cdot)", "*", text.replace("×10", "*10").replace("× 10", "*10"))
    text = re.sub(r"\\(?:approx|equiv)|≈", "=", text)
    text = re.sub(r"\\(?:left|right|displaystyle|quad|qquad)\b|\\[()\[\],;!: ]", " ", text)
    text = text.replace("\\%", "%").replace("\\$", "$").replace("`", "")
    text = re.sub(r"(?<=[A-Za-z])\^\{?-?\d+\}?", "", text)  # m^2 is a unit
    return re.sub(r"\$\s*(?=-?\s*\d)", "$", text)


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
    return [value * SCALES[found["scale"].lower()], value] if found["scale"] else [value]


def negative(found: Any) -> bool:
    """Return whether a minus before a number is its sign and not a subtraction, a hyphen or the mark of a list."""
    if found["inner"]:
        return True
    before = found.string[: found.start()]
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


def phrased(text: str) -> Any:
    """Return the number after the last "answer is"."""
    for found in reversed(list(ANSWER.finditer(text))):
        number = told(SENTENCE.split(text[found.end() :].lstrip(), maxsplit=1)[0])
        if number:
            return number
    return None


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
    """Return the last number of the last sentence that has one."""
    sentences = [part for part in SENTENCE.split(text) if numbers(part)]
    if not sentences:
        return None
    result = calculated(sentences[-1])
    if result:
        return result
    whole = numbers(sentences[-1])
    outside = numbers(re.sub(r"\([^()]*\)", lambda found: " " * len(found.group()), sentences[-1]))
    chosen = [found for found in outside if not found["nth"]] or outside or whole
    return chosen[-1]


def in_words(text: str) -> list[Fraction]:
    """Return the last number in words, for an answer without digits."""
    result: list[Fraction] = []
    total = part = 0
    inside = False
    for word in [*re.findall(r"[a-z]+", text.lower()), ""]:
        if word in WORDS:
            part, inside = part + WORDS[word], True
        elif word in SCALES and inside:
            total, part = (total, part * 100) if word == "hundred" else (total + part * SCALES[word], 0)
        elif word != "and" and inside:
            result, total, part, inside = [Fraction(total + part)], 0, 0, False
    return result


def final(text: str) -> list[Fraction]:
    """Return what the final number of a text may mean; nothing where it has none."""
    box = boxed(text)
    text = plain(text)
    if re.search(r"####+\s*$", text) and not marked(text):
        return []  # an answer that was announced and never came
    found = marked(text) or box or phrased(text.replace("**", "")) or bold(text) or last(text.replace("**", ""))
    return values(found) if found else in_words(text)


def grade(sample: dict[str, Any], item: dict[str, Any]) -> float:
    """Return 1.0 when the final number is the reference, else 0.0."""
    reference = item.get(REFERENCE)
    expected = final(str(reference)) if reference is not None else []
    if not expected:
        raise ValueError(f"item.{REFERENCE} is {reference!r}, and a reference answer has a number")
    for value in final(sample.get("output_text") or ""):
        if any(abs(value - wanted) <= Fraction(TOLERANCE) for wanted in expected):
            return 1.0
    return 0.0
