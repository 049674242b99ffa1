"""Columns of text set side by side, for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

GAP = "  "


def aligned(columns: Sequence[Sequence[str]], flush_right: Sequence[bool]) -> str:
    """Set columns of the same length side by side, each flush left or flush right."""
    padded = [
        [cell.rjust(width(column)) if right else cell.ljust(width(column)) for cell in column]
        for column, right in zip(columns, flush_right, strict=True)
    ]
    return "\n".join(GAP.join(cells).rstrip() for cells in zip(*padded, strict=True))


def fitted(
    columns: Sequence[Sequence[str]], flush_right: Sequence[bool], repeated: int, room: int
) -> list[str]:
    """Set columns side by side, as many as there is room for, and the others below.

    Args:
        columns: of the same length.
        flush_right: of each column.
        repeated: how many of the first columns stand before every block.
        room: columns of the terminal; a single column that needs more gets it.

    """
    sides = list(zip(columns, flush_right, strict=True))
    first, blocks, block = sides[:repeated], [], sides[:repeated]
    for side in sides[repeated:]:
        needed = sum(width(column) + len(GAP) for column, _ in [*block, side]) - len(GAP)
        if needed > room and len(block) > repeated:
            blocks.append(block)
            block = list(first)
        block.append(side)
    return [aligned(*zip(*block, strict=True)) for block in [*blocks, block] if block]


def table(
    left: Sequence[Sequence[str]], right: Sequence[Sequence[str]], words: Sequence[Sequence[str]] = ()
) -> str:
    """Set columns side by side: those of `left` and, after them, `words` flush left, those of `right` flush right."""
    flush_right = [False] * len(left) + [True] * len(right) + [False] * len(words)
    return aligned([*left, *right, *words], flush_right)


def tables(left: Sequence[Sequence[str]], right: Sequence[Sequence[str]], room: int) -> str:
    """Set as many columns of `right` beside those of `left` as there is room for, and the others below."""
    flush_right = [False] * len(left) + [True] * len(right)
    return "\n\n".join(fitted([*left, *right], flush_right, len(left), room))


def width(column: Sequence[str]) -> int:
    """Return the width of a column: that of its longest cell."""
    return max(map(len, column))
