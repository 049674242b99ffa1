"""`python -m sim` is the program `orderlab`."""

from sim.cli import main

if __name__ == "__main__":
    main()
