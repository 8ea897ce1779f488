"""Personal data: addresses, numbers and accounts of people, with checksums where there are any."""

from __future__ import annotations

import ipaddress
import re
from typing import Final

import polars as pl

from rftkit.sanitize.scan import Kind, scan

#: Right before a number, these say that it is no phone, card or social security number.
_OTHER_NUMBER: Final = re.compile(
    r"(?i)(?:order|invoice|ticket|tracking|reference|ref|case|confirmation|booking|reservation|policy|serial|part|"
    r"product|item|sku|isbn|issn|doi|version|shipment|parcel|receipt|request|claim|flight|model|transaction)s?"
    r"(?:[ _-]?(?:number|num|no|id|code|nr))?[\"']?\W{0,4}(?:is|was|are)?\W{0,4}$"
)
_DATE: Final = re.compile(r"^(?:\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d{4}[./-]\d{1,2}[./-]\d{1,2})")

#: Length of an IBAN by country.
_IBAN_LENGTHS: Final = {
    country: int(entry[:2])
    for entry in [
        "15NO",
        "16BE",
        "18DKFIFOGLNLSD",
        "19MKSI",
        "20ATBAEEKZLTLUXK",
        "21CHHRLILV",
        "22BGBHCRDEGBGEIEMERSVA",
        "23AEGIILIQTL",
        "24ADCZESMDPKROSASESKTNVG",
        "25LYPTST",
        "26ISTR",
        "27FRGRITMCMRSM",
        "28ALAZBYCYDOGTHULBNIPLSV",
        "29BREGPSQAUA",
        "30JOKWMU",
        "31MTSC",
        "32LC",
        "33RU",
    ]
    for country in re.findall("[A-Z]{2}", entry)
}


def find(messages: pl.DataFrame) -> pl.LazyFrame:
    """Return the findings of records that hold personal data.

    Parameters
    ----------
    messages
        What `rftkit.sanitize.structure.flat` returned.

    Examples
    --------
    >>> from rftkit.messages import pack
    >>> from rftkit.sanitize.structure import flat
    >>> chat = pack([[{"role": "user", "content": "write to jane.doe@example.org"}]])
    >>> find(flat(pl.DataFrame([pl.Series("row", [0]), chat]))).collect()["detail"].item()
    '"an e-mail address in message 1 (user)"'
    """
    return scan(messages, KINDS, "personal_data")


def luhn(digits: str) -> bool:
    """Say whether the last digit is the check digit of a card number.

    Examples
    --------
    >>> luhn("4111111111111111"), luhn("4111111111111112")
    (True, False)
    """
    numbers = [int(digit) for digit in reversed(digits)]
    doubled = sum(sum(divmod(2 * number, 10)) for number in numbers[1::2])
    return (sum(numbers[::2]) + doubled) % 10 == 0


def iban(text: str) -> bool:
    """Say whether a text starts with an IBAN: the country's length and a right checksum.

    Examples
    --------
    >>> iban("DE89 3704 0044 0532 0130 00"), iban("DE89 3704 0044 0532 0130 01")
    (True, False)
    """
    compact = re.sub(r"\s", "", text).upper()
    length = _IBAN_LENGTHS.get(compact[:2])
    if length is None or len(compact) < length:
        return False
    moved = compact[4:length] + compact[:4]
    return int("".join(str(int(char, 36)) for char in moved)) % 97 == 1


def _digits(text: str) -> str:
    return "".join(char for char in text if char.isdigit())


def _stands_alone(hit: re.Match[str]) -> bool:
    """Say whether no digit, letter or sign of a longer number touches the match on either side."""
    before, after = hit.string[max(0, hit.start() - 2) : hit.start()], hit.string[hit.end() : hit.end() + 2]
    return not re.search(r"[\w]$|\d[.,/-]$|[#$€£]$", before) and not re.match(r"\w|[./-]\d", after)


