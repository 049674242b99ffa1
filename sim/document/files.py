"""Files that people and programs wrote: their bytes, their text, their JSON, and what is wrong with them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Any, NoReturn

from sim.document.bounds import LARGEST_FILE
from sim.document.section import nearest
from sim.errors import InputError, Problem

_WORKBOOKS = (
    b"PK\x03\x04",
    b"\xd0\xcf\x11\xe0",
)  # how files begin that spreadsheets write: .xlsx and .ods, .xls


def read_bytes(
    path: Path, name: str, error: type[InputError] = InputError, *, at_most: int = LARGEST_FILE
) -> bytes:
    """Return what a file holds. Raises when it cannot be read, is larger than that, or is no file."""
    check_name(path, name, error)
    try:
        found = path.stat()
        # A pipe may be silent, a device endless.
        if not S_ISREG(found.st_mode) and not S_ISDIR(found.st_mode):
            raise error([Problem(name, "must be a file, and no pipe or device")])
        with path.open("rb") as file:
            data = file.read(min(found.st_size, at_most) + 1)
    except (OSError, ValueError) as failure:
        reason = failure.strerror if isinstance(failure, OSError) and failure.strerror else str(failure)
        raise error([Problem(name, f"cannot be read: {reason}")]) from None
    if len(data) > at_most:
        raise error([Problem(name, f"must not be larger than {at_most // 1024**2:,} MB")])
    return data


def decoded(data: bytes, name: str, error: type[InputError]) -> str:
    """Return the text of a file in UTF-8, without byte order mark."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        before = data[: failure.start]
        line, column = before.count(b"\n") + 1, failure.start - before.rfind(b"\n")
        if data.startswith(_WORKBOOKS):
            rule = "is a workbook, and tables are CSV files: save it as CSV UTF-8, with commas"
            raise error([Problem(name, rule)]) from None
        rule = f"must be text in UTF-8: byte 0x{data[failure.start]:02x} is not; save it again as UTF-8"
        raise error([Problem(name, rule, line=line, column=column)]) from None


def check_name(path: Path, name: str, error: type[InputError] = InputError) -> None:
    """Raise for a path that is no text: reports and tables, which name it, could not be written."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        raise error([Problem(name, "must have a name in UTF-8")]) from None


def nearest_file(name: str, shipped: Iterable[str]) -> str | None:
    """Return the shipped id, or the YAML file in the folder of a file that is not there, that is most like its name."""
    try:
        beside = {path.name: str(path) for path in Path(name).parent.glob("*.y*ml")}
    except (OSError, ValueError):  # no name of a file can look like that
        beside = {}
    return beside.get(nearest(Path(name).name, beside) or "") or nearest(name, shipped)


def read_json(path: Path) -> Any:
    """Return what a JSON file holds. Raises InputError when it is none that a run writes.

    No number is NaN or infinite, and nothing is nested deeper than a stack can hold.
    """
    text = decoded(read_bytes(path, str(path)), str(path), InputError)
    try:
        return parsed_json(text)
    except ValueError as error:
        raise InputError([Problem(str(path), f"is not what a run wrote: {error}")]) from None


def parsed_json(text: str) -> Any:
    """Return what a JSON text holds. Raises ValueError when it is none, is nested too deep, or has NaN or infinity."""
    try:
        return json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"{digits[:20]} is no number that a run writes")
    return number


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no number")
