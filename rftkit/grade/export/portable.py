"""Runs a grader of the common JSON, with the standard library alone. It is copied whole into every exported file."""

import ast
import copy
import importlib
import json
import logging
import math
import operator
import os
import re
import types
import urllib.request
from collections import Counter
from typing import Any

LOG = logging.getLogger("grader")

#: The judge of model graders: an OpenAI-compatible address, its key, and a model in place of the grader's own.
BASE_URL, API_KEY, MODEL = "RFT_JUDGE_BASE_URL", "RFT_JUDGE_API_KEY", "RFT_JUDGE_MODEL"


class GradeError(Exception):
    """Why an answer has no reward."""


class NotSetUpError(Exception):
    """Something that every answer needs is missing."""


def make_sample(text: Any, tool_calls: Any = None) -> dict[str, Any]:
    """Return the `sample` namespace of an answer."""
    if isinstance(text, list):
        text = "".join(part.get("text", "") for part in text if isinstance(part, dict))
    calls = [openai_call(call) for call in tool_calls or []]
    message = {"role": "assistant", "content": text, **({"tool_calls": calls} if calls else {})}
    made = {"output_text": text or "", "output_tools": calls, "choices": [{"index": 0, "message": message}]}
    try:
        return {**made, "output_json": json.loads(text)} if text else made
    except (ValueError, RecursionError):
        return made


def openai_call(call: dict[str, Any]) -> dict[str, Any]:
    """Return a tool call whose arguments are JSON text, as OpenAI writes it."""
    function = dict(call.get("function") or {"name": call.get("name"), "arguments": call.get("arguments")})
    if not isinstance(function.get("arguments"), str):
        function["arguments"] = compact(function.get("arguments") or {})
    return {"id": call.get("id") or "call_0", "type": "function", "function": function}


def answer_of(completion: Any) -> dict[str, Any]:
    """Return the `sample` of a completion: a text, a message, or messages, whose last assistant turn counts."""
    if isinstance(completion, str):
        return make_sample(completion)
    turns = completion if isinstance(completion, list) else [completion]
    turns = [turn if isinstance(turn, dict) else dict(turn) for turn in turns]
    said = [turn for turn in turns if turn.get("role", "assistant") == "assistant"]
    return make_sample(said[-1].get("content"), said[-1].get("tool_calls")) if said else make_sample("")


def compact(value: Any) -> str:
    """Return JSON text without spaces."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


# Templates

MARK = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
STEP = re.compile(r"""\.\s*([A-Za-z0-9_][\w-]*)|\[\s*(\d+)\s*\]|\[\s*'([^']*)'\s*\]|\[\s*"([^"]*)"\s*\]""")


def rendered(text: str, sample: dict[str, Any], item: dict[str, Any]) -> str:
    """Return a text with every {{ item.field }} and {{ sample.field }} replaced by its value."""

    def value_of(found: Any) -> str:
        path = found.group(1).strip()
        value: Any = sample if path.startswith("sample") else item
        for step in STEP.finditer(path):
            value = child(value, next(part for part in step.groups() if part is not None))
            if value is None:
                raise GradeError(f"{path} is not there or null")
        return value if isinstance(value, str) else compact(value)

    return MARK.sub(value_of, text)


def child(value: Any, step: str) -> Any:
    """Return what stands inside a value, or None."""
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
        return value[int(step)]
    return None


# Texts compared

OPERATIONS: dict[str, Any] = {
    "eq": lambda given, reference: given == reference,
    "ne": lambda given, reference: given != reference,
    "like": lambda given, reference: reference in given,
    "ilike": lambda given, reference: reference.casefold() in given.casefold(),
}


def common(left: Any, right: Any) -> int:
    """Return the length of the longest common subsequence."""
    row = [0] * (len(right) + 1)
    for one in left:
        before = 0
        for at, other in enumerate(right, 1):
            before, row[at] = row[at], before + 1 if one == other else max(row[at], row[at - 1])
    return row[-1]


def ngrams(words: list[str], size: int) -> Any:
    """Return the counts of all runs of so many words."""
    return Counter(tuple(words[at : at + size]) for at in range(len(words) - size + 1))


def fuzzy_match(given: str, reference: str) -> float:
    """Return twice the common subsequence divided by both lengths, as rapidfuzz.fuzz.ratio does."""
    both = len(given) + len(reference)
    return 2 * common(given, reference) / both if both else 1.0