def _is_other(hit: re.Match[str]) -> bool:
    return bool(_OTHER_NUMBER.search(hit.string[max(0, hit.start() - 48) : hit.start()]))


def _card(hit: re.Match[str]) -> bool:
    digits = _digits(hit[0])
    lengths = (14, 15, 16) if digits[0] == "3" else (13, 16, 18, 19)
    # 4 Visa, 34 to 38 American Express, Diners and JCB, 51 to 55 and 2221 to 2720 Mastercard, 5 and 6 Maestro, Discover
    known = digits[0] in "456" or "34" <= digits[:2] <= "38" or "2221" <= digits[:4] <= "2720"
    sound = known and len(digits) in lengths and len(set(digits)) > 1 and luhn(digits)
    return sound and _stands_alone(hit) and not _is_other(hit)


def _ssn(hit: re.Match[str]) -> bool:
    area, group, serial = re.split(r"[- ]", hit[0])
    real = area not in ("000", "666") and area < "900" and group != "00" and serial != "0000"
    return real and _stands_alone(hit) and not _is_other(hit)


def _phone(hit: re.Match[str]) -> bool:
    digits = _digits(hit[0])
    if not 8 <= len(digits) <= 15 or not _stands_alone(hit) or _DATE.match(hit[0]) or len(set(digits)) == 1:
        return False
    return hit[0].startswith("+") or not _is_other(hit)


def _ipv4(hit: re.Match[str]) -> bool:
    before = hit.string[max(0, hit.start() - 16) : hit.start()]
    if not _stands_alone(hit) or re.search(r"(?i)(?:\bv|version|release|build)\W{0,3}$", before):
        return False
    return _is_address(hit[0])


def _ipv6(hit: re.Match[str]) -> bool:
    groups = [group for group in hit[0].split(":") if group]
    return len(groups) >= 3 and any(char.isdigit() for char in hit[0]) and _stands_alone(hit) and _is_address(hit[0])


def _is_address(text: str) -> bool:
    """Say whether it is the address of a machine: not of this machine, not of everybody, not a mask."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return not (
        address.is_loopback or address.is_unspecified or address.is_multicast or text.startswith(("255.", "0."))
    )


#: Every kind.
KINDS: Final = (
    Kind(
        "an e-mail address",
        r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,4}\.[A-Za-z]{2,24}",
        hint="[A-Za-z0-9_%+-]@[A-Za-z0-9]",
    ),
    Kind(
        "an IBAN", r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b",
        lambda hit: iban(hit[0]), hint="[A-Z][A-Z][0-9][0-9] ?[A-Z0-9][A-Z0-9][A-Z0-9][A-Z0-9]",
    ),
    Kind("a card number", r"[2-6][0-9]{3}(?:[ -]?[0-9]{2,6}){2,4}", _card, hint="[0-9][ 0-9-]{11}"),
    Kind("a US social security number", r"[0-9]{3}[- ][0-9]{2}[- ][0-9]{4}", _ssn, hint="[0-9][- ][0-9][0-9][- ][0-9]"),
    Kind(
        "a phone number",
        r"\+[1-9][0-9]{0,2}(?:[ .-]?\(?[0-9]{1,5}\)?){2,6}"
        r"|(?:1[ .-])?(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[-. ])[0-9]{3}[-. ][0-9]{4}"
        r"|\(?0[1-9][0-9]{0,3}\)?(?:[ /.-][0-9]{2,8}){1,4}",
        _phone, hint=r"\+[1-9][0-9 .()-]{6}|[0-9][0-9]\)? ?[-. /]?[0-9][0-9 ]+[-. /]?[0-9][0-9][0-9]",
    ),
    Kind("an IP address", r"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}", _ipv4, hint=r"[0-9]\.[0-9]+\.[0-9]+\.[0-9]"),
    Kind(
        "an IPv6 address", r"[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){4,7}", _ipv6,
        hint="[0-9A-Fa-f:]:[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f]*:",
    ),
)  # fmt: skip
