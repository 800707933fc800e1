"""A progress bar on stderr for whatever takes longer than a second."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def progress_bar(title: str = "") -> Iterator[Callable[[str, int, int], None]]:
    """Give a function that is told (what is running, steps done, steps in all).

    Where stderr is no terminal, nothing is drawn.
    """
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task(title or "starting", total=None)

        def tell(what: str, done: int, total: int) -> None:
            description = f"{title}: {what}" if title else what
            bar.update(task, description=description, completed=done, total=total)

        yield tell
