"""Take the README's picture again: the top of the report of its first result.

    python tests/readme/picture.py          needs chromium

What the report answers is kept in the picture's Description, so that a test can tell when it is out of date.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from PIL import Image, PngImagePlugin

from reports import read_result
from reports.sentences import answer

PICTURE = Path(__file__).parents[2] / "reports" / "first_result.png"
WIDTH, HEIGHT = 1000, 908  # down to late and split orders
COLOURS = 128


def main() -> None:
    """Run, take and store."""
    with tempfile.TemporaryDirectory() as name:
        folder, screen = Path(name) / "result", Path(name) / "screen.png"
        policies = ["-p", "nearest", "-p", "cheapest", "-p", "balanced"]
        subprocess.run(["orderlab", "run", "hello", *policies, "--out", str(folder), "--quiet"], check=True)
        browser = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
        browser += [f"--user-data-dir={name}/profile", f"--window-size={WIDTH},{HEIGHT}"]
        subprocess.run([*browser, f"--screenshot={screen}", (folder / "report.html").as_uri()], check=True)
        told = PngImagePlugin.PngInfo()
        told.add_itxt("Description", "\n".join(answer(read_result(folder).summary)))
        with Image.open(screen) as taken:
            small = taken.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
            small.save(PICTURE, optimize=True, pnginfo=told)


if __name__ == "__main__":
    main()
