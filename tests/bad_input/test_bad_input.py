"""Every kind of bad input: one sentence with file or trait and remedy, on the command line and in a node.

Each case makes what is wrong in a folder of good data, and says which options of ``extract``
and which interface meet it.
"""

import gzip
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from nipype.pipeline.engine import Node

from nipype_maps.interfaces import Clean, FitProjector, Mask, Project, ReadGrid, Resample, Smooth

N_FRAMES = 40


@dataclass
class Case:
    """Options for ``extract`` beside run and maps, an interface for a node, and the sentence."""

    sentence: str
    interface: object = None
    options: list = field(default_factory=list)
    run: str | None = None
    maps: str | None = None
    status: int = 1
    on_screen: str | None = None


class Data:
    """Good data in a folder, and ways to spoil them."""

    def __init__(self, folder, save, make_run, maps, grids):
        self.folder, self.save, self.make_run, self.maps, self.grids = folder, save, make_run, maps, grids
        self.run = make_run(n_frames=N_FRAMES, t_r=2.0)
        rng = np.random.default_rng(0)
        self.signals = self.write("signals.tsv", "a\tb\n" + self.rows(rng.normal(size=(N_FRAMES, 2))))
        self.motion = rng.normal(size=(N_FRAMES, 2))

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return str(path)

    def rows(self, values):
        return "".join("\t".join(map(repr, row)) + "\n" for row in np.asarray(values).tolist())

    def confounds(self, values=None, header="x\ty\n"):
        return self.write("motion.tsv", header + self.rows(self.motion if values is None else values))

    def copy(self, name, change):
        path = self.folder / name
        path.write_bytes(change(Path(self.run).read_bytes()))
        return str(path)

    def header(self, path, name, **fields):
        image = nib.load(path)
        spoiled = nib.Nifti1Image(np.asarray(image.dataobj), None, image.header)
        for key, value in fields.items():
            spoiled.header[key] = value
        nib.save(spoiled, self.folder / name)
        return str(self.folder / name)

    def projector(self, run=None):
        """A projector on the grid of the good run, made by hand."""
        grid = self.grids["plain"]
        rng = np.random.default_rng(1)
        maps = self.save(rng.normal(size=(*grid.shape, 2)), grid, "own.nii.gz")
        return FitProjector(maps_file=maps).run(cwd=self.folder).outputs.projector

    def onto_run(self, in_file=None, **traits):
        return Resample(in_file=in_file or self.maps, reference=self.run, **traits)


def file_missing(d):
    missing = str(d.folder / "absent.nii.gz")
    return Case(
        r"absent.nii.gz.* does not exist",
        lambda: ReadGrid(in_file=missing),
        run=missing,
        status=2,
    )


def not_nifti(d):
    path = d.write("notes.nii.gz", "not an image")
    return Case(r"notes.nii.gz cannot be read as a NIfTI image", lambda: ReadGrid(in_file=path), run=path)


def truncated_gzip(d):
    path = d.copy("cut.nii.gz", lambda content: content[:-3000])
    return Case(
        r"cut.nii.gz: the compressed data are damaged or cut off .*; copy or make the file again",
        lambda: Project(in_file=path, projector=d.projector()),
        run=path,
    )


def truncated_data(d):
    path = d.copy("short.nii", lambda content: gzip.decompress(content)[:-1000])
    return Case(
        r"short.nii ends in volume 40 of the 40 that its header announces; copy or make the file again",
        lambda: Project(in_file=path, projector=d.projector()),
        run=path,
    )


def five_dimensions(d):
    path = d.save(np.zeros((3, 3, 3, 2, 2)), d.grids["plain"], "five.nii.gz")
    return Case(
        r"five.nii.gz has the shape .* a 3D or 4D image is needed", lambda: ReadGrid(in_file=path), run=path
    )


def one_frame_cleaned(d):
    path = d.save(np.asarray(nib.load(d.run).dataobj)[..., 0], d.grids["plain"], "one.nii.gz")
    signals = d.write("one.tsv", "a\n1.5\n")
    return Case(
        r"detrend cannot work on 1 frame; give a run of several",
        lambda: Clean(in_file=signals, detrend=True),
        ["--detrend"],
        run=path,
    )


