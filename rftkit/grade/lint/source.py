"""The source of a python grader: no `grade`, too long, or with imports that its process will not have."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from typing import Final

from rftkit.grade.lint.walk import Spec, parts
from rftkit.grade.problem import Problem, error, warning
from rftkit.grade.shape import at

#: Bytes of source that the services take.
LONGEST: Final = 256_000
IMAGE: Final = "2025-05-08"
#: What the services have installed, by the name it is imported under.
LIBRARIES: Final = (
    "numpy",
    "scipy",
    "sympy",
    "pandas",
    "rapidfuzz",
    "sklearn",
    "rouge_score",
    "deepdiff",
    "jsonschema",
    "pydantic",
    "yaml",
    "nltk",
    "sqlparse",
    "rdkit",
    "skbio",
    "ast_grep_py",
)
#: Modules of Python that talk to the network, start processes, or leave them.
FORBIDDEN: Final = {
    **dict.fromkeys(("socket", "ssl", "urllib.request", "http", "ftplib", "smtplib", "poplib", "imaplib"), "network"),
    **dict.fromkeys(("telnetlib", "xmlrpc", "socketserver", "asyncio", "webbrowser"), "network"),
    **dict.fromkeys(("requests", "httpx", "aiohttp", "urllib3", "openai", "litellm", "boto3", "websockets"), "network"),
    **dict.fromkeys(("subprocess", "multiprocessing", "pty", "ctypes"), "process"),
}


def problems(spec: Spec, to: str) -> Iterator[Problem]:
    r"""Yield what is wrong with the sources of the python graders in a grader.

    Parameters
    ----------
    spec
        The grader.
    to
        Where it is to run; on this machine, its libraries may be other ones.

    Examples
    --------
    >>> spec = {"type": "python", "source": "import requests\ndef score(sample, item): return 1.0"}
    >>> [problem.code for problem in problems(spec, "openai-rft")]
    ['no_grade', 'forbidden_import']
    """
    for path, part in parts(spec):
        if part.get("type") == "python" and isinstance(part.get("source"), str):
            yield from _source(part["source"], at(path, "source"), to)
            tag = part.get("image_tag")
            if tag is not None and tag != IMAGE:
                yield warning(at(path, "image_tag"), "image_tag", f"{tag!r} is no documented image", f"write {IMAGE!r}")


def _source(text: str, path: str, to: str) -> Iterator[Problem]:
    size = len(text.encode("utf-8", "surrogatepass"))
    if size >= LONGEST:
        said = f"the source has {size:,} bytes, and fewer than {LONGEST:,} are allowed"
        yield error(path, "source_size", said, "shorten it; data belongs into the records")
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as wrong:
        line = f" in line {wrong.lineno}" if isinstance(wrong, SyntaxError) else ""
        yield error(
            path, "source_syntax", f"the source is no Python: {getattr(wrong, 'msg', wrong)}{line}", "mend it there"
        )
        return
    yield from _function(tree, path)
    yield from _imports(tree, path, to)


def _function(tree: ast.Module, path: str) -> Iterator[Problem]:
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "grade"]
    bound = any(
        isinstance(node, ast.Assign) and any(isinstance(name, ast.Name) and name.id == "grade" for name in node.targets)
        for node in tree.body
    )
    fix = "write: def grade(sample, item): ... return 0.0"
    if not found and not bound:
        yield error(path, "no_grade", "the source defines no function grade at its top", fix)
    elif found and not _takes_two(found[-1].args):
        yield error(path, "no_grade", f"grade in line {found[-1].lineno} does not take a sample and an item", fix)


def _takes_two(arguments: ast.arguments) -> bool:
    placed = [*arguments.posonlyargs, *arguments.args]
    needed = len(placed) - len(arguments.defaults)
    keywords = [value for value in arguments.kw_defaults if value is None]
    return needed <= 2 and not keywords and (len(placed) >= 2 or arguments.vararg is not None)


def _imports(tree: ast.Module, path: str, to: str) -> Iterator[Problem]:
    for node in ast.walk(tree):
        for name in _imported(node):
            yield from _import(name, getattr(node, "lineno", 0), path, to)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open":
            said = f"line {node.lineno} opens a file, and the process of a grader has none"
            yield warning(path, "opens_file", said, "put what it needs into the source or the records")


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [name.name for name in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module, *(f"{node.module}.{name.name}" for name in node.names if node.module in _PARENTS)]
    return []


_PARENTS = {name.rpartition(".")[0] for name in FORBIDDEN if "." in name}


def _import(name: str, line: int, path: str, to: str) -> Iterator[Problem]:
    top = name.partition(".")[0]
    why = FORBIDDEN.get(name) or FORBIDDEN.get(top)
    if why is not None:
        what = "there is no network" if why == "network" else "no process can be started"
        yield error(path, "forbidden_import", f"line {line} imports {name}, and {what} for a grader", "do without it")
    elif to == "openai-rft" and top not in LIBRARIES and top not in sys.stdlib_module_names:
        said = f"line {line} imports {top}, which the service does not have"
        yield error(path, "unknown_library", said, f"take one of {', '.join(LIBRARIES)}")
