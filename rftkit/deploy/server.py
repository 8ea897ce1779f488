"""The process that serves a model: ``python -m rftkit.deploy.server MODEL HOME NAME PORT TIED``.

It speaks the chat part of OpenAI's API on the loopback: /health, /v1/models and /v1/chat/completions, whole or as a
stream. It answers only who asks a loopback name, so that no page in a browser can reach it by a name of its own.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec

from rftkit.deploy.asked import Asked, asked
from rftkit.deploy.local import NAME
from rftkit.deploy.spoken import Speaker
from rftkit.detached import Detached
from rftkit.errors import InputError, RftkitError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rftkit.deploy.engine import Engine, Ticket

_OURS = ("127.0.0.1", "localhost", "[::1]")
_LONGEST = 64 * 1024 * 1024


class Handler(BaseHTTPRequestHandler):
    """Answers one client."""

    protocol_version = "HTTP/1.1"
    engine: ClassVar[Engine]
    name: ClassVar[str]

    def do_GET(self) -> None:
        """Say that the server is there, and what it serves."""
        if not self._is_ours():
            return
        model = {"id": self.name, "object": "model", "created": 0, "owned_by": "rftkit"}
        known = {"/health": {"status": "ok"}, "/v1/models": {"object": "list", "data": [model]}}
        known[f"/v1/models/{self.name}"] = model
        found = known.get(self.path)
        self._send(200, found) if found else self._refuse(404, f"there is no {self.path} here")

    def do_POST(self) -> None:
        """Answer a chat."""
        if not self._is_ours():
            return
        if self.path != "/v1/chat/completions":
            self._refuse(404, f"there is no {self.path} here; use /v1/chat/completions")
            return
        try:
            wanted = asked(self._body(), self.engine.policy)
        except InputError as error:
            self._refuse(400, str(error))
            return
        if wanted.model != self.name:
            self._refuse(404, f"there is no model {wanted.model!r} here; this server has {self.name!r}")
            return
        self._stream(wanted) if wanted.stream else self._whole(wanted)

    def _body(self) -> Any:
        size = int(self.headers.get("Content-Length") or 0)
        if not 0 < size <= _LONGEST:
            raise InputError("the request has no body, or one that is too long")
        try:
            return msgspec.json.decode(self.rfile.read(size))
        except msgspec.MsgspecError as error:
            raise InputError(f"the body is no JSON ({error})") from error

    def _is_ours(self) -> bool:
        host = (self.headers.get("Host") or "").rpartition(":")[0] or self.headers.get("Host", "")
        if host in _OURS:
            return True
        self._refuse(403, "this server answers on the loopback only")
        return False

    def _whole(self, wanted: Asked) -> None:
        said = self.engine.ask(wanted.draws).wait()
        self._send(200, Speaker(self.name, wanted.stop, wanted.tools).whole(said))

    def _stream(self, wanted: Asked) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-cache")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in pieces(self.engine, self.name, wanted):
            self._chunk(b"data: " + msgspec.json.encode(piece) + b"\n\n")
        self._chunk(b"data: [DONE]\n\n")
        self._chunk(b"")

    def _chunk(self, text: bytes) -> None:
        self.wfile.write(f"{len(text):x}\r\n".encode() + text + b"\r\n")
        self.wfile.flush()

    def _send(self, status: int, value: Any) -> None:
        text = msgspec.json.encode(value)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def _refuse(self, status: int, sentence: str) -> None:
        self.close_connection = True  # a body that was not read must not be taken for the next request
        kind = "invalid_request_error" if status < 500 else "server_error"
        self._send(status, {"error": {"message": sentence, "type": kind, "code": None, "param": None}})

    def log_message(self, format: str, *args: Any) -> None:
        """Keep the log for what went wrong."""


class Server(ThreadingHTTPServer):
    """Takes many clients that come at the same moment."""

    request_queue_size = 256
    daemon_threads = True


def pieces(engine: Engine, name: str, wanted: Asked) -> Iterator[dict[str, Any]]:
    """Yield an answer piece by piece, as its tokens come.

    Where a stop text or a call of a tool may still take words back, the pieces come at the end.

    Parameters
    ----------
    engine
        Draws the answer.
    name
        Of the model.
    wanted
        What was asked.
    """
    speaker = Speaker(name, wanted.stop, wanted.tools)
    if wanted.stop or wanted.tools:
        said = engine.ask(wanted.draws).wait()
        for place, one in enumerate(said):
            yield from speaker.at_once(place, one)
    else:
        said = yield from _live(engine, speaker, wanted)
    if wanted.usage:
        yield speaker.last(said)


def _live(engine: Engine, speaker: Speaker, wanted: Asked) -> Any:
    """Yield the text that each new token makes certain; return the answers."""
    heard: queue.Queue[tuple[int, int] | None] = queue.Queue()
    ticket = engine.ask(wanted.draws, lambda place, token: heard.put((place, token)))
    threading.Thread(target=_close, args=(ticket, heard), daemon=True).start()
    tokens: list[list[int]] = [[] for _ in wanted.draws]
    sent = ["" for _ in wanted.draws]
    ends, ended = engine.policy.ends, set()
    for place in range(len(wanted.draws)):
        yield speaker.piece(place, {"role": "assistant", "content": ""})
    while (next_ := heard.get()) is not None:
        place, token = next_
        if token in ends or place in ended:
            ended.add(place)
            continue
        tokens[place].append(token)
        text = engine.policy.tokenizer.decode(tokens[place], skip_special_tokens=True)
        if not text.endswith("\ufffd") and len(text) > len(sent[place]):  # half a sign waits for its other half
            yield speaker.piece(place, {"content": text[len(sent[place]) :]})
            sent[place] = text
    said = ticket.wait()
    for place, one in enumerate(said):
        rest = one.text[len(sent[place]) :]
        yield speaker.piece(place, {"content": rest} if rest else {}, one.finish_reason)
    return said


def _close(ticket: Ticket, heard: queue.Queue[tuple[int, int] | None]) -> None:
    ticket.done.wait()
    heard.put(None)


def main(model: str, home: str, name: str, port: int, tied: bool) -> int:
    """Serve a model until the process is told to end.

    Parameters
    ----------
    model
        Its folder.
    home
        Where the lock and the log lie.
    name
        What it is called.
    port
        Of the loopback; 0 takes a free one.
    tied
        End when the input ends, which is when the process that began this one does.
    """
    if tied:
        threading.Thread(target=_end_with_input, daemon=True).start()
    process = Detached(Path(home), NAME)
    try:
        with process.holding():
            _serve(model, name, port, process)
    except RftkitError as refused:
        print(refused, file=sys.stderr)  # noqa: T201 - the log of this process
        return refused.exit_code
    return 0


def _serve(model: str, name: str, port: int, process: Detached) -> None:
    from rftkit.deploy.engine import Engine
    from rftkit.train.policy import Policy

    handler = type("Named", (Handler,), {"engine": Engine(Policy.load(model)), "name": name})
    server = Server(("127.0.0.1", port), handler)
    process.tell(url=f"http://127.0.0.1:{server.server_address[1]}/v1", model=name)
    server.serve_forever()


def _end_with_input() -> None:
    while sys.stdin.buffer.read(1):
        pass
    os._exit(0)  # a signal handler or a thread must not keep an orphan alive


if __name__ == "__main__":
    _, _model, _home, _name, _port, _how = sys.argv
    sys.exit(main(_model, _home, _name, int(_port), _how == "tied"))
