"""What is timed from inside: each function in a process of its own, its result printed as JSON."""

import json
import sys
import tempfile
import time
from pathlib import Path


def _seconds(function) -> float:
    began = time.perf_counter()
    function()
    return time.perf_counter() - began


def _inflate(path) -> None:
    from isal import igzip

    with igzip.open(path) as stream:
        while stream.read(1 << 22):
            pass


def project(run, projector, zipped) -> dict:
    """Seconds of the interface Project, and of only inflating the compressed run."""
    from nipype_maps.interfaces import Project

    with tempfile.TemporaryDirectory() as folder:
        return {
            "inflate": _seconds(lambda: _inflate(zipped)),
            "project": _seconds(lambda: Project(in_file=run, projector=projector).run(cwd=folder)),
        }


def fit(folder, run, maps, fwhm) -> dict:
    """Make a projector for a run's grid in a folder; seconds of the whole graph."""
    from nipype_maps.bids.runs import Run
    from nipype_maps.engine.execution import run_workflow
    from nipype_maps.graphs import init_fit_wf

    fitting = init_fit_wf(smoothing_fwhm=float(fwhm) or None, name="fit")
    fitting.base_dir = folder
    grid = Run(run).grid
    door = fitting.inputs.inputnode
    door.maps_file, door.grid = maps, {"shape": list(grid.shape), "affine": grid.affine.tolist()}
    outcome = []
    seconds = _seconds(lambda: outcome.append(run_workflow(fitting, logs=Path(folder))))
    done = {name: node.result.outputs for name, node in outcome[0].done.items()}
    result = done["fit_projector"]
    return {
        "fit": seconds,
        "projector": result.projector,
        "condition": result.condition,
        "maps": done["atlas.mask"].out_file,
    }


def graph(way, tree, work) -> dict:
    """Seconds of running one graph of a data set by a plugin at its defaults, and when it began."""
    from nipype_maps.bids.derivatives import find_runs
    from nipype_maps.engine import plugins
    from nipype_maps.graphs import RunInputs, init_dataset_wf

    from ..derivatives import REAL_MAPS

    found = find_runs(tree)
    runs = [RunInputs(run.path.name.split(".")[0], str(run.path), [str(run.confounds)]) for run in found]
    dataset = init_dataset_wf(runs=runs, confounds_strategy="6P", detrend=True, name="dataset")
    dataset.base_dir = work
    dataset.inputs.inputnode.maps_file = [str(path) for path in REAL_MAPS]
    dataset.config["execution"].update(create_report="false", crashdump_dir=work)
    own = getattr(plugins, way, None)
    how = (
        {"plugin": own({"n_procs": 2})}
        if own
        else {"plugin": way, "plugin_args": {"sbatch_args": "--mem=1024M"}}
    )
    began = time.time()
    dataset.run(**how)
    return {"seconds": time.time() - began, "began": began}


def masker(side, run, maps, memory) -> dict:
    """Seconds of the class's methods in a process that is warm, as a notebook's is: ours or nilearn's.

    ``numerics``: projecting and cleaning the same run by our functions on arrays, without nipype.
    """
    import warnings

    import nibabel as nib

    if side == "nilearn":
        from nilearn.maskers import NiftiMapsMasker
    else:
        from nipype_maps import NiftiMapsMasker
    warnings.simplefilter("ignore")
    options = {"detrend": True, "standardize": "zscore_sample"}
    image = nib.load(run)
    in_memory = nib.Nifti1Image(image.get_fdata(dtype="float32"), image.affine)
    NiftiMapsMasker(maps, **options).fit(run).transform(run)  # imports, and files into the page cache
    masker, kept = NiftiMapsMasker(maps, **options), NiftiMapsMasker(maps, memory=memory, **options)
    found = {"fit": _seconds(lambda: masker.fit(run))}
    found["transform"] = _seconds(lambda: masker.transform(run))
    found["transform, in memory"] = _seconds(lambda: masker.transform(in_memory))
    signals = masker.transform(run)
    found["inverse"] = _seconds(lambda: masker.inverse_transform(signals))
    kept.fit_transform(run)
    found["again, from memory"] = _seconds(lambda: kept.fit_transform(run))
    if side == "ours":
        projector = next(Path(kept.memory_).rglob("projector.npz"))
        found["numerics"] = _seconds(lambda: _numerics(run, projector))
    return found


