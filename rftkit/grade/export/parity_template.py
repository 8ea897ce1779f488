"""The exported grader gives the rewards that rftkit gave when it was written; run it with python or with pytest."""

# runtime

import asyncio
import importlib.util
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

TARGET = ""  # set
FILE = ""  # set
LABEL: Any = None  # set
CASES: Any = []  # set


class Judge(BaseHTTPRequestHandler):
    """A judge that always says half, or the first label: what is compared is everything around it."""

    def do_POST(self) -> None:
        """Answer as an OpenAI-compatible server does."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        result = LABEL if "LABEL is one of" in asked["messages"][0]["content"] else 0.5
        content = json.dumps({"steps": [], "result": result})
        body = json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def loaded() -> Any:
    """Return the exported file as a module."""
    place = Path(__file__).with_name(FILE)
    spec = importlib.util.spec_from_file_location("exported_grader", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rewards() -> list[Any]:
    """Return what the exported grader gives to every case."""
    if TARGET == "openai":
        grader = json.loads(Path(__file__).with_name(FILE).read_text(encoding="utf-8"))
        run = globals()["graded"]
        made = globals()["make_sample"]
        return [run(grader, made(case["text"], case["tool_calls"]), case["item"])["reward"] for case in CASES]
    module = loaded()
    return [reward_of_case(module, case) for case in CASES]


def reward_of_case(module: Any, case: Any) -> Any:
    """Return what the target would see."""
    turn = {"role": "assistant", "content": case["text"]}
    turn.update({"tool_calls": case["tool_calls"]} if case["tool_calls"] else {})
    item = case["item"]
    if TARGET == "trl":
        return module.reward(completions=[[turn]], prompts=["?"], **{name: [value] for name, value in item.items()})[0]
    if TARGET == "verifiers":
        return asyncio.run(module.reward(completion=[turn], info=json.dumps(item)))
    messages = [*(item.get("messages") or []), turn]
    if TARGET == "bedrock":
        [scored] = module.lambda_handler([{**item, "id": "1", "messages": messages}])
        return scored["aggregate_reward_score"]
    columns = {name: value for name, value in item.items() if name != "messages"}
    return module.evaluate(messages, **columns)["score"]


def test_the_rewards_are_the_same() -> None:
    """Compare every case; where there is an error here, a target without errors gives 0."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Judge)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    before = os.environ.get("RFT_JUDGE_BASE_URL")
    os.environ["RFT_JUDGE_BASE_URL"] = f"http://127.0.0.1:{server.server_port}"
    try:
        found = rewards()
    finally:
        os.environ.pop("RFT_JUDGE_BASE_URL")
        os.environ.update({} if before is None else {"RFT_JUDGE_BASE_URL": before})
        server.shutdown()
        server.server_close()
    nothing = None if TARGET in ("openai", "trl") else 0.0
    for case, reward in zip(CASES, found, strict=True):
        expected = nothing if case["reward"] is None else case["reward"]
        same = reward is expected or (reward is not None and expected is not None and abs(reward - expected) <= 1e-6)
        assert same, f"{reward} instead of {expected} for {case}"


if __name__ == "__main__":
    test_the_rewards_are_the_same()
    print(f"{len(CASES)} answers get the same reward")  # noqa: T201
