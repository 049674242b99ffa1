"""Files that are whole or not there: what is written goes beside its place, and takes it when it is complete.

Whatever ends the writing early, a full disk, a signal or a crash, what was in the place stays as it was.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SCRATCH = ".orderlab-"
"""Prefix of what is not complete yet; a program that was killed leaves it behind."""

_SHOWN = 40  # characters of a name that are kept in that of its scratch: systems allow 255 bytes


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield where to write a file; when that is done, it takes the place of what `path` held.

    Where `path` is a pipe or a device, such as /dev/stdout, it is written itself; where it is a link, what it leads to
    is replaced. Two that write the same file at once do not write into each other's.

    Raises OSError that names `path`, and leaves nothing behind, when the file cannot be written.

    Example:
        >>> from pathlib import Path
        >>> from sim.writing import replacing
        >>> with replacing(Path("numbers.csv")) as beside:
        ...     _ = beside.write_text("1\\n")
        >>> Path("numbers.csv").read_text()
        '1\\n'

    """
    with naming(path):
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if path.exists() and not path.is_file():
            yield path
            return
        place = path.resolve()
        beside = place.with_name(f"{SCRATCH}{os.getpid()}-{place.name[-_SHOWN:]}")
        try:
            yield beside
            beside.replace(place)
        finally:
            beside.unlink(missing_ok=True)


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Have an OSError say which file could not be written: a full disk names none, and a scratch file says nothing."""
    try:
        yield
    except OSError as error:
        if error.errno is not None and (error.filename is None or SCRATCH in str(error.filename)):
            error.filename = str(path)
        raise


def write_file(path: Path, text: str) -> None:
    """Write a text, so that a reader never sees half of it.

    Raises OSError, and leaves nothing behind, when it cannot be written.
    """
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")


def copy_file(path: Path, to: Path) -> None:
    """Copy a file, so that a reader never sees half of it; folders that it needs are made.

    Raises OSError, and leaves no half of it behind, when it cannot be written.
    """
    to.parent.mkdir(parents=True, exist_ok=True)
    # What `shutil.copyfile` raises names the file that is read, also where it is the other one that cannot be written.
    with path.open("rb") as source, replacing(to) as beside, beside.open("wb") as file:
        shutil.copyfileobj(source, file)


@contextmanager
def filling(folder: Path) -> Iterator[Path]:
    """Yield a folder in which to write files; once all are written, they take their places in `folder`, one by one.

    Raises OSError, and leaves nothing behind, when one of them cannot be written.
    """
    made = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with naming(folder), tempfile.TemporaryDirectory(prefix=SCRATCH, dir=folder) as scratch:
            yield Path(scratch)
            for path in sorted(Path(scratch).iterdir()):
                path.replace(folder / path.name)
    finally:
        if made:
            with suppress(OSError):  # it is there for what it holds
                folder.rmdir()
