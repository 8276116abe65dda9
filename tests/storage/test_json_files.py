"""JSON that people read: the same values, on as few lines as make sense."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nipype_maps.storage.json_files import readable, save_json

PLAIN = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=30,
)


@given(st.dictionaries(st.text(), VALUES))
def test_every_value_is_read_back_as_the_standard_library_reads_it(content):
    # compared as texts: 1, 1.0 and true are equal in Python
    assert json.dumps(json.loads(readable(content))) == json.dumps(content)
    assert readable(json.loads(readable(content))) == readable(content)


CONTENT = {
    "Warnings": ["map-03 is empty.", "x" * 81],
    "FramesKept": list(range(200)),
    "Maps": {"Grid": {"Shape": [2, 3, 4], "Affine": [[0.1, 0, 0, -1e-7], [0, 1, 0, 2]]}, "Names": []},
    "Definition": {"6P": {"Columns": ["a", "b"]}, "none": {}, "x" * 80: {"Parts": ["6P"], "Scrub": {}}},
    "Run": [{"File": f"{'é' * 90}.nii", "SHA256": "0f"}],
    "Inputs": {"maps": [["x" * 90, "0f"]], "mask": []},
    "Parts": [{"Columns": ["a", "b"]}, []],
}
TEXT = f"""\
{{
  "Warnings": [
    "map-03 is empty.",
    "{"x" * 81}"
  ],
  "FramesKept": [{", ".join(map(str, range(200)))}],
  "Maps": {{
    "Grid": {{
      "Shape": [2, 3, 4],
      "Affine": [
        [0.1, 0, 0, -1e-07],
        [0, 1, 0, 2]
      ]
    }},
    "Names": []
  }},
  "Definition": {{
    "6P": {{"Columns": ["a", "b"]}},
    "none": {{}},
    "{"x" * 80}": {{
      "Parts": ["6P"],
      "Scrub": {{}}
    }}
  }},
  "Run": [
    {{"File": "{"é" * 90}.nii", "SHA256": "0f"}}
  ],
  "Inputs": {{
    "maps": [
      ["{"x" * 90}", "0f"]
    ],
    "mask": []
  }},
  "Parts": [
    {{"Columns": ["a", "b"]}},
    []
  ]
}}
"""


def test_lists_have_a_line_and_objects_are_indented(tmp_path):
    save_json(tmp_path / "a.json", CONTENT)
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == TEXT


@pytest.mark.parametrize("value", [float("nan"), [1.0, float("inf")], {"a": [{"b": float("nan")}]}])
def test_what_json_does_not_have_is_refused(value):
    with pytest.raises(ValueError, match="not JSON compliant"):
        readable({"Value": value})