def gleu(given: str, reference: str) -> float:
    """Return sentence GLEU for runs of 1 to 4 words, as nltk does."""
    left: Any = Counter()
    right: Any = Counter()
    for size in range(1, 5):
        left.update(ngrams(given.split(), size))
        right.update(ngrams(reference.split(), size))
    every = max(sum(left.values()), sum(right.values()))
    return sum((left & right).values()) / every if every else 0.0


def rouge(kind: str, given: str, reference: str) -> float:
    """Return the F1 of ROUGE, as rouge-score does without a stemmer."""
    left, right = (re.sub(r"[^a-z0-9]+", " ", text.lower()).split() for text in (given, reference))
    if kind == "l":
        sizes, shared = (len(left), len(right)), common(left, right)
    else:
        grams = ngrams(left, int(kind)), ngrams(right, int(kind))
        sizes, shared = (sum(grams[0].values()), sum(grams[1].values())), sum((grams[0] & grams[1]).values())
    precision, recall = (shared / size if size else 0.0 for size in sizes)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def bleu(given: str, reference: str) -> float:
    """Return sentence BLEU, tokenised by "13a", smoothed exponentially, with effective order, as sacrebleu does."""
    left, right = words_13a(given), words_13a(reference)
    penalty = 1.0 if len(left) >= len(right) else math.exp(1 - len(right) / len(left)) if left else 0.0
    smooth, logs, right_ones = 1.0, [], 0
    for size in range(1, 5):
        grams = ngrams(left, size)
        every = sum(grams.values())
        if every == 0:
            break
        shared = sum((grams & ngrams(right, size)).values())
        right_ones += shared
        if shared == 0:
            smooth *= 2
        logs.append(math.log(shared / every if shared else 1 / (smooth * every)))
    return penalty * math.exp(sum(logs) / len(logs)) if right_ones else 0.0


