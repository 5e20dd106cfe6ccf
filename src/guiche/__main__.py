"""`python -m guiche` is the `guiche` command."""

from guiche.cli import main

if __name__ == "__main__":
    main()
