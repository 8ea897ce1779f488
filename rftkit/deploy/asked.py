"""A request of the chat API, checked: what is asked of the model, and what this server cannot do."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rftkit.errors import InputError

if TYPE_CHECKING:
    from rftkit.train.policy import Draw, Policy

#: Options that change an answer and that this server does not have; to ignore them would be a lie.
REFUSED = ("logprobs", "top_logprobs", "logit_bias", "functions", "function_call", "audio")
#: Tokens of an answer where nobody says how many.
TOKENS = 512


@dataclass(frozen=True)
class Asked:
    """What a request asks.

    Attributes
    ----------
    model
        The name that it gives.
    draws
        One for each answer.
    stop
        Texts at which answers end.
    stream, usage
        Whether to send the answer as it comes, and its tokens at the end.
    tools
        Whether tools may be called.

    Examples
    --------
    >>> Asked("tiny", []).stream
    False
    """

    model: str
    draws: list[Draw]
    stop: tuple[str, ...] = ()
    stream: bool = False
    usage: bool = False
    tools: bool = False


def asked(body: Any, policy: Policy) -> Asked:
    """Return what the body of a request asks.

    Parameters
    ----------
    body
        Its JSON.
    policy
        Who will answer.

    Raises
    ------
    InputError
        It asks for something that cannot be.
    """
    if not isinstance(body, dict) or not isinstance(body.get("messages"), list) or not body["messages"]:
        raise InputError("messages is missing or empty; send a list of chat messages")
    _refuse(body)
    tools = body.get("tools") if body.get("tool_choice") != "none" else None
    draws = _draws(body, policy, _prompt(policy, body["messages"], tools))
    stop = body.get("stop") or ()
    return Asked(
        str(body.get("model", "")),
        draws,
        (stop,) if isinstance(stop, str) else tuple(map(str, stop)),
        bool(body.get("stream")),
        bool((body.get("stream_options") or {}).get("include_usage")),
        bool(tools),
    )


def _prompt(policy: Policy, turns: Any, tools: Any) -> str:
    try:
        return policy.render(turns, tools)
    except Exception as error:
        raise InputError(f"the chat template of the model cannot take these messages: {error}") from error


def _refuse(body: Mapping[str, Any]) -> None:
    for name in REFUSED:
        if body.get(name):
            raise InputError(f"this server does not know {name}; leave it out")
    if (body.get("response_format") or {}).get("type", "text") != "text":
        raise InputError("this server cannot force JSON; leave out response_format, and ask for JSON in the prompt")
    if body.get("tool_choice") not in (None, "auto", "none"):
        raise InputError("this server cannot force a tool call; set tool_choice to auto or none")


def _draws(body: Mapping[str, Any], policy: Policy, prompt: str) -> list[Draw]:
    from rftkit.train.policy import Draw

    room = policy.context - policy.length(prompt)
    wanted = body.get("max_completion_tokens") or body.get("max_tokens") or min(TOKENS, max(room, 1))
    if wanted > room:
        raise InputError(f"prompt and answer together have more than the {policy.context} tokens that the model reads")
    heat, share = _number(body, "temperature", 1.0, 2.0), _number(body, "top_p", 1.0, 1.0)
    seed = body.get("seed")
    first = secrets.randbits(32) if seed is None else abs(int(seed))
    count = int(_number(body, "n", 1, 128))
    return [Draw(prompt, first + place, heat, share, int(wanted)) for place in range(max(count, 1))]


def _number(body: Mapping[str, Any], name: str, usual: float, most: float) -> float:
    value = body.get(name)
    if value is None:
        return usual
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
        raise InputError(f"{name} is {value!r}; send a number from 0 to {most:g}")
    return float(value)
