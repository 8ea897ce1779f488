"""A language model on this machine: prompts become text as it was taught them, and answers are drawn from it.

Answers are drawn with numbers of our own, one generator for each answer. So an answer depends on its seed and not on
what else is in the batch, a run that is resumed draws the same, and drawing leaves the trainer's randomness alone.
"""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rftkit.errors import InputError
from rftkit.formats.writing.prompts import top_level_object
from rftkit.train.choice import Choice

if TYPE_CHECKING:
    import torch

#: Answers that are drawn at once.
BATCH = 64
#: Weights of a model that one thread computes faster than two.
TINY = 5_000_000


@dataclass(frozen=True)
class Draw:
    """One answer that is wanted.

    Parameters
    ----------
    prompt
        As `Policy.render` makes it.
    seed
        The same seed gives the same answer.
    temperature
        0 takes the most likely token each time.
    top_p
        Take tokens from the likeliest that have this share together.
    max_tokens
        At most.

    Examples
    --------
    >>> Draw("Hi", seed=1).temperature
    1.0
    """

    prompt: str
    seed: int = 0
    temperature: float = 1.0
    top_p: float = 1.0
    max_tokens: int = 256


@dataclass(frozen=True)
class Said:
    """An answer.

    Parameters
    ----------
    text
        Without special tokens.
    finish_reason
        stop, or length where it was cut off.
    prompt_tokens, completion_tokens
        Read and written.

    Examples
    --------
    >>> Said("Hi", "stop", 3, 1).text
    'Hi'
    """

    text: str
    finish_reason: str
    prompt_tokens: int
    completion_tokens: int


