"""Calls to the fine-tuning API through the `openai` client: named failures, patience, and nothing done twice."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlsplit

from rftkit.errors import InputError, MissingDependencyError, ModelError
from rftkit.llm.limits import seconds
from rftkit.llm.redact import redact

if TYPE_CHECKING:
    import openai

T = TypeVar("T")

#: Times that one call is tried.
TRIES: Final = 5
#: Seconds before the second try; doubles with every further one.
FIRST_WAIT: Final = 1.0
LONGEST_WAIT: Final = 60.0
_NOT_OFFERED: Final = (404, 405, 501)
KEY: Final = "OPENAI_API_KEY"


class ServiceError(ModelError):
    """The service refused, failed, or could not be reached.

    Attributes
    ----------
    status
        Of the HTTP answer; None where there was none.
    unsure
        Whether it may have been done all the same: the answer is missing, or was an error of the server.

    Examples
    --------
    >>> ServiceError("gone", status=404).not_offered
    True
    """

    def __init__(self, sentence: str, *, status: int | None = None, unsure: bool = False, wait: float | None = None):
        super().__init__(sentence)
        self.status, self.unsure, self.wait = status, unsure, wait

    @property
    def not_offered(self) -> bool:
        """Whether the service has no such thing."""
        return self.status in _NOT_OFFERED

    @property
    def again(self) -> bool:
        """Whether to try again."""
        return self.unsure or self.status == 429


def make(config: Mapping[str, Any], api_key: str | None, **options: Any) -> openai.OpenAI:
    """Return a client of the service.

    Parameters
    ----------
    config
        `base_url`; `key_name`, the name of the environment variable that holds the key.
    api_key
        The key; from the environment by default.
    **options
        Of `openai.OpenAI`.

    Raises
    ------
    MissingDependencyError
        `openai` is not installed.
    InputError
        There is no key.
    """
    module = library()
    url = config.get("base_url") or os.environ.get("OPENAI_BASE_URL")
    # one try each: what may have been done by a call without an answer is looked up before it is sent again
    given = {"timeout": 120.0, **options}
    made: openai.OpenAI = module.OpenAI(api_key=api_key or key(config), base_url=url, max_retries=0, **given)
    return made


def library() -> Any:
    """Return the `openai` module."""
    try:
        import openai
    except ImportError:
        raise MissingDependencyError(
            'training by a service needs the openai client; install it with: pip install "rftkit[hosted]"'
        ) from None
    return openai


def key(config: Mapping[str, Any]) -> str:
    """Return the key that the environment holds.

    Parameters
    ----------
    config
        `key_name`, where another variable than OPENAI_API_KEY holds it.
    """
    name = config.get("key_name") or KEY
    found = os.environ.get(name)
    if not found:
        raise InputError(f"the service needs a key: set {name} in the environment, or give api_key= (it is not kept)")
    return found


def check_url(url: str | None) -> None:
    """Refuse an address that holds a key, or is none.

    Parameters
    ----------
    url
        Of the service; None for OpenAI's own.

    Examples
    --------
    >>> check_url("https://user:secret@example.com/v1")
    Traceback (most recent call last):
    rftkit.errors.InputError: the address of a service must not hold a password; give the key with api_key=
    """
    if url is None:
        return
    parts = urlsplit(url)
    if parts.username or parts.password:
        raise InputError("the address of a service must not hold a password; give the key with api_key=")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError(f"{url!r} is no address of a service; write it like https://host/v1")


def call(what: str, send: Callable[[], T], secrets: tuple[str, ...] = ()) -> T:
    """Send once; a failure becomes a `ServiceError` with a sentence and without keys.

    Parameters
    ----------
    what
        What is being done, for the sentence.
    send
        Does it.
    secrets
        What must not be in the sentence.
    """
    module = library()
    try:
        return send()
    except module.APIStatusError as error:
        status = error.status_code
        wait = seconds(error.response.headers.get("retry-after", ""))
        told = redact(_told(error), secrets)
        raise ServiceError(
            f"{what}: the service answered {status}: {told}", status=status, unsure=status >= 500, wait=wait
        ) from None
    except (module.APIConnectionError, module.APIResponseValidationError) as error:
        told = redact(str(error.__cause__ or error), secrets)
        raise ServiceError(f"{what}: the service could not be reached ({told})", unsure=True) from None
    except (ValueError, TypeError, OSError) as error:  # an answer that ends in the middle, or is no JSON
        told = redact(str(error), secrets)
        raise ServiceError(f"{what}: the service's answer could not be read ({told})", unsure=True) from None


def patiently(
    what: str,
    send: Callable[[], T],
    *,
    find: Callable[[], T | None] | None = None,
    begun: bool = False,
    secrets: tuple[str, ...] = (),
    wait: Callable[[float], object] = time.sleep,
) -> T:
    """Send until it is done: where an earlier try may have done it already, look before trying again.

    Parameters
    ----------
    what
        What is being done, for the sentence.
    send
        Does it.
    find
        Looks for what an earlier try has done; None for what may be done twice.
    begun
        Whether an earlier process may have tried.
    secrets
        What must not be in a sentence.
    wait
        Waits for so many seconds.

    Examples
    --------
    >>> patiently("counting", lambda: 3)
    3
    """
    look = begun
    for attempt in range(TRIES):
        try:
            if look and find is not None:
                found = call(what, find, secrets)
                if found is not None:
                    return found
                look = False
            return call(what, send, secrets)
        except ServiceError as error:
            if not error.again or attempt == TRIES - 1:
                raise
            look = look or error.unsure
            wait(min(LONGEST_WAIT, error.wait if error.wait is not None else FIRST_WAIT * 2**attempt))
    raise AssertionError("unreachable")


def _told(error: Any) -> str:
    body = error.body
    if isinstance(body, Mapping):
        inner = body.get("error", body)
        text = inner.get("message") if isinstance(inner, Mapping) else inner
        if text:
            return str(text)
    return str(error.message)
