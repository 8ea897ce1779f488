"""The share of tests that the Python code of the answer passes; without tests, 1.0 when it runs to its end.

The code is the last fenced block, or the whole answer where there is none. Tests are `item.tests`: a list of texts,
or one text whose top-level statements are the tests; where they define `check` and the item names an `entry_point`,
check(entry_point) is the test. `item.expected_output` is what the code has to print. Code that runs longer than
SECONDS (its tests included), leaves early, or reaches for the interpreter behind it is worth 0.0. An object that
claims to equal everything does not pass: what a test compares with a plain value has to be a plain value.
"""

import ast
import contextlib
import copy
import io
import re
import signal
import threading
import time
from typing import Any

TESTS = "tests"  # option
EXPECTED_OUTPUT = "expected_output"  # option
SECONDS = 5.0  # option

FENCE = re.compile(
    r"^[ \t]*```[ \t]*(?:python|py|python3)?[ \t]*\n(.*?)^[ \t]*```", re.DOTALL | re.MULTILINE | re.IGNORECASE
)
LONGEST_OUTPUT = 100_000
BEHIND = {"builtins", "ctypes", "gc", "importlib", "inspect", "signal", "threading", "_thread", "traceback"}
REACHING = {"_getframe", "_exit", "settrace", "setprofile", "modules", "tb_frame", "f_back", "f_globals", "f_locals"}
REACHING |= {"__globals__", "__subclasses__", "__builtins__", "__traceback__", "__code__", "__closure__", "gi_frame"}
REACHING |= {"__import__", "__base__", "__bases__", "__mro__", "cr_frame", "_current_frames"}


class OverError(BaseException):
    """The time is over, or too much was printed."""


class Printed(io.StringIO):
    """Keeps what is printed, up to a limit."""

    def write(self, text: str) -> int:
        """Keep a text."""
        if self.tell() + len(text) > LONGEST_OUTPUT:
            raise OverError
        return super().write(text)


class Comparing(ast.NodeTransformer):
    """Let tests compare plain values with plain values only."""

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        """Replace a == b."""
        self.generic_visit(node)
        if len(node.ops) != 1 or not isinstance(node.ops[0], ast.Eq):
            return node
        call = ast.Call(ast.Name("_same", ast.Load()), [node.left, node.comparators[0]], [])
        return ast.copy_location(call, node)


def same(left: Any, right: Any) -> Any:
    """Return whether two values are equal, and no value only claims it."""
    plain = {type(left).__module__, type(right).__module__} & {"builtins"}
    own = {type(left).__module__, type(right).__module__} & {"answer"}
    return False if plain and own else left == right


def code_of(text: str) -> str:
    """Return the code of an answer."""
    blocks = FENCE.findall(text)
    return str(blocks[-1]) if blocks else text


def reaches_behind(tree: ast.AST) -> bool:
    """Return whether code names the interpreter's own parts."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and any(name.name.partition(".")[0] in BEHIND for name in node.names):
            return True
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in BEHIND:
            return True
        if isinstance(node, ast.Attribute) and node.attr in REACHING:
            return True
        if isinstance(node, ast.Name) and (node.id in REACHING or node.id in BEHIND):
            return True
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in REACHING:
            return True
    return False


@contextlib.contextmanager
def time_limit(seconds: float) -> Any:
    """Stop what takes too long, where the system can; elsewhere the time of the whole grader is the limit."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def over(*_: Any) -> None:
        raise OverError

    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.001), 0.1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def run(tree: ast.Module, space: dict[str, Any], end: float) -> tuple[bool, str]:
    """Run code; return whether it came to its end, and what it printed."""
    printed = Printed()
    try:
        with (
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(io.StringIO()),
            time_limit(end - time.monotonic()),
        ):
            exec(compile(tree, "<answer>", "exec", dont_inherit=True), space)  # noqa: S102
    except BaseException:  # noqa: BLE001
        return False, printed.getvalue()
    return True, printed.getvalue()


def tests_of(item: dict[str, Any]) -> list[ast.Module]:
    """Return the tests of an item; each is run after what it needs."""
    given = item.get(TESTS)
    texts = given if isinstance(given, list) else [given] if given else []
    trees = [Comparing().visit(ast.parse(str(text))) for text in texts]
    if isinstance(given, str):
        needed = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Assign)
        helpers = [node for node in trees[0].body if isinstance(node, needed)]
        trees = [ast.Module([*helpers, node], []) for node in trees[0].body if not isinstance(node, needed)]
        if any(getattr(node, "name", None) == "check" for node in helpers) and item.get("entry_point"):
            trees.append(ast.Module([*helpers, *ast.parse(f"check({item['entry_point']})").body], []))
    return [ast.fix_missing_locations(tree) for tree in trees]


def grade(sample: dict[str, Any], item: dict[str, Any]) -> float:
    """Return the share of tests that the code passes."""
    tests, expected = tests_of(item), item.get(EXPECTED_OUTPUT)
    try:
        tree = ast.parse(code_of(sample.get("output_text") or ""))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return 0.0
    if not tree.body or reaches_behind(tree):
        return 0.0
    space: dict[str, Any] = {"__name__": "answer", "_same": same}
    end = time.monotonic() + SECONDS
    ended, printed = run(tree, space, end)
    if not ended:
        return 0.0
    right = [printed.strip() == str(expected).strip()] if expected is not None else []
    right += [run(copy.deepcopy(test), {**space, "_same": same}, end)[0] for test in tests]
    return sum(right) / len(right) if right else 1.0
