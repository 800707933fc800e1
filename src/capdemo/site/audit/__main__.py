"""`python -m capdemo.site.audit [SITE]`: print what each page weighs and all that is wrong."""

from __future__ import annotations

import sys
from pathlib import Path

from capdemo.errors import ExitCode
from capdemo.site.audit.budgets import budget_problems, weighed
from capdemo.site.audit.links import link_problems
from capdemo.site.audit.pages import read_pages

KB = 1024


def main(arguments: list[str]) -> int:
    """The exit code: done, or wrong input where there is a problem."""
    site = Path(arguments[0] if arguments else "site")
    pages = read_pages(site)
    if not pages:
        print(f"{site}: There is no page here. Type: capdemo build --site-only", file=sys.stderr)  # noqa: T201  # a command line
        return ExitCode.WRONG_INPUT
    heaviest = sorted((weighed(page, site) for page in pages), key=lambda w: -w.first_view)
    for weights in heaviest[:5]:
        print(  # noqa: T201
            f"{weights.page}: shell {weights.shell / KB:.1f} KB, first view "
            f"{weights.first_view / KB:.1f} KB"
        )
    problems = [*budget_problems(pages, site), *link_problems(pages, site)]
    for problem in problems:
        print(problem)  # noqa: T201
    print(f"{len(pages)} pages, {len(problems)} problems.", file=sys.stderr)  # noqa: T201
    return ExitCode.WRONG_INPUT if problems else ExitCode.DONE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
