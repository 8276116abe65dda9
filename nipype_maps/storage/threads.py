"""Work that goes on in threads while another goes on: reading, computing, writing."""

from __future__ import annotations

import collections
import contextvars
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor


def prefetched(items: Iterator) -> Iterator:
    """The same items, the next one being made in a thread while this one is used."""
    items = iter(items)
    with ThreadPoolExecutor(1) as thread:
        following = _submit(thread, next, items, None)
        while (item := following.result()) is not None:
            following = _submit(thread, next, items, None)
            yield item


def worked(function: Callable, items: Iterator, n_threads: int = 2) -> Iterator:
    """``map(function, items)``, some at once in threads, in order, no more held than are worked on."""
    with ThreadPoolExecutor(n_threads) as threads:
        waiting = collections.deque()
        for item in items:
            waiting.append(_submit(threads, function, item))
            if len(waiting) > n_threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _submit(threads: ThreadPoolExecutor, function: Callable, *arguments) -> Future:
    """Have a thread call a function in this context, to which what it notes belongs."""
    return threads.submit(contextvars.copy_context().run, function, *arguments)