def _numerics(run, path) -> None:
    import numpy as np

    from nipype_maps.images.projectors import read_projector
    from nipype_maps.images.volumes import Volumes
    from nipype_maps.numerics.clean import Cleaning, clean

    projector, _ = read_projector(path)
    signals = np.vstack([projector.project(block) for block in Volumes(run).blocks(projector.support)])
    options = Cleaning(detrend=True, standardize="zscore_sample")
    clean(signals, np.empty((len(signals), 0)), np.arange(len(signals)), None, options)


def node(name, side, run, maps) -> dict:
    """Seconds of one step, of ours or of nilearn's function for it."""
    import nibabel as nib

    image = nib.load(maps)
    target = {"shape": list(image.shape[:3]), "affine": image.affine.tolist()}
    with tempfile.TemporaryDirectory() as folder:
        if side == "nilearn":
            from nilearn import image as nilearn

            steps = {
                "resample": lambda: nilearn.resample_img(
                    run, image.affine, image.shape[:3], force_resample=True, copy_header=True
                ),
                "smooth": lambda: nilearn.smooth_img(run, 6.0),
                "confounds": lambda: nilearn.high_variance_confounds(run),
            }
        else:
            from nipype_maps.interfaces import HighVarianceConfounds, Resample, Smooth

            steps = {
                "resample": lambda: Resample(
                    in_file=run, interpolation="continuous", nonfinite="neighbors", grid=target
                ).run(cwd=folder),
                "smooth": lambda: Smooth(in_file=run, fwhm=6.0).run(cwd=folder),
                "confounds": lambda: HighVarianceConfounds(in_file=run).run(cwd=folder),
            }
        return {"seconds": _seconds(steps[name])}


def inverse(side, run, maps, signals) -> dict:
    """Seconds from signals to an uncompressed image on disk, on the maps' grid."""
    import numpy as np

    with tempfile.TemporaryDirectory() as folder:
        if side == "nilearn":
            from nilearn.maskers import NiftiMapsMasker

            masker = NiftiMapsMasker(maps, resampling_target="maps", standardize=None).fit()
            values = np.loadtxt(signals, skiprows=1)
            return {
                "seconds": _seconds(lambda: masker.inverse_transform(values).to_filename(f"{folder}/a.nii"))
            }
        from nipype_maps.interfaces import Inverse

        back = Inverse(in_file=signals, maps_file=maps, extension=".nii")
        return {"seconds": _seconds(lambda: back.run(cwd=folder))}


def accuracy(run, projector, maps_file, fwhm) -> dict:
    """Largest difference from scipy's least squares of the (smoothed) run, in standard deviations."""
    import nibabel as nib
    import numpy as np
    from scipy import linalg, ndimage

    from nipype_maps.bids.tables import read_table
    from nipype_maps.interfaces import Project

    with tempfile.TemporaryDirectory() as folder:
        out = Project(in_file=run, projector=projector).run(cwd=folder).outputs.out_file
        signals = read_table(out).values
    volumes = nib.load(run).get_fdata()
    if float(fwhm):
        sigma = float(fwhm) / np.sqrt(8 * np.log(2)) / 2.0
        volumes = ndimage.gaussian_filter(volumes, (sigma, sigma, sigma, 0), mode="reflect", truncate=4.0)
    maps = nib.load(maps_file).get_fdata().reshape(-1, signals.shape[1])
    used = maps.any(axis=1)
    expected = linalg.lstsq(maps[used], volumes.reshape(-1, len(signals))[used])[0].T
    return {"difference": float((np.abs(signals - expected) / expected.std(axis=0)).max())}


def engine(*arguments) -> dict:
    """Where the wall time of an extract goes: imports, our interfaces, nipype and the rest."""
    began = time.perf_counter()
    from nipype_maps.cli.extract import extract
    from nipype_maps.interfaces.base import MapsInputSpec, MapsInterface

    imports = time.perf_counter() - began
    ours = {"work": 0.0, "fingerprints": 0.0}

    def timed(owner, name, key):
        function = getattr(owner, name)

        def wrapper(*args, **kwargs):
            started = time.perf_counter()
            try:
                return function(*args, **kwargs)
            finally:
                ours[key] += time.perf_counter() - started

        setattr(owner, name, wrapper)

    timed(MapsInterface, "_run_interface", "work")
    timed(MapsInputSpec, "get_hashval", "fingerprints")
    total = _seconds(lambda: extract.main(list(arguments), standalone_mode=False))
    return {"imports": imports, **ours, "nipype": total - sum(ours.values())}


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])))
