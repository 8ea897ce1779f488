"""A server on the loopback that plays OpenAI's fine-tuning API: files, jobs, events in pages, checkpoints, results.

It counts what was really done, and can be told to fail: with a status, by cutting the connection before it does
anything (`before`) or after it has done it (`after`), or by killing the process that asked (`kill`).
"""

from __future__ import annotations

import json
import os
import re
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "sk-loopback-0123456789abcdef"


@dataclass
class Service:
    """What the service holds, and how it is to fail."""

    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    jobs: dict[str, dict[str, Any]] = field(default_factory=dict)
    events: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    checkpoints: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    failures: list[tuple[str, Any]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    absent: tuple[str, ...] = ()
    bad_grader: str | None = None
    file_states: list[str] = field(default_factory=list)
    answer: Callable[[str, str], str] = lambda model, prompt: "42"
    victim: int = 0  # a process to kill when it has been done what it asked for
    lock: threading.Lock = field(default_factory=threading.Lock)
    url: str = ""

    def fail(self, pattern: str, *how: Any) -> None:
        """Fail the next requests that match `METHOD /path`, each in its way."""
        self.failures += [(pattern, one) for one in how]

    def count(self, pattern: str) -> int:
        return sum(bool(re.fullmatch(pattern, one)) for one in self.requests)

    def step(self, job: str, **data: Any) -> None:
        """Log a measurement of a step."""
        self.say(job, f"Step {data['step']}", data=data, type="metrics")

    def say(self, job: str, message: str, **more: Any) -> None:
        number = len(self.events[job])
        event = {"id": f"ev-{job}-{number}", "object": "fine_tuning.job.event", "created_at": 1_700_000_000 + number}
        self.events[job].append({**event, "level": "info", "message": message, "data": {}, "type": "message", **more})

    def keep(self, job: str, step: int, **metrics: Any) -> None:
        self.checkpoints[job].append(
            {
                "id": f"ckpt-{step}",
                "object": "fine_tuning.job.checkpoint",
                "created_at": 1_700_000_000 + step,
                "fine_tuning_job_id": job,
                "fine_tuned_model_checkpoint": f"ft:base:ckpt-step-{step}",
                "step_number": step,
                "metrics": {"step": step, **metrics},
            }
        )

    def finish(self, job: str, csv: bytes = b"") -> None:
        self.contents["file-results"] = csv
        self.jobs[job] |= {"status": "succeeded", "fine_tuned_model": "ft:base:final", "finished_at": 1_700_000_900}
        self.jobs[job]["result_files"] = ["file-results"] if csv else []


class _Handler(BaseHTTPRequestHandler):
    service: Service
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: without that, each answer waits 40 ms for an acknowledgement

    def log_message(self, *_: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def _answer(self, verb: str) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        path = urlsplit(self.path).path.removeprefix("/v1")
        with self.service.lock:
            self.service.requests.append(f"{verb} {path}")
            how = self._failure(f"{verb} {path}")
            if how == "before":
                return self._cut()
            if isinstance(how, int):
                return self._send(how, {"error": {"message": f"planned {how}, key {KEY}", "type": "x"}})
            if self.headers.get("authorization") != f"Bearer {KEY}":
                return self._send(401, {"error": {"message": f"Incorrect API key provided: {KEY}"}})
            status, told = self._do(verb, path, body)
        if how == "kill":
            os.kill(self.service.victim, signal.SIGKILL)
        if how in ("after", "kill"):
            return self._cut()
        if how == "torn":
            return self._torn(told)
        return self._send(status, told)

    def _failure(self, line: str) -> Any:
        for place, (pattern, how) in enumerate(self.service.failures):
            if re.fullmatch(pattern, line):
                del self.service.failures[place]
                return how
        return None

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.close()

    def _torn(self, told: Any) -> None:
        text = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text[: len(text) // 2])
        self.close_connection = True

    def _send(self, status: int, told: Any) -> None:
        raw = isinstance(told, bytes)
        text = told if raw else json.dumps(told).encode()
        self.send_response(status)
        self.send_header("content-type", "application/octet-stream" if raw else "application/json")
        self.send_header("content-length", str(len(text)))
        if status == 429:
            self.send_header("retry-after", "0.01")
        self.end_headers()
        self.wfile.write(text)

    def _do(self, verb: str, path: str, body: bytes) -> tuple[int, Any]:
        service = self.service
        if any(re.fullmatch(pattern, f"{verb} {path}") for pattern in service.absent):
            return 404, {"error": {"message": "no such thing here"}}
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        if path == "/files":
            return self._upload(body) if verb == "POST" else (200, _page(list(service.files.values()), query))
        if match := re.fullmatch(r"/files/([\w-]+)/content", path):
            return 200, service.contents[match[1]]
        if match := re.fullmatch(r"/files/([\w-]+)", path):
            state = service.file_states.pop(0) if service.file_states else "processed"
            return 200, {**service.files[match[1]], "status": state, "status_details": "line 3 has no messages"}
        if path == "/fine_tuning/alpha/graders/validate":
            grader = json.loads(body)["grader"]
            return (
                (400, {"error": {"message": service.bad_grader}}) if service.bad_grader else (200, {"grader": grader})
            )
        if path == "/fine_tuning/jobs":
            return self._create(json.loads(body)) if verb == "POST" else (200, _page([*service.jobs.values()], query))
        if path == "/chat/completions":
            asked = json.loads(body)
            text = service.answer(asked["model"], asked["messages"][-1]["content"])
            return 200, _chat(asked["model"], text)
        return self._job(path, query)

    def _upload(self, body: bytes) -> tuple[int, Any]:
        head = f"content-type: {self.headers['content-type']}\r\n\r\n".encode()
        parts = {
            part.get_param("name", header="content-disposition"): part
            for part in BytesParser().parsebytes(head + body).get_payload()
        }
        name = f"file-{len(self.service.files)}"
        content = parts["file"].get_payload(decode=True)
        about = {"object": "file", "created_at": int(time.time()), "purpose": "fine-tune", "status": "uploaded"}
        made = {"id": name, "bytes": len(content), "filename": parts["file"].get_filename(), **about}
        self.service.files[name], self.service.contents[name] = made, content
        return 200, made

    def _create(self, asked: dict[str, Any]) -> tuple[int, Any]:
        name = f"ftjob-{len(self.service.jobs)}"
        about = {"object": "fine_tuning.job", "created_at": 1_700_000_000, "organization_id": "o", "result_files": []}
        made = {"id": name, "status": "queued", "hyperparameters": {}, "fine_tuned_model": None, **about, **asked}
        self.service.jobs[name] = made
        self.service.events[name], self.service.checkpoints[name] = [], []
        return 200, made

    def _job(self, path: str, query: dict[str, str]) -> tuple[int, Any]:
        match = re.fullmatch(r"/fine_tuning/jobs/([\w-]+)(?:/(\w+))?", path)
        if match is None or match[1] not in self.service.jobs:
            return 404, {"error": {"message": f"no {path}"}}
        job = self.service.jobs[match[1]]
        if match[2] == "events":
            return 200, _page(self.service.events[match[1]][::-1], query)
        if match[2] == "checkpoints":
            return 200, _page(self.service.checkpoints[match[1]][::-1], query)
        if match[2] in ("cancel", "resume"):
            if job["status"] in ("succeeded", "cancelled", "failed"):
                return 400, {"error": {"message": f"the job is {job['status']}"}}
            job["status"] = "cancelled" if match[2] == "cancel" else "running"
        return 200, job


def _page(rows: list[dict[str, Any]], query: dict[str, str], most: int = 3) -> dict[str, Any]:
    """Pages of three, whatever was asked for: so that paging is always tried."""
    ids = [row["id"] for row in rows]
    first = ids.index(query["after"]) + 1 if query.get("after") in ids else 0
    return {"object": "list", "data": rows[first : first + most], "has_more": first + most < len(rows)}


def _chat(model: str, text: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {
        "id": "c",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 5, "completion_tokens": 1, "total_tokens": 6},
    }


def serve() -> tuple[Service, ThreadingHTTPServer]:
    """Start a service on a free port."""
    service = Service()
    handler = type("Handler", (_Handler,), {"service": service})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    service.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    return service, server
