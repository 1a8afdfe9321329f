"""``python -m growth.cli``: the command, where its script is not on the path."""

from growth.cli import main

main()
