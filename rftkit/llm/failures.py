"""Calls that failed, and what can be done about each."""

from __future__ import annotations

from collections.abc import Mapping

from rftkit.llm.limits import seconds

_FATAL = (401, 402, 403, 404)
_RATE, _TIMEOUT, _FIRST_SERVER_ERROR = 429, 408, 500


class CallError(Exception):
    """A call that failed, and what can be done about it.

    Attributes
    ----------
    retry
        Whether the same call may succeed later.
    rate
        Whether the server said that there were too many calls.
    after
        Seconds that the server asks to wait, or None.
    charged
        Whether the provider may have counted the call.
    fatal
        Whether every other call must fail in the same way.
    absent
        Whether nobody was there to take the call; where that lasts for all repeats, it is fatal.

    Examples
    --------
    >>> CallError("the server answered 500", retry=True).fatal
    False
    """

    def __init__(
        self,
        sentence: str,
        *,
        retry: bool = False,
        rate: bool = False,
        after: float | None = None,
        charged: bool = False,
        fatal: bool = False,
        absent: bool = False,
    ) -> None:
        super().__init__(sentence)
        self.retry, self.rate, self.after = retry, rate, after
        self.charged, self.fatal, self.absent = charged, fatal, absent


def of_status(status: int, sentence: str, wait: float | None) -> CallError:
    """Return the failure that an HTTP status means.

    Parameters
    ----------
    status
        What the server answered; 0 where nothing is known.
    sentence
        What to tell a person, without keys.
    wait
        Seconds that the server asks to wait.

    Examples
    --------
    >>> of_status(429, "slow down", 2.0).after, of_status(401, "no key", None).fatal
    (2.0, True)
    """
    if status == _RATE:
        spent = "insufficient_quota" in sentence
        return CallError(sentence, retry=not spent, rate=True, after=wait, fatal=spent)
    if status == _TIMEOUT:
        return CallError(sentence, retry=True, charged=True)
    if status >= _FIRST_SERVER_ERROR:
        return CallError(sentence, retry=True, after=wait)
    return CallError(sentence, fatal=status in _FATAL)


def after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that the headers of an answer ask to wait: a number or a date.

    Examples
    --------
    >>> after({"retry-after": "1.5"}), after({"retry-after-ms": "250"}), after({})
    (1.5, 0.25, None)
    """
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        told = seconds(str(headers.get(name) or headers.get(name.title()) or ""))
        if told is not None:
            return told * unit
    return None