def maps_all_zero(d):
    path = d.save(np.zeros((*d.grids["flipped"].shape, 2)), d.grids["flipped"], "zero.nii.gz")
    return Case(r"zero.nii.gz contains no map: it is 0 everywhere", lambda: Mask(in_file=path), maps=path)


def no_map_left_after_mask(d):
    grid = d.grids["plain"]
    values = np.zeros((*grid.shape, 1))
    values[0, 0, 0] = 1
    path = d.save(values, grid, "corner.nii.gz")
    inside = np.zeros(grid.shape, np.uint8)
    inside[4:, 4:, 4:] = 1
    mask = d.save(inside, grid, "mask.nii.gz")
    return Case(
        r"No map left after applying mask to the maps image .*corner.nii.gz; check that maps",
        lambda: Mask(in_file=path, mask_file=mask),
        ["--mask", mask],
        maps=path,
    )


def no_map_left_after_resampling(d):
    grid = d.grids["coarse"]
    values = np.zeros((*grid.shape, 1))
    values[3, 3, 2] = 1  # in a corner beyond the run's last voxels
    path = d.save(values, type(grid)(grid.shape, grid.affine @ np.diag([2, 2, 2, 1.0])), "far.nii.gz")
    return Case(
        r"No map left after resampling .*far.nii.gz",
        lambda: Mask(in_file=d.onto_run(path).run(cwd=d.folder).outputs.out_file, original_file=path),
        maps=path,
    )


def mask_of_several_values(d):
    values = np.arange(np.prod(d.grids["plain"].shape)).reshape(d.grids["plain"].shape) % 5
    mask = d.save(values.astype(np.uint8), d.grids["plain"], "labels.nii.gz")
    own = d.save(np.ones((*d.grids["plain"].shape, 1)), d.grids["plain"], "own.nii.gz")
    return Case(
        r"labels.nii.gz holds 4 values besides 0 \(1, 2, 3, 4\), so it is no mask; make it 0 and 1",
        lambda: Mask(in_file=own, mask_file=mask),
        ["--mask", mask],
    )


def mask_empty(d):
    mask = d.save(np.zeros(d.grids["plain"].shape, np.uint8), d.grids["plain"], "empty.nii.gz")
    own = d.save(np.ones((*d.grids["plain"].shape, 1)), d.grids["plain"], "own.nii.gz")
    return Case(
        r"it is empty: it masks all data; no voxel of .*empty.nii.gz is inside",
        lambda: Mask(in_file=own, mask_file=mask),
        ["--mask", mask],
    )


def grids_apart(d):
    grid = d.grids["plain"]
    affine = grid.affine.copy()
    affine[:3, 3] += 400
    path = d.save(np.ones((*grid.shape, 2)), type(grid)(grid.shape, affine), "apart.nii.gz")
    return Case(
        r"apart.nii.gz .* and .*bold.nii.gz .* do not overlap anywhere in space; check",
        lambda: d.onto_run(path),
        maps=path,
    )


def affine_singular(d):
    path = d.header(d.run, "flat.nii.gz", srow_z=[0, 0, 0, 0], sform_code=1)
    return Case(
        r"flat.nii.gz: the affine cannot be inverted, .* correct the sform or qform",
        lambda: ReadGrid(in_file=path),
        run=path,
    )


def nowhere(d):
    path = d.make_run("lost.nii.gz", located=False)
    return Case(
        r"lost.nii.gz has neither sform nor qform, .* write the right affine into its header",
        lambda: Resample(in_file=d.maps, reference=path),
        run=path,
    )


def confounds_too_short(d):
    path = d.confounds(d.motion[:-3])
    return Case(
        r"motion.tsv has 37 rows, but the run has 40 frames; give the confounds of this run",
        lambda: Clean(in_file=d.signals, confounds_files=path),
        ["--confounds", path],
        status=2,
        on_screen=r"motion.tsv has 37 rows, but .*bold.nii.gz has 40 frames; give the confounds of this run",
    )


def confound_column_unknown(d):
    path = d.confounds(header="trans_x\ttrans_y\n")
    return Case(
        r"motion.tsv: no column matches 'trans_z' of confound_columns .*; did you mean trans_",
        lambda: Clean(in_file=d.signals, confounds_files=path, confound_columns="trans_z"),
        ["--confounds", path, "--confound-columns", "trans_z"],
        status=2,
        on_screen=r"motion.tsv: no column matches 'trans_z' of .*--confound-columns.*; did you mean trans_",
    )


