"""A tiny language model made on the spot, so that a whole training can be tried on a CPU without any download.

It starts from nothing: a byte-level tokenizer learned on the texts it is given, a chat template, and a transformer of
two narrow layers with random weights. A warm start by supervised training teaches it the form of an answer in seconds.
It is for trying out data, graders and the steps of a training; nobody should expect it to talk.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rftkit.errors import InputError
from rftkit.train.extra import needed

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

PAD, SYSTEM, USER, ASSISTANT, TOOL, END = "<|pad|>", "<|system|>", "<|user|>", "<|assistant|>", "<|tool|>", "<|end|>"

#: One special token per role, tools and calls as the open models of the Hermes and Qwen families write them.
CHAT_TEMPLATE = (
    "{%- if tools %}{{ '<|system|># Tools\n' }}"
    "{%- for tool in tools %}{{ tool | tojson + '\n' }}{% endfor %}{{ '<|end|>' }}{% endif %}"
    "{%- for message in messages %}"
    "{%- set role = 'system' if message.role == 'developer' else message.role %}"
    "{{- '<|' + role + '|>' + (message.content or '') }}"
    "{%- for call in message.tool_calls or [] %}"
    "{%- set call = call.function %}"
    "{{- '<tool_call>' + {'name': call.name, 'arguments': call.arguments} | tojson + '</tool_call>' }}"
    "{%- endfor %}{{ '<|end|>' }}"
    "{%- endfor %}"
    "{%- if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)


def tiny_model(
    folder: str | os.PathLike[str],
    texts: Iterable[str],
    *,
    width: int = 64,
    layers: int = 2,
    vocabulary: int = 800,
    context: int = 1024,
    seed: int = 0,
) -> Path:
    """Make a tiny model and its tokenizer in a folder that `base` of a training takes.

    Parameters
    ----------
    folder
        Made where it is missing; files of an earlier tiny model in it are replaced.
    texts
        What the tokenizer is learned on: the prompts and the answers of the data.
    width, layers
        Size of the transformer.
    vocabulary
        Tokens at most.
    context
        Tokens of prompt and answer together at most.
    seed
        Of the random weights.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    MissingDependencyError
        The extra `train` is not installed.
    InputError
        There is no text.

    Examples
    --------
    >>> tiny_model("unused", [])
    Traceback (most recent call last):
    ...
    rftkit.errors.InputError: a tiny model learns its tokens from texts, and there are none; ...
    """
    spoken = [text for text in texts if text.strip()]
    if not spoken:
        raise InputError(
            "a tiny model learns its tokens from texts, and there are none; give it the prompts of the data"
        )
    needed("a tiny model")
    import torch

    tokenizer = _tokenizer(spoken, vocabulary, context)
    torch.manual_seed(seed)
    model = _model(len(tokenizer), width, layers, context, tokenizer)
    tokenizer.save_pretrained(folder)
    model.save_pretrained(folder)
    return Path(folder)


def _tokenizer(texts: list[str], vocabulary: int, context: int) -> PreTrainedTokenizerFast:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    special = [PAD, SYSTEM, USER, ASSISTANT, TOOL, END]
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary, special_tokens=special, initial_alphabet=alphabet, show_progress=False
    )
    core.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        pad_token=PAD,
        eos_token=END,
        additional_special_tokens=special,
        model_max_length=context,
        padding_side="left",
        chat_template=CHAT_TEMPLATE,
        clean_up_tokenization_spaces=False,
    )


def _model(tokens: int, width: int, layers: int, context: int, tokenizer: PreTrainedTokenizerFast) -> Any:
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=tokens,
        hidden_size=width,
        intermediate_size=4 * width,
        num_hidden_layers=layers,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=context,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return LlamaForCausalLM(config)