class Policy:
    """A model and its tokenizer.

    Parameters
    ----------
    model, tokenizer
        Of transformers.
    """

    def __init__(self, model: Any, tokenizer: Any) -> None:
        self.model = model
        self.tokenizer = tokenizer
        if tokenizer.pad_token is None:
            tokenizer.pad_token = tokenizer.eos_token
        tokenizer.padding_side = "left"

    @classmethod
    def load(cls, base: str | os.PathLike[str]) -> Policy:
        """Return the policy in a folder, or in the local cache of models; nothing is fetched.

        Parameters
        ----------
        base
            A folder with a model and its tokenizer, or a name.

        Raises
        ------
        InputError
            There is no such model here.
        """
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        try:
            tokenizer = AutoTokenizer.from_pretrained(base)
            model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
        except (OSError, ValueError) as error:
            raise InputError(f"{no_model(base)} ({str(error).splitlines()[0]})") from error
        device = "cuda" if torch.cuda.is_available() else "cpu"
        return cls(model.to(device), tokenizer)

    @property
    def context(self) -> int:
        """Tokens of prompt and answer together at most."""
        return int(getattr(self.model.config, "max_position_embeddings", 0) or self.tokenizer.model_max_length)

    def render(self, messages: Sequence[Any], tools: Sequence[Any] | None = None, *, answer: bool = True) -> str:
        """Return a conversation as the text that the model knows.

        Parameters
        ----------
        messages
            In OpenAI's shape.
        tools
            What may be called.
        answer
            End it where the answer of the model begins.
        """
        turns = [_with_objects(message) for message in messages]
        text: str = self.tokenizer.apply_chat_template(
            turns, tools=list(tools) if tools else None, add_generation_prompt=answer, tokenize=False
        )
        begin = self.tokenizer.bos_token
        doubled = begin and text.startswith(begin) and self.tokenizer(begin).input_ids[:2] == self._bos * 2
        return text.removeprefix(begin) if doubled else text

    @property
    def _bos(self) -> list[int]:
        return [self.tokenizer.bos_token_id]

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write the model, with its adapters merged, and its tokenizer into a folder.

        Parameters
        ----------
        folder
            Made where it is missing.
        """
        whole = copy.deepcopy(self.model).merge_and_unload() if hasattr(self.model, "merge_and_unload") else self.model
        whole.save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)

    def length(self, text: str) -> int:
        """Return how many tokens a text has."""
        return len(self.tokenizer(text).input_ids)

    def draw(
        self,
        draws: Sequence[Draw],
        *,
        batch: int = BATCH,
        between: Callable[[], None] | None = None,
    ) -> list[Said]:
        """Return the answers, in their order.

        Parameters
        ----------
        draws
            What is wanted.
        batch
            Answers at once.
        between
            Called between batches; may raise to stop.
        """
        order = sorted(range(len(draws)), key=lambda place: len(draws[place].prompt))
        found: dict[int, Said] = {}
        for start in range(0, len(order), batch):
            if between is not None:
                between()
            places = order[start : start + batch]
            found.update(zip(places, self.together([draws[place] for place in places]), strict=True))
        return [found[place] for place in range(len(draws))]

    def together(self, draws: Sequence[Draw], told: Callable[[Any], None] | None = None) -> list[Said]:
        """Return the answers, all drawn at once.

        Parameters
        ----------
        draws
            What is wanted.
        told
            Told the next token of each answer, as they come.
        """
        import torch

        read = self.tokenizer([draw.prompt for draw in draws], return_tensors="pt", padding=True)
        read = {name: read[name].to(self.model.device) for name in ("input_ids", "attention_mask")}
        trained = self.model.training
        self.model.eval()
        with torch.no_grad():
            made = self.model.generate(**read, **self._how(draws, read["input_ids"].shape[1], told))
        self.model.train(trained)
        sizes = read["attention_mask"].sum(dim=1).tolist()
        rows = made[:, read["input_ids"].shape[1] :].tolist()
        return [self._said(*each) for each in zip(draws, sizes, rows, strict=True)]

    def _how(self, draws: Sequence[Draw], start: int, told: Callable[[Any], None] | None) -> dict[str, Any]:
        from transformers import GenerationConfig, LogitsProcessorList

        config = GenerationConfig(
            max_new_tokens=max(draw.max_tokens for draw in draws),
            do_sample=False,  # the choice is made by `Choice`
            pad_token_id=self.tokenizer.pad_token_id,
            eos_token_id=self.ends,
        )
        choice = LogitsProcessorList([Choice(draws, start)])
        return {"generation_config": config, "logits_processor": choice, "streamer": told and _Streamer(told)}

    @property
    def ends(self) -> list[int]:
        """The tokens that end an answer."""
        own = self.model.generation_config.eos_token_id
        known = own if isinstance(own, list) else [] if own is None else [own]
        return list(dict.fromkeys([*known, self.tokenizer.eos_token_id]))

    def _said(self, draw: Draw, prompt: int, ids: list[int]) -> Said:
        cut = ids[: draw.max_tokens]
        end = next((place for place, token in enumerate(cut) if token in self.ends), None)
        spoken = cut if end is None else cut[:end]
        text = self.tokenizer.decode(spoken, skip_special_tokens=True)
        return Said(text, "length" if end is None else "stop", prompt, len(spoken) + (end is not None))


class _Streamer:
    """Hands on each token; the first thing that is put is the prompt."""

    def __init__(self, told: Callable[[Any], None]) -> None:
        self.told, self.begun = told, False

    def put(self, tokens: torch.Tensor) -> None:
        if self.begun:
            self.told(tokens)
        self.begun = True

    def end(self) -> None:
        """Nothing is left to do."""


def use_threads(policy: Policy, wanted: int | None = None) -> None:
    """Give a model on a processor the threads that serve it: for a tiny one, more than one cost more than they bring.

    Parameters
    ----------
    policy
        The model.
    wanted
        Threads; None takes one for a tiny model and leaves any other to torch.
    """
    import torch

    tiny = sum(weights.numel() for weights in policy.model.parameters()) < TINY
    if wanted or tiny:
        torch.set_num_threads(wanted or 1)


def no_model(base: str | os.PathLike[str]) -> str:
    """Return the sentence for a model that is not here.

    Parameters
    ----------
    base
        What was asked for.

    Examples
    --------
    >>> no_model("qwen-tiny")[:34]
    "there is no model 'qwen-tiny' here"
    """
    return (
        f"there is no model {str(base)!r} here: name a folder with a model and its tokenizer, "
        "or a model that is in the local cache; rftkit fetches none by itself"
    )


def _with_objects(message: Mapping[str, Any]) -> dict[str, Any]:
    """Return a message whose call arguments are objects, which is what chat templates print."""
    calls = message.get("tool_calls")
    return {**message, "tool_calls": [_with_object(call) for call in calls]} if calls else dict(message)


def _with_object(call: Mapping[str, Any]) -> dict[str, Any]:
    function = dict(call.get("function") or {})
    arguments = function.get("arguments")
    if isinstance(arguments, str) and top_level_object(arguments):
        function["arguments"] = json.loads(arguments)
    return {**call, "function": function}
