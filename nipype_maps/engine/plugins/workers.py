"""A process that executes nodes, one after the other, and exits with the one that started it."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import threading
from multiprocessing.connection import Connection

from nipype.pipeline.engine import Node

from ..nipype_api import name_in_graph
from .executors import execute_pickled
from .failures import Failure

#: Forked: all that a worker needs is imported already, and it holds the main process's lock while it lives.
CONTEXT = multiprocessing.get_context("fork")


class WorkerDiedError(RuntimeError):
    """A worker exited before its node had finished."""


class Worker:
    """A process that executes nodes.

    Attributes
    ----------
    connection : multiprocessing.connection.Connection
        Readable when the node has finished, or the process has exited.
    """

    def __init__(self) -> None:
        with _forking:
            self.connection, theirs = CONTEXT.Pipe()
            lifeline = _open_lifeline()
            arguments = (theirs, self.connection, lifeline)
            self._process = CONTEXT.Process(target=_work, args=arguments, daemon=False)
            self._process.start()
            theirs.close()

    def send(self, node: Node, updatehash: bool) -> None:
        """Send the worker a node to execute.

        Raises
        ------
        WorkerDiedError
            If the process has exited.
        Exception
            Of any kind, if the node cannot be pickled.
        """
        content = pickle.dumps(node)
        try:
            self.connection.send((name_in_graph(node), content, updatehash))
        except OSError as error:
            raise WorkerDiedError(self._final_state()) from error

    def receive(self) -> Failure | None:
        """The failure of the node; None if it succeeded.

        Raises
        ------
        WorkerDiedError
            If the process exited before the node had finished.
        """
        try:
            return self.connection.recv()
        except (EOFError, OSError) as error:
            raise WorkerDiedError(self._final_state()) from error

    def stop(self) -> None:
        """End the process, whatever it is doing."""
        self.connection.close()
        self._process.kill()
        self._process.join()

    def _final_state(self) -> str:
        self._process.join()
        code = self._process.exitcode or 0
        if code == -signal.SIGKILL:
            return (
                "its process was killed (signal 9), most likely by the system for lack of memory; "
                "use more memory or fewer processes."
            )
        how = f"was killed by signal {-code}" if code < 0 else f"exited with status {code}"
        return f"its process {how} before the step had finished."


_lifeline: tuple[int, int] | None = None
#: Held while a worker is started: another one forked meanwhile would hold its end of the pipe too, and
#: its death would go unnoticed.
_forking = threading.Lock()


def _open_lifeline() -> int:
    """The reading end of a pipe whose writing end only this process holds: workers exit when it closes."""
    global _lifeline
    if _lifeline is None:
        _lifeline = os.pipe()
    return _lifeline[0]


def _drop_lifeline() -> None:
    """In every child, worker or not: do not keep the parent's workers alive; open a lifeline of its own."""
    global _lifeline, _forking
    _forking = threading.Lock()
    if _lifeline is not None:
        os.close(_lifeline[1])
        _lifeline = None


os.register_at_fork(after_in_child=_drop_lifeline)


def _work(connection: Connection, parents_end: Connection, lifeline: int) -> None:
    parents_end.close()
    threading.Thread(target=_exit_with_parent, args=(lifeline,), daemon=True).start()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the main process decides what Ctrl-C and the like mean
    directory = os.getcwd()
    while True:
        try:
            name, content, updatehash = connection.recv()
        except EOFError:
            return
        failure = execute_pickled(name, content, updatehash)
        os.chdir(directory)
        connection.send(failure)


def _exit_with_parent(lifeline: int) -> None:
    os.read(lifeline, 1)
    os._exit(1)
