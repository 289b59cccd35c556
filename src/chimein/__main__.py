"""`python -m chimein` is the same as the command `chimein`."""

from chimein.cli import main

if __name__ == "__main__":
    main()
