import numpy as np
import pytest
from scipy import signal

from nipype_maps.numerics.filters import butterworth, cosine_drift


@pytest.mark.parametrize(
    ("n_frames", "t_r", "high_pass", "n_terms"),
    [(100, 2.0, 0.01, 4), (168, 2.0, 1 / 128, 5), (10, 1.0, 0.04, 0), (5, 1.0, 3.0, 4)],
)
def test_cosine_drift_is_the_closed_form(n_frames, t_r, high_pass, n_terms):
    drift = cosine_drift(n_frames, t_r, high_pass)
    assert drift.shape == (n_frames, n_terms)
    for k in range(1, n_terms + 1):
        for t in range(n_frames):
            expected = np.sqrt(2 / n_frames) * np.cos(np.pi * k * (2 * t + 1) / (2 * n_frames))
            assert drift[t, k - 1] == pytest.approx(expected, abs=1e-14)


@pytest.mark.parametrize(
    ("low_pass", "high_pass", "kind", "cut_off"),
    [(0.1, None, "lowpass", 0.1), (None, 0.02, "highpass", 0.02), (0.1, 0.02, "bandpass", [0.02, 0.1])],
)
def test_butterworth_is_scipys_forward_and_backward(rng, low_pass, high_pass, kind, cut_off):
    signals = rng.normal(size=(120, 3))
    sections = signal.butter(5, cut_off, kind, fs=0.5, output="sos")
    expected = signal.sosfiltfilt(sections, signals, axis=0)
    np.testing.assert_array_equal(butterworth(signals, 2.0, low_pass, high_pass), expected)


def test_half_the_amplitude_passes_at_the_cut_off():
    """Order 5 gives 1/sqrt(2) at the cut-off; forward and backward, 1/2."""
    t = np.arange(4000)
    at_cut_off = np.sin(2 * np.pi * 0.05 * t)
    passed = butterworth(at_cut_off[:, None], 1.0, 0.05, None)[1000:3000, 0]
    assert np.ptp(passed) / 2 == pytest.approx(0.5, abs=1e-3)


@pytest.mark.parametrize(
    ("low_pass", "high_pass", "sentence"),
    [
        (0.25, None, "low_pass=0.25 Hz is not below Nyquist's frequency, 0.25 Hz"),
        (None, 0.3, "high_pass=0.3 Hz is not below Nyquist"),
        (0.05, 0.05, "high_pass=0.05 Hz is not below low_pass"),
        (-0.1, None, "low_pass=-0.1 Hz is not positive"),
    ],
)
def test_a_band_that_is_none_is_refused(low_pass, high_pass, sentence):
    with pytest.raises(ValueError, match=sentence):
        butterworth(np.zeros((100, 1)), 2.0, low_pass, high_pass)


def test_a_run_shorter_than_the_padding_is_refused():
    butterworth(np.zeros((19, 1)), 2.0, 0.1, None)
    with pytest.raises(ValueError, match="more than 18 frames, but there are 18"):
        butterworth(np.zeros((18, 1)), 2.0, 0.1, None)
