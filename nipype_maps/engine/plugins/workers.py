"""A process that runs nodes, one after the other, and ends with the one that began it."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading

from .linear import run_pickled

#: Forked: what a worker needs is there at once, and it holds the master's lock as long as it lives.
CONTEXT = multiprocessing.get_context("fork")


class WorkerDiedError(RuntimeError):
    """A worker ended before its node did."""


class Worker:
    """A process that runs nodes.

    Attributes
    ----------
    connection : multiprocessing.connection.Connection
        Readable when the node has ended, or the process has.
    """

    def __init__(self):
        with _forking:
            self.connection, theirs = CONTEXT.Pipe()
            lifeline = _open_lifeline()
            arguments = (theirs, self.connection, lifeline)
            self._process = CONTEXT.Process(target=_work, args=arguments, daemon=False)
            self._process.start()
            theirs.close()

    def send(self, node, updatehash: bool) -> None:
        """Give the worker a node to run.

        Raises
        ------
        WorkerDiedError
            If the process is not there any more.
        Exception
            Of any kind, if the node cannot be pickled.
        """
        content = pickle.dumps(node)
        try:
            self.connection.send((content, updatehash))
        except OSError as error:
            raise WorkerDiedError(self._epitaph()) from error

    def receive(self) -> tuple[str, str, str] | None:
        """Sentence, kind and traceback of the node's failure; None if it did not fail.

        Raises
        ------
        WorkerDiedError
            If the process ended before the node did.
        """
        try:
            return self.connection.recv()
        except (EOFError, OSError) as error:
            raise WorkerDiedError(self._epitaph()) from error

    def stop(self) -> None:
        """End the process, whatever it does."""
        self.connection.close()
        self._process.kill()
        self._process.join()

    def _epitaph(self) -> str:
        self._process.join()
        code = self._process.exitcode
        if code == -signal.SIGKILL:
            return (
                "its process was killed (signal 9), by the system for lack of memory unless somebody did it; "
                "give the run more memory or fewer processes."
            )
        how = f"was killed by signal {-code}" if code < 0 else f"ended with status {code}"
        return f"its process {how} before the node was done."


_lifeline: tuple[int, int] | None = None
#: Held while a worker is begun: another that is forked meanwhile would hold its end of the pipe too, and
#: its death not be noticed.
_forking = threading.Lock()


def _open_lifeline() -> int:
    """A pipe whose writing end only this process holds: its end is the end of the workers."""
    global _lifeline
    if _lifeline is None:
        _lifeline = os.pipe()
    return _lifeline[0]


def _forget_lifeline() -> None:
    """In every child, be it a worker or not, that it may not keep workers alive, and has its own."""
    global _lifeline, _forking
    _forking = threading.Lock()
    if _lifeline is not None:
        os.close(_lifeline[1])
        _lifeline = None


os.register_at_fork(after_in_child=_forget_lifeline)


def _work(connection, masters_end, reading) -> None:
    masters_end.close()
    threading.Thread(target=_die_with_master, args=(reading,), daemon=True).start()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the master decides what Ctrl-C and the like mean
    began_in = os.getcwd()
    while True:
        try:
            content, updatehash = connection.recv()
        except EOFError:
            return
        failure = run_pickled(content, updatehash)
        os.chdir(began_in)
        connection.send(failure and (failure.sentence, failure.kind, failure.traceback))


def _die_with_master(reading: int) -> None:
    os.read(reading, 1)
    os._exit(1)
