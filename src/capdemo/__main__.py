"""`python -m capdemo` is `capdemo`."""

from capdemo.cli import main

main()
