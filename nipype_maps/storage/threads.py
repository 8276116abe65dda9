"""Reading, computing and writing at the same time, in threads."""

from __future__ import annotations

import collections
import contextvars
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")


def prefetched(items: Iterator[T]) -> Iterator[T]:
    """The same items, each produced in a thread while the one before is used."""
    items = iter(items)
    with ThreadPoolExecutor(1) as thread:
        following = _submit(thread, next, items, None)
        while (item := following.result()) is not None:
            following = _submit(thread, next, items, None)
            yield item


def worked(function: Callable[[T], R], items: Iterator[T], n_threads: int = 2) -> Iterator[R]:
    """``map(function, items)`` in threads, in order, with no more items in memory than threads."""
    with ThreadPoolExecutor(n_threads) as threads:
        waiting: collections.deque[Future[R]] = collections.deque()
        for item in items:
            waiting.append(_submit(threads, function, item))
            if len(waiting) > n_threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _submit(threads: ThreadPoolExecutor, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
    """Have a thread call a function in a copy of this context, so that its notes are collected here."""
    return threads.submit(contextvars.copy_context().run, function, *arguments)
