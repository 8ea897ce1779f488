"""Files and commands that serve a model elsewhere: vLLM and Ollama, from a merged model or from an adapter."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from rftkit.errors import ModelError

#: Architectures that Ollama takes as safetensors; others go through GGUF.
OLLAMA: Final = ("Llama", "Mistral", "Mixtral", "Gemma", "Phi3", "Qwen2", "Qwen3", "Cohere")
_CONTEXT: Final = ("max_position_embeddings", "n_positions")


@dataclass(frozen=True)
class Weights:
    """A model in a folder, as far as a server must know it.

    Attributes
    ----------
    folder
        Where it lies.
    architecture
        Such as Qwen2ForCausalLM.
    context
        Tokens that it reads; None where its configuration does not say.
    adapter_of
        The base model where the folder holds an adapter alone.
    rank
        Of the adapter.

    Examples
    --------
    >>> Weights(Path("best"), "Qwen2ForCausalLM").merged
    True
    """

    folder: Path
    architecture: str
    context: int | None = None
    adapter_of: str | None = None
    rank: int | None = None

    @property
    def merged(self) -> bool:
        """Whether it is a whole model and no adapter."""
        return self.adapter_of is None

    @property
    def for_ollama(self) -> bool:
        """Whether Ollama reads it as it is."""
        return self.architecture.startswith(OLLAMA)


def weights(folder: Path) -> Weights:
    """Return what the configuration of a model says.

    Parameters
    ----------
    folder
        With config.json, or with adapter_config.json.

    Raises
    ------
    ModelError
        There is neither.
    """
    adapter, whole = folder / "adapter_config.json", folder / "config.json"
    if whole.is_file():
        told = _read(whole)
        names = told.get("architectures") or [str(told.get("model_type", "")).capitalize()]
        return Weights(folder, str(names[0]), next((told[name] for name in _CONTEXT if name in told), None))
    if adapter.is_file():
        told = _read(adapter)
        base = str(told.get("base_model_name_or_path") or "")
        return Weights(folder, "", None, base, int(told.get("r") or 16))
    raise ModelError(f"{folder} holds no model (no config.json and no adapter_config.json); name the folder of one")


def vllm(model: Weights, name: str, place: Path) -> dict[str, str]:
    """Return the files that serve a model with vLLM: name to content.

    Parameters
    ----------
    model
        The model.
    name
        What it is to be called.
    place
        The folder that the files go to.

    Examples
    --------
    >>> made = vllm(Weights(Path("/m/best"), "Qwen2ForCausalLM", 2048), "sums-job-1", Path("/m/deploy"))
    >>> made["serve.sh"].splitlines()[-1]
    'exec vllm serve "$model" --served-model-name sums-job-1 --host 127.0.0.1 --port 8000 --max-model-len 2048'
    """
    options = ["--host 127.0.0.1 --port 8000"]
    if model.merged:
        served = f'exec vllm serve "$model" --served-model-name {shlex.quote(name)}'
        options += [f"--max-model-len {model.context}"] if model.context else []
    else:
        served = f"exec vllm serve {shlex.quote(model.adapter_of or '')} --enable-lora --max-lora-rank {model.rank}"
        options.insert(0, f'--lora-modules {shlex.quote(name)}="$model"')
    script = _script(model, place, f"{served} {' '.join(options)}")
    files = {"serve.sh": script, "smoke_test.py": smoke_test(f"hosted_vllm/{name}", "http://127.0.0.1:8000/v1")}
    if not model.merged:
        files["merge.py"] = _merge(model)
    steps = [
        "pip install vllm",
        "sh serve.sh",
        "python smoke_test.py    # in another terminal, when the server answers",
    ]
    return {**files, "README.md": _readme(f"{name} with vLLM", steps, _vllm_notes(model))}


def ollama(model: Weights, name: str, place: Path) -> dict[str, str]:
    """Return the files that serve a model with Ollama: name to content.

    Parameters
    ----------
    model
        The model.
    name
        What it is to be called.
    place
        The folder that the files go to.

    Examples
    --------
    >>> made = ollama(Weights(Path("/m/best"), "Qwen2ForCausalLM"), "sums-job-1", Path("/m/deploy"))
    >>> made["Modelfile"].splitlines()[0]
    'FROM ../best'
    """
    source = _relative(model.folder, place)
    if model.merged:
        source = source if model.for_ollama else "./model.gguf"
        lines = [f"FROM {source}"]
    else:
        lines = [f"FROM {model.adapter_of}", f"ADAPTER {source}"]
    lines += [f"PARAMETER num_ctx {model.context}"] if model.context else []
    convert = [] if model.for_ollama or not model.merged else _convert(_relative(model.folder, place))
    steps = [*convert, f"ollama create {shlex.quote(name)} -f Modelfile", f"ollama run {shlex.quote(name)} Hello"]
    steps.append("python smoke_test.py")
    files = {
        "Modelfile": "\n".join(lines) + "\n",
        "smoke_test.py": smoke_test(f"ollama_chat/{name}", "http://127.0.0.1:11434"),
    }
    return {**files, "README.md": _readme(f"{name} with Ollama", steps, _ollama_notes(model))}


def smoke_test(model: str, url: str | None, key_name: str | None = None) -> str:
    """Return a script that asks a model one thing through litellm.

    Parameters
    ----------
    model
        litellm's name of it.
    url
        Its base address.
    key_name
        The environment variable that holds its key; the key itself is in no file.

    Examples
    --------
    >>> compile(smoke_test("openai/m", "http://127.0.0.1/v1", "OPENAI_API_KEY"), "smoke_test.py", "exec") is not None
    True
    """
    key = f"os.environ[{key_name!r}]" if key_name else repr("none") if url else "None"
    head = '"""Ask the model one thing, and end with 1 where it says nothing."""\n\n'
    return head + (
        ("import os\n" if key_name else "")
        + "import sys\n\nimport litellm\n\n"
        + "answer = litellm.completion(\n"
        + f"    model={model!r},\n    api_base={url!r},\n    api_key={key},\n"
        + '    messages=[{"role": "user", "content": "Hello"}],\n    max_tokens=16,\n)\n'
        + "text = answer.choices[0].message.content\nprint(text)\nsys.exit(0 if answer.usage.completion_tokens else 1)\n"
    )


def plain_name(*parts: object) -> str:
    """Return a name that every server takes.

    Parameters
    ----------
    *parts
        Put together.

    Examples
    --------
    >>> plain_name("My sums!", "job-1")
    'my-sums-job-1'
    """
    return re.sub(r"[^a-z0-9]+", "-", "-".join(map(str, parts)).lower()).strip("-") or "model"


def _read(path: Path) -> Mapping[str, Any]:
    return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])


def _relative(folder: Path, place: Path) -> str:
    """Return where a folder is from another, so that both can be copied together."""
    import os

    return Path(os.path.relpath(folder, place)).as_posix()


def _script(model: Weights, place: Path, command: str) -> str:
    return f'#!/bin/sh\nset -eu\ncd "$(dirname "$0")"\nmodel={shlex.quote(_relative(model.folder, place))}\n{command}\n'


def _merge(model: Weights) -> str:
    return (
        '"""Merge the adapter into its base model, for servers that take no adapters."""\n\n'
        "from peft import AutoPeftModelForCausalLM\nfrom transformers import AutoTokenizer\n\n"
        f"model = AutoPeftModelForCausalLM.from_pretrained({str(model.folder)!r})\n"
        'model.merge_and_unload().save_pretrained("merged")\n'
        f'AutoTokenizer.from_pretrained({model.adapter_of!r}).save_pretrained("merged")\n'
    )


def _convert(source: str) -> list[str]:
    return [
        "git clone --depth 1 https://github.com/ggml-org/llama.cpp",
        "pip install -r llama.cpp/requirements/requirements-convert_hf_to_gguf.txt",
        f"python llama.cpp/convert_hf_to_gguf.py {shlex.quote(source)} --outfile model.gguf",
    ]


def _vllm_notes(model: Weights) -> list[str]:
    notes = [
        "vLLM wants a GPU for all but small models.",
        "The server listens on this machine alone; put a gateway with a key before it to open it.",
    ]
    if not model.merged:
        notes.append("merge.py writes one whole model where a server takes no adapters.")
    return notes


def _ollama_notes(model: Weights) -> list[str]:
    notes = [
        "Ollama takes the chat template from the tokenizer where it knows it; see what it took with `ollama show --modelfile`."
    ]
    if model.merged and not model.for_ollama:
        notes.append(f"Ollama does not read {model.architecture} as it is: the first three steps convert it.")
    return notes


def _readme(title: str, steps: list[str], notes: list[str]) -> str:
    commands = "\n".join(f"    {step}" for step in steps)
    return f"# {title}\n\n{commands}\n\n" + "\n".join(f"* {note}" for note in notes) + "\n"