def confound_with_a_gap(d):
    values = d.motion.astype(object)
    values[7, 1] = float("nan")
    path = d.confounds(values)
    return Case(
        r"motion.tsv: column 'y' has no number in row 8 \(frame 7\); leave the column out, or censor",
        lambda: Clean(in_file=d.signals, confounds_files=path),
        ["--confounds", path],
    )


def confound_constant(d):
    path = d.confounds(np.column_stack([d.motion[:, 0], np.ones(N_FRAMES)]))
    return Case(
        r"motion.tsv: column 'y' is constant, .* leave it out",
        lambda: Clean(in_file=d.signals, confounds_files=path),
        ["--confounds", path],
    )


def confound_twice(d):
    path = d.confounds(d.motion[:, [0, 0]])
    return Case(
        r"motion.tsv: column 'y' is the same as 'x' of .*motion.tsv; leave one out",
        lambda: Clean(in_file=d.signals, confounds_files=path),
        ["--confounds", path],
    )


def no_freedom(d):
    values = np.random.default_rng(3).normal(size=(N_FRAMES, N_FRAMES))
    path = d.confounds(values, "\t".join(f"c{k}" for k in range(N_FRAMES)) + "\n")
    return Case(
        r"no degrees of freedom are left: 40 frames less 38 confounds and 2 for mean and trend leave 0; use",
        lambda: Clean(in_file=d.signals, confounds_files=path, detrend=True),
        ["--confounds", path, "--detrend"],
    )


def sample_mask(content, sentence, as_list):
    def make(d):
        path = d.write("keep.txt", "\n".join(map(str, content)) + "\n")
        given = content if as_list else path
        return Case(
            sentence,
            lambda: Clean(in_file=d.signals, sample_mask=given),
            ["--sample-mask", path],
            status=2,
            on_screen="does not fit .*: " + sentence.replace("sample_mask", "sample_mask.*"),
        )

    return make


def sample_mask_empty(d):
    path = str(d.folder / "keep.npy")
    np.save(path, np.array([], dtype=int))
    return Case(
        r"sample_mask keeps no frame; give the frames to keep",
        lambda: Clean(in_file=d.signals, sample_mask=[]),
        ["--sample-mask", path],
        status=2,
        on_screen=r"--sample-mask .*keep.npy does not fit .*bold.nii.gz: sample_mask.* keeps no frame; give",
    )


def low_pass_above_nyquist(d):
    return Case(
        r"low_pass=0.25 Hz is not below Nyquist's frequency, 0.25 Hz at t_r=2 s; choose a lower one or None",
        lambda: Clean(in_file=d.signals, low_pass=0.25, t_r=2.0),
        ["--low-pass", "0.25"],
        status=2,
        on_screen=r"--low-pass 0.25 Hz is not below the Nyquist frequency of .*bold.nii.gz, 0.25 Hz at a "
        "repetition time of 2 s",
    )


def band_upside_down(d):
    return Case(
        r"high_pass=0.1 Hz is not below low_pass=0.05 Hz",
        lambda: Clean(in_file=d.signals, low_pass=0.05, high_pass=0.1, t_r=2.0),
        ["--low-pass", "0.05", "--high-pass", "0.1"],
        status=2,
        on_screen=r"--high-pass 0.1 Hz is not below --low-pass 0.05 Hz, so that no frequency would be left",
    )


def t_r_missing(d):
    path = d.header(d.run, "untimed.nii.gz", pixdim=[1, 3, 3, 4, 0, 0, 0, 0])
    return Case(
        r"low_pass and high_pass need t_r .*, the repetition time in seconds, .* pass it",
        lambda: Clean(in_file=d.signals, low_pass=0.1),
        ["--low-pass", "0.1"],
        run=path,
        status=2,
        on_screen=r"untimed.nii.gz has no repetition time in its header or a sidecar, which --low-pass and "
        "--high-pass",
    )


def t_r_zero(d):
    return Case(
        r"'t_r' trait .* must be a floating point number > 0.0 or None, but a value of 0",
        lambda: Clean(in_file=d.signals, t_r=0),
        ["--t-r", "0"],
        status=2,
        on_screen=r"Invalid value for '--t-r': 0 is not above 0; give seconds",
    )


