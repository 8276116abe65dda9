import pytest

from nipype_maps.storage.threads import prefetched, worked


def test_prefetching_changes_neither_items_nor_errors():
    assert list(prefetched(iter(range(5)))) == list(range(5))

    def failing():
        yield 1
        raise ValueError("the disk is gone")

    with pytest.raises(ValueError, match="the disk is gone"):
        list(prefetched(failing()))


def test_work_in_threads_keeps_the_order_and_the_errors():
    assert list(worked(lambda n: n * n, iter(range(7)))) == [n * n for n in range(7)]
    with pytest.raises(ZeroDivisionError):
        list(worked(lambda n: 1 / n, iter([1, 0, 2])))
