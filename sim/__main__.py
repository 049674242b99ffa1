"""`python -m sim` is the program `orderlab`."""

import signal


def main() -> None:
    """Run the program."""
    # Until it listens itself, Ctrl-C ends it without a word, and not with a traceback from within an import.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from sim.cli import main as orderlab

    orderlab()


if __name__ == "__main__":
    main()