def t_r_contradicting(d):
    Path(d.run.replace(".nii.gz", ".json")).write_text(json.dumps({"RepetitionTime": 0.8}))
    return Case(
        r"bold.nii.gz: the sidecar's RepetitionTime is 0.8 s, but the header says 2 s .*; pass t_r",
        lambda: ReadGrid(in_file=d.run),
        on_screen=r"the sidecar's RepetitionTime is 0.8 s, but the header says 2 s .*; pass .*\(--t-r\)",
    )


def fwhm_negative(d):
    return Case(
        r"'fwhm' trait .* must be a floating point number >= 0.0 .* but a value of -6",
        lambda: Smooth(in_file=d.run, fwhm=-6),
        ["--smoothing-fwhm", "-6"],
        status=2,
        on_screen=r"'-6' is neither one width in mm \(0 or more\) nor three",
    )


def too_short_for_the_filter(d):
    path = d.make_run("short.nii.gz", n_frames=18)
    signals = d.write("short.tsv", "a\n" + "1\n2\n" * 9)
    return Case(
        r"the Butterworth filter needs more than 18 frames, but there are 18; keep more frames",
        lambda: Clean(in_file=signals, low_pass=0.1, t_r=2.0),
        ["--low-pass", "0.1"],
        run=path,
    )


CASES = [
    file_missing,
    not_nifti,
    truncated_gzip,
    truncated_data,
    five_dimensions,
    one_frame_cleaned,
    maps_all_zero,
    no_map_left_after_mask,
    no_map_left_after_resampling,
    mask_of_several_values,
    mask_empty,
    grids_apart,
    affine_singular,
    nowhere,
    confounds_too_short,
    confound_column_unknown,
    confound_with_a_gap,
    confound_constant,
    confound_twice,
    no_freedom,
    pytest.param(
        sample_mask(
            [1, 99], r"sample_mask names frame 99, but the run's 40 frames are numbered 0 to 39", True
        ),
        id="sample_mask_out_of_range",
    ),
    pytest.param(
        sample_mask([1, 2, 2], r"sample_mask names a frame more than once \(2\)", True),
        id="sample_mask_duplicated",
    ),
    sample_mask_empty,
    pytest.param(
        sample_mask(
            [True, False], r"sample_mask has 2 booleans for a run of 40 frames; give one per frame", True
        ),
        id="sample_mask_booleans_of_wrong_length",
    ),
    low_pass_above_nyquist,
    band_upside_down,
    t_r_missing,
    t_r_zero,
    t_r_contradicting,
    fwhm_negative,
    too_short_for_the_filter,
]


@pytest.fixture
def data(tmp_path, save, make_run, maps, grids):
    return Data(tmp_path, save, make_run, maps, grids)


@pytest.fixture
def node_error(tmp_path):
    """What a node says of an interface: the last line of the exception."""

    def node_error(make):
        with pytest.raises(Exception) as error:  # noqa: PT011 (TraitError or NodeExecutionError)
            Node(make(), name="node", base_dir=str(tmp_path / "work")).run()
        return [line.strip() for line in str(error.value).splitlines() if line.strip()][-1]

    return node_error


@pytest.mark.parametrize("make", CASES)
def test_in_a_node(data, node_error, make):
    case = make(data)
    assert re.search(case.sentence, node_error(case.interface))


@pytest.mark.parametrize("make", CASES)
def test_on_the_command_line(data, call, tmp_path, make):
    case = make(data)
    out = tmp_path / "out"
    done = call(
        "extract", case.run or data.run, "--maps", case.maps or data.maps, "--out", out, *case.options,
        status=case.status,
    )  # fmt: skip
    said = " ".join(re.sub(r"[│╭╮╰╯─]", " ", done.stderr).split())
    assert re.search(case.on_screen or case.sentence, said)
    assert "Traceback" not in done.stderr + done.stdout
    assert not list(out.glob("*_timeseries*"))
    assert not list(tmp_path.rglob(".[0-9]*.*")), "a temporary file is left"


def test_an_output_folder_that_cannot_be_made(data, call):
    done = call("extract", data.run, "--maps", data.maps, "--out", "/proc/nowhere/out", status=1)
    assert "cannot make the folder /proc/nowhere/out" in done.stderr
