"""WORLD analyses in several processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sparring_audio import WorldSettings, bundled_corpus, read
from sparring_conversion.analysis_pool import Analyser, analyse_all
from sparring_conversion.spectra import MelCepstra

ANALYSER = Analyser(WorldSettings(), MelCepstra(coefficients=4, sample_rate_hz=16000), 16000)


@pytest.fixture
def waves() -> list[np.ndarray]:
    """Nine times 0.2 seconds of speech."""
    speech = read(bundled_corpus().folder / "rms" / "001.flac")[0][0].numpy()
    return [speech[4000 + 3200 * number :][:3200] for number in range(9)]


def test_several_processes_give_what_one_gives_in_the_same_order(waves: list[np.ndarray]) -> None:
    alone = list(analyse_all(ANALYSER, waves, count=9, processes=1))

    shared = list(analyse_all(ANALYSER, waves, count=9, processes=2))

    assert len(shared) == 9
    for one, other in zip(alone, shared, strict=True):
        assert not isinstance(one, str)
        assert not isinstance(other, str)
        np.testing.assert_array_equal(one[0], other[0])
        np.testing.assert_array_equal(one[1], other[1])


def test_a_script_that_workers_cannot_import_goes_on_alone(tmp_path: Path) -> None:
    # without `if __name__ == "__main__"`, every worker runs the script itself and dies
    (tmp_path / "script.py").write_text(
        f"import sys; sys.path[:0] = {sys.path!r}\n"
        "import numpy as np\n"
        "from sparring_audio import WorldSettings\n"
        "from sparring_conversion.analysis_pool import Analyser, analyse_all\n"
        "from sparring_conversion.spectra import MelCepstra\n"
        "analyser = Analyser(WorldSettings(), MelCepstra(coefficients=4, sample_rate_hz=16000), 16000)\n"
        "waves = [np.random.default_rng(number).standard_normal(800) for number in range(9)]\n"
        "found = list(analyse_all(analyser, waves, count=9, processes=2))\n"
        "print(len(found), all((one[0] == analyser(wave)[0]).all() for one, wave in zip(found, waves, strict=True)))\n"
    )

    done = subprocess.run([sys.executable, tmp_path / "script.py"], capture_output=True, text=True, check=True)

    assert done.stdout == "9 True\n"
    assert "this one goes on alone" in done.stderr


def test_workers_import_no_torch() -> None:
    code = f"import sys; sys.path[:0] = {sys.path!r}; import sparring_conversion.analysis_pool; assert 'torch' not in sys.modules"

    subprocess.run([sys.executable, "-c", code], check=True)


def test_silence_at_the_ends_is_cut_off(waves: list[np.ndarray]) -> None:
    speech = np.concatenate(waves)
    padded = np.concatenate((np.zeros(8000), speech, np.zeros(8000)))

    features, f0 = ANALYSER(padded)

    assert len(features) == len(f0)
    assert abs(len(f0) - len(speech) / 80) < 20


def test_silence_has_no_frames() -> None:
    features, f0 = ANALYSER(np.zeros(16000))

    assert np.shape(features) == (0, 4)
    assert np.shape(f0) == (0,)
