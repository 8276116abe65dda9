import warnings

import numpy as np
import pytest

from nipype_maps.bids.tables import read_header, read_table

TABLES = {
    "plain.tsv": "x\ty\n1\t2\n\n3\tn/a\n",
    "one.csv": "x,y\n1,2\n3,4\n",
    "white.txt": "x y\n1 2\n3 4\n",
    "headless.tsv": "1\t2\n3\t4\n",
    "headless.txt": "1 2\n3 4\n5 6\n",
    "pandas.csv": ",x\n0,5\n1,6\n",
    "read_again.csv": "Unnamed: 0,x\n0,5\n1,6\n",
    "R.txt": '"x" "y"\n"1" 3 4\n"2" 5 6\n',
    "R.csv": '"","x"\n"1",5\n"2",6\n',
    "quoted.csv": '"x","y"\n1,2\n',
    "only_names.tsv": "x\ty\n",
}


@pytest.mark.parametrize("name", TABLES)
def test_a_head_is_that_of_the_table(tmp_path, name):
    (tmp_path / name).write_text(TABLES[name])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = read_table(tmp_path / name)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # looking at a head says nothing
        assert read_header(tmp_path / name) == (table.names, len(table.values))


def test_the_head_of_an_array(tmp_path):
    np.save(tmp_path / "array.npy", np.ones((5, 2)))
    assert read_header(tmp_path / "array.npy") == (["array_01", "array_02"], 5)