def words_13a(text: str) -> list[str]:
    """Return the words of a text by the rules that mteval 13a has."""
    text = text.rstrip().replace("<skipped>", "").replace("-\n", "").replace("\n", " ")
    for name, sign in (("&quot;", '"'), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")):
        text = text.replace(name, sign)
    text = re.sub(r"([\{-\~\[-\` -\&\(-\+\:-\@\/])", r" \1 ", f" {text} ")
    text = re.sub(r"([^0-9])([\.,])", r"\1 \2 ", text)
    text = re.sub(r"([\.,])([^0-9])", r" \1 \2", text)
    return re.sub(r"([0-9])(-)", r"\1 \2 ", text).split()


def meteor(given: str, reference: str) -> float:
    """Return METEOR; it needs nltk and its WordNet."""
    library: Any = importlib.import_module("nltk.translate.meteor_score")
    return float(library.meteor_score([reference.split()], given.split()))


def similarity(metric: str, given: str, reference: str) -> float:
    """Return how alike two texts are, from 0 to 1."""
    if metric.startswith("rouge_"):
        return rouge(metric.removeprefix("rouge_"), given, reference)
    value = {"fuzzy_match": fuzzy_match, "bleu": bleu, "gleu": gleu, "meteor": meteor}[metric](given, reference)
    return min(1.0, max(0.0, value))


# Python

LOADED: dict[str, Any] = {}


def by_python(spec: dict[str, Any], sample: dict[str, Any], item: dict[str, Any]) -> float:
    """Return what the grader's own function gives."""
    source = spec["source"]
    if source not in LOADED:
        module = types.ModuleType("grader")
        exec(compile(source, "<grader>", "exec", dont_inherit=True), vars(module))  # noqa: S102
        LOADED[source] = module
    value = LOADED[source].grade(copy.deepcopy(sample), copy.deepcopy(item))
    if isinstance(value, bool | str) or value is None or not math.isfinite(float(value)):
        raise GradeError(f"grade returned {value!r}, which is no finite number")
    return float(value)


# Models

SCORE = 'You are a grader. Answer with one JSON object and nothing else: {"steps": [{"description": "...", '
SCORE += '"conclusion": "..."}], "result": %s}, where %s.'


def by_model(spec: dict[str, Any], sample: dict[str, Any], item: dict[str, Any]) -> float:
    """Return what a model gives."""
    labels = spec.get("labels")
    low, high = spec.get("range") or (0, 1)
    rule = f"LABEL is one of {compact(labels)}" if labels else f"NUMBER is your score from {low:g} to {high:g}"
    ask = SCORE % ("LABEL" if labels else "NUMBER", rule)
    turns = [{"role": "system", "content": ask}, *(turn_of(turn, sample, item) for turn in spec["input"])]
    result = asked(spec, turns).get("result")
    if labels:
        if result not in labels:
            raise GradeError(f"the judge said {result!r}, which is no label")
        return float(result in spec["passing_labels"])
    if isinstance(result, bool) or not isinstance(result, int | float) or math.isnan(result):
        raise GradeError(f"the judge said {result!r}, which is no number")
    return float(min(high, max(low, result)))


def turn_of(turn: dict[str, Any], sample: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    """Return a message to the judge with its templates filled."""
    content = turn["content"]
    parts = content if isinstance(content, list) else [content]
    texts = [part if isinstance(part, str) else part.get("text") for part in parts]
    if None in texts:
        raise GradeError("the grader shows the judge a picture or a sound, which this file does not send")
    role = "system" if turn["role"] == "developer" else turn["role"]
    return {"role": role, "content": "\n".join(rendered(text or "", sample, item) for text in texts)}


def asked(spec: dict[str, Any], turns: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the JSON that a judge answers."""
    if not os.environ.get(BASE_URL):
        raise NotSetUpError(f"the grader asks a model; set {BASE_URL} to an OpenAI-compatible address (and {API_KEY})")
    given = spec.get("sampling_params") or {}
    body = {"model": os.environ.get(MODEL) or spec["model"], "messages": turns}
    body["response_format"] = {"type": "json_object"}
    body.update({name: given[name] for name in ("temperature", "top_p", "seed", "reasoning_effort") if name in given})
    request = urllib.request.Request(
        os.environ[BASE_URL].rstrip("/") + "/chat/completions",
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "Authorization": f"Bearer {os.environ.get(API_KEY, 'none')}"},
    )
    with urllib.request.urlopen(request, timeout=120) as response:
        text = json.load(response)["choices"][0]["message"]["content"] or ""
    found = re.search(r"\{.*\}", text, re.DOTALL)
    if not found:
        raise GradeError(f"the judge gave no JSON: {text[:200]}")
    return dict(json.loads(found.group()))


# The formula of a multi

FUNCTIONS: dict[str, Any] = {"min": min, "max": max, "abs": abs, "floor": math.floor, "ceil": math.ceil}
FUNCTIONS |= {"exp": math.exp, "sqrt": math.sqrt, "log": math.log}
OPERATORS: dict[Any, Any] = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul}
OPERATORS |= {ast.Div: operator.truediv, ast.Pow: operator.pow, ast.USub: operator.neg, ast.UAdd: operator.pos}


def calculated(formula: str, rewards: dict[str, float]) -> float:
    """Return the value of a formula; nothing of it is run as code."""
    text = re.sub(r"(?<![\w.])0+(?=\d)", "", formula.replace("^", "**"))

    def value(node: Any) -> Any:
        if isinstance(node, ast.Constant):
            return float(str(node.value))
        if isinstance(node, ast.Name):
            return rewards[node.id]
        if isinstance(node, ast.UnaryOp):
            return OPERATORS[type(node.op)](value(node.operand))
        if isinstance(node, ast.BinOp):
            return OPERATORS[type(node.op)](value(node.left), value(node.right))
        return float(FUNCTIONS[node.func.id](*map(value, node.args)))

    result = value(ast.parse(text.strip(), mode="eval").body)
    if isinstance(result, complex) or not math.isfinite(result):
        raise GradeError(f"{formula!r} has no value here")
    return float(result)


# The whole


def reward_of(spec: dict[str, Any], sample: dict[str, Any], item: dict[str, Any]) -> tuple[float, dict[str, float]]:
    """Return the reward of an answer and those of its parts."""
    if spec["type"] == "multi":
        parts = {name: reward_of(part, sample, item)[0] for name, part in spec["graders"].items()}
        return calculated(spec["calculate_output"], parts), parts
    if spec["type"] == "python":
        return by_python(spec, sample, item), {}
    if spec["type"] in ("score_model", "label_model"):
        return by_model(spec, sample, item), {}
    given, reference = (rendered(spec[name], sample, item) for name in ("input", "reference"))
    if spec["type"] == "string_check":
        return float(OPERATIONS[spec["operation"]](given, reference)), {}
    return similarity(spec["evaluation_metric"], given, reference), {}


def graded(spec: dict[str, Any], sample: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    """Return {reward, sub_rewards, error}; where there is an error, the reward is None."""
    try:
        reward, parts = reward_of(spec, sample, item)
    except NotSetUpError:
        raise  # no answer can be graded, and that is no fault of this one
    except (Exception, SystemExit) as error:  # noqa: BLE001
        LOG.warning("no reward: %s: %s", type(error).__name__, error)
        return {"reward": None, "sub_rewards": {}, "error": f"{type(error).__name__}: {error}"}
    return {"reward": reward, "sub_rewards": parts, "error": None}
