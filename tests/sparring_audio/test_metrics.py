from __future__ import annotations

import math
from dataclasses import dataclass
from importlib.metadata import version
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Tensor

from sparring import DataError, Example
from sparring_audio import metrics, quality
from sparring_audio.baseline import Noisy, Wiener
from sparring_audio.memo import Memo
from sparring_audio.plugin import sparring_components
from sparring_audio.wiener_filter import wiener

RATE_HZ = 16_000


@dataclass(frozen=True)
class Speech(Example):
    clean: Tensor
    noisy: Tensor
    sample_rate_hz: int = RATE_HZ


def voice(seconds: float = 1.5) -> np.ndarray:
    """Three syllables a second of a gliding harmonic tone with a formant, over a faint hiss."""
    time = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    phase = 2 * np.pi * np.cumsum(130 + 30 * np.sin(2 * np.pi * 0.7 * time)) / RATE_HZ
    tone = sum(np.sin(k * phase) / (1 + ((130 * k - 700) / 300) ** 2) for k in range(1, 40))
    hiss = np.random.default_rng(1).standard_normal(len(time))
    return 0.1 * tone * np.maximum(np.sin(2 * np.pi * 3 * time), 0) + 1e-4 * hiss


def noisy_at(snr_db: float, clean: np.ndarray, seed: int = 0) -> np.ndarray:
    """The clean wave with white noise that is orthogonal to it and has no mean."""
    noise = np.random.default_rng(seed).standard_normal(len(clean))
    noise -= noise.mean()
    centred = clean - clean.mean()
    noise -= (noise @ centred) / (centred @ centred) * centred
    return clean + noise * np.sqrt(centred @ centred / (noise @ noise) / 10 ** (snr_db / 10))


def hann_frames(wave: np.ndarray) -> list[np.ndarray]:
    window = [0.5 * (1 - math.cos(2 * math.pi * n / 481)) for n in range(1, 481)]
    return [np.array(window) * wave[120 * i : 120 * i + 480] for i in range(len(wave) // 120 - 4)]


def test_si_sdr_is_the_snr_of_orthogonal_noise() -> None:
    clean = voice()

    assert metrics.si_sdr(noisy_at(7, clean), clean) == pytest.approx(7, abs=1e-9)


def test_si_sdr_ignores_scale_and_offset_and_is_finite_for_a_copy() -> None:
    clean = voice()

    assert metrics.si_sdr(clean, clean) == pytest.approx(156.5, abs=0.1)
    assert metrics.si_sdr(-0.3 * clean + 0.2, clean) > 150
    assert metrics.si_sdr(0.01 * noisy_at(7, clean) - 3, clean) == pytest.approx(7, abs=1e-6)


def test_si_sdr_is_not_defined_for_silence() -> None:
    clean = voice()

    assert math.isnan(metrics.si_sdr(np.zeros_like(clean), clean))
    assert math.isnan(metrics.si_sdr(clean, np.zeros_like(clean)))
    assert math.isnan(metrics.si_sdr(clean[:0], clean[:0]))


def test_segmental_snr_of_a_copy_of_silence_and_of_the_negative() -> None:
    clean = voice()

    assert metrics.segmental_snr(clean, clean, RATE_HZ) == 35
    assert metrics.segmental_snr(np.zeros_like(clean), clean, RATE_HZ) == pytest.approx(0, abs=1e-6)
    assert metrics.segmental_snr(-clean, clean, RATE_HZ) == pytest.approx(-10 * math.log10(4), abs=1e-6)


def test_segmental_snr_neither_rescales_nor_removes_the_mean() -> None:
    clean = voice()

    assert metrics.segmental_snr(0.9 * clean, clean, RATE_HZ) == pytest.approx(20, abs=1e-6)
    assert metrics.segmental_snr(clean + 0.5, clean, RATE_HZ) < -9


def test_segmental_snr_is_the_clamped_mean_over_frames() -> None:
    clean = voice()
    noisy = noisy_at(3, clean)
    frames = zip(hann_frames(clean), hann_frames(clean - noisy), strict=True)

    expected = np.mean([min(35.0, max(-10.0, 10 * math.log10((x @ x) / (e @ e)))) for x, e in frames])

    assert metrics.segmental_snr(noisy, clean, RATE_HZ) == pytest.approx(expected, abs=1e-9)


def llr_by_the_normal_equations(estimate: np.ndarray, reference: np.ndarray) -> list[float]:
    def lags(frame: np.ndarray) -> np.ndarray:
        return np.array([frame[: 480 - k] @ frame[k:] for k in range(17)])

    def matrix(r: np.ndarray) -> np.ndarray:
        return np.array([[r[abs(i - j)] for j in range(len(r))] for i in range(len(r))])

    def predictor(r: np.ndarray) -> np.ndarray:
        return np.concatenate([[1], np.linalg.solve(matrix(r[:-1]), -r[1:])])

    distances = []
    for x, y in zip(hann_frames(reference), hann_frames(estimate), strict=True):
        r = lags(x)
        a_x, a_y = predictor(r), predictor(lags(y))
        distances.append(math.log((a_y @ matrix(r) @ a_y) / (a_x @ matrix(r) @ a_x)))
    return distances


def lowest_95_percent(distances: list[float]) -> float:
    return float(np.mean(sorted(distances)[: int(0.95 * len(distances) + 0.5)]))


@pytest.mark.parametrize("snr_db", [0, 20])
def test_llr_is_the_literal_definition(snr_db: float) -> None:
    clean = voice(1.0)
    noisy = noisy_at(snr_db, clean)

    frames = llr_by_the_normal_equations(noisy, clean)

    assert max(frames) > 2
    assert metrics.llr(noisy, clean, RATE_HZ, ceiling=None) == pytest.approx(lowest_95_percent(frames), rel=1e-6)
    assert metrics.llr(noisy, clean, RATE_HZ) == pytest.approx(lowest_95_percent([min(d, 2) for d in frames]), rel=1e-6)


CENTRES_HZ = [50, 120, 190, 260, 330, 400, 470, 540, 617.372, 703.378, 798.717, 904.128, 1020.38, 1148.30, 1288.72, 1442.54]
CENTRES_HZ += [1610.70, 1794.16, 1993.93, 2211.08, 2446.71, 2701.97, 2978.04, 3276.17, 3597.63]
WIDTHS_HZ = [70, 70, 70, 70, 70, 70, 70, 77.3724, 86.0056, 95.3398, 105.411, 116.256, 127.914, 140.423, 153.823, 168.154]
WIDTHS_HZ += [183.457, 199.776, 217.153, 235.631, 255.255, 276.072, 298.126, 321.465, 346.136]


def wss_by_loops(estimate: np.ndarray, reference: np.ndarray) -> list[float]:
    def energies(frame: np.ndarray) -> list[float]:
        power = np.abs(np.fft.fft(frame, 1024)) ** 2
        bands = []
        for centre, width in zip(CENTRES_HZ, WIDTHS_HZ, strict=True):
            f0, bw, total = centre / 8000 * 512, width / 8000 * 512, 0.0
            for j in range(512):
                weight = math.exp(-11 * ((j - math.floor(f0)) / bw) ** 2 + math.log(70) - math.log(width))
                total += power[j] * weight if weight > math.exp(-30 / (2 * 2.303)) else 0
            bands.append(10 * math.log10(max(total, 1e-10)))
        return bands

    def weights(e: list[float]) -> list[float]:
        slopes, found = [b - a for a, b in pairwise(e)], []
        for i in range(24):
            n = i
            if slopes[i] > 0:
                while n < 24 and slopes[n] > 0:
                    n += 1
                peak = e[n - 1]
            else:
                while n >= 0 and slopes[n] <= 0:
                    n -= 1
                peak = e[n + 1]
            found.append(20 / (20 + max(e) - e[i]) * 1 / (1 + peak - e[i]))
        return found

    distances = []
    for x, y in zip(hann_frames(reference), hann_frames(estimate), strict=True):
        e_x, e_y = energies(x), energies(y)
        w = [(a + b) / 2 for a, b in zip(weights(e_x), weights(e_y), strict=True)]
        squares = [((e_x[i + 1] - e_x[i]) - (e_y[i + 1] - e_y[i])) ** 2 for i in range(24)]
        distances.append(sum(a * b for a, b in zip(w, squares, strict=True)) / sum(w))
    return distances


def test_wss_is_the_literal_definition() -> None:
    clean = voice(0.3)
    clean[:960] = 0
    clean[960:2400] *= 3e-6  # some bands below the floor of -100 dB, some above
    noisy = noisy_at(5, clean)

    assert metrics.wss(noisy, clean, RATE_HZ) == pytest.approx(lowest_95_percent(wss_by_loops(noisy, clean)), rel=1e-9)


def test_the_spectral_distances_of_equal_waves_are_zero_and_ignore_level() -> None:
    clean = voice()

    assert metrics.llr(clean, clean, RATE_HZ) == 0
    assert metrics.wss(clean, clean, RATE_HZ) == 0
    assert metrics.llr(0.5 * clean, clean, RATE_HZ) == pytest.approx(0, abs=1e-9)
    assert metrics.wss(0.5 * clean, clean, RATE_HZ) == pytest.approx(0, abs=1e-9)


def test_digital_silence_keeps_the_spectral_distances_finite() -> None:
    clean = voice()
    gated = np.where(np.arange(len(clean)) < 8000, 0, clean)

    assert math.isfinite(metrics.llr(gated, clean, RATE_HZ, ceiling=None))
    assert metrics.llr(noisy_at(10, clean), gated, RATE_HZ) <= 2
    assert math.isfinite(metrics.wss(gated, clean, RATE_HZ))
    assert math.isnan(metrics.llr(clean, np.zeros_like(clean), RATE_HZ))


def test_composite_is_hu_and_loizous_regression() -> None:
    scores = metrics.composite_from(pesq=2.0, llr=0.5, wss=40.0, ssnr=3.0)

    assert scores.csig == pytest.approx(3.093 - 0.5145 + 1.206 - 0.36)
    assert scores.cbak == pytest.approx(1.634 + 0.956 - 0.28 + 0.189)
    assert scores.covl == pytest.approx(1.594 + 1.61 - 0.256 - 0.28)


def test_composite_stays_between_one_and_five() -> None:
    assert metrics.composite_from(pesq=1.0, llr=9.0, wss=200.0, ssnr=-10.0) == (1, 1, 1)
    assert metrics.composite_from(pesq=4.6, llr=0.0, wss=0.0, ssnr=35.0) == (5, 5, 5)
    assert all(map(math.isnan, metrics.composite_from(pesq=math.nan, llr=1.0, wss=10.0, ssnr=0.0)))


def test_pesq_is_the_packages_wide_band_score() -> None:
    package = pytest.importorskip("pesq")
    clean = voice()
    noisy = noisy_at(20, clean)

    assert metrics.pesq(noisy, clean, RATE_HZ) == package.pesq(RATE_HZ, clean, noisy, "wb")
    assert metrics.pesq(clean, clean, RATE_HZ) == pytest.approx(4.644, abs=1e-3)


def test_pesq_is_not_defined_for_silence_and_snippets() -> None:
    pytest.importorskip("pesq")
    clean = voice()
    silence = np.zeros_like(clean)

    assert math.isnan(metrics.pesq(clean, silence, RATE_HZ))
    assert math.isnan(metrics.pesq(silence, clean, RATE_HZ))
    assert math.isnan(metrics.pesq(clean[:2000], clean[:2000], RATE_HZ))


def test_stoi_is_the_packages_score() -> None:
    package = pytest.importorskip("pystoi")
    clean = voice()
    noisy = noisy_at(5, clean)

    assert metrics.stoi(noisy, clean, RATE_HZ) == package.stoi(clean, noisy, RATE_HZ)
    assert metrics.stoi(clean, clean, RATE_HZ) == pytest.approx(1)


@pytest.mark.parametrize("samples", [0, 100, 6000, 6400])
def test_stoi_is_not_defined_for_too_little_speech(samples: int) -> None:
    pytest.importorskip("pystoi")
    clean = voice()
    snippet = np.where(np.arange(max(samples, 1))[:samples] < 3000, clean[:samples], 0)

    assert math.isnan(metrics.stoi(snippet, snippet, RATE_HZ))


def test_every_measure_prefers_less_noise() -> None:
    pytest.importorskip("pesq")
    pytest.importorskip("pystoi")
    clean = voice()
    scores = [
        (
            metrics.si_sdr(noisy, clean),
            metrics.segmental_snr(noisy, clean, RATE_HZ),
            -metrics.llr(noisy, clean, RATE_HZ),
            -metrics.wss(noisy, clean, RATE_HZ),
            metrics.pesq(noisy, clean, RATE_HZ),
            metrics.stoi(noisy, clean, RATE_HZ),
            metrics.composite(noisy, clean, RATE_HZ).cbak,
        )
        for noisy in (noisy_at(snr_db, clean) for snr_db in (0, 15, 30))
    ]

    assert (np.diff(np.array(scores), axis=0) > 0).all()


def test_composite_takes_the_parts_without_ceiling() -> None:
    pytest.importorskip("pesq")
    clean = voice()
    noisy = noisy_at(30, clean)

    expected = metrics.composite_from(
        pesq=metrics.pesq(noisy, clean, RATE_HZ),
        llr=metrics.llr(noisy, clean, RATE_HZ, ceiling=None),
        wss=metrics.wss(noisy, clean, RATE_HZ),
        ssnr=metrics.segmental_snr(noisy, clean, RATE_HZ),
    )

    assert metrics.composite(noisy, clean, RATE_HZ) == expected
    assert expected.cbak > 1


def test_frames_need_37_and_a_half_milliseconds() -> None:
    clean = voice()

    for measure in (metrics.segmental_snr, metrics.llr, metrics.wss):
        assert math.isnan(measure(clean[:599], clean[:599], RATE_HZ))
        assert math.isfinite(measure(clean[:600], clean[:600], RATE_HZ))


def test_tensors_of_any_precision_score_as_arrays() -> None:
    clean = torch.from_numpy(voice()).float()
    noisy = torch.from_numpy(noisy_at(10, voice())).float().requires_grad_()

    assert metrics.wss(noisy, clean, RATE_HZ) == metrics.wss(noisy.detach().numpy(), clean.numpy(), RATE_HZ)
    assert metrics.si_sdr(noisy.bfloat16(), clean) == pytest.approx(10, abs=0.1)


def test_waves_that_do_not_fit_are_named() -> None:
    clean = voice()

    with pytest.raises(DataError) as length:
        metrics.si_sdr(clean[1:], clean)
    with pytest.raises(DataError) as shape:
        metrics.wss(clean[None], clean[None], RATE_HZ)
    with pytest.raises(DataError) as finite:
        metrics.llr(clean * np.nan, clean, RATE_HZ)
    with pytest.raises(DataError) as rate:
        metrics.pesq(clean, clean, 8000)

    assert str(length.value) == ("the estimate has 23999 samples and the reference has 24000: align and cut them to the same length first")
    assert str(shape.value) == "the estimate has shape (1, 24000): pass one channel of one utterance, shape (time,)"
    assert str(finite.value) == "the estimate has samples that are not finite: look for the network or the file that they come from"
    assert str(rate.value) == "PESQ is defined at 16000 Hz and the waves have 8000 Hz: resample both first"


def speech_example() -> Speech:
    clean = voice()
    return Speech("p232_001", clean=torch.from_numpy(clean).float(), noisy=torch.from_numpy(noisy_at(10, clean)).float())


def test_every_metric_answers_as_its_function_and_says_its_protocol() -> None:
    pytest.importorskip("pesq")
    pytest.importorskip("pystoi")
    example = speech_example()
    pair = example.noisy, example.clean
    composite = metrics.composite(*pair, RATE_HZ)

    expected = {
        quality.Pesq: metrics.pesq(*pair, RATE_HZ),
        quality.Stoi: metrics.stoi(*pair, RATE_HZ),
        quality.SiSdr: metrics.si_sdr(*pair),
        quality.SegmentalSnr: metrics.segmental_snr(*pair, RATE_HZ),
        quality.Llr: metrics.llr(*pair, RATE_HZ),
        quality.Wss: metrics.wss(*pair, RATE_HZ),
        quality.Csig: composite.csig,
        quality.Cbak: composite.cbak,
        quality.Covl: composite.covl,
    }

    assert {metric: metric().score(example.noisy, example) for metric in expected} == expected
    assert {metric for metric in expected if not metric.higher_is_better} == {quality.Llr, quality.Wss}
    assert all(metric().protocol()["rate"] == "16000 Hz" for metric in expected)
    assert len({metric().protocol()["measure"] for metric in expected}) == len(expected)
    assert quality.Pesq().protocol()["package"] == f"pesq {version('pesq')}"


def test_a_metric_refuses_an_example_that_it_cannot_judge() -> None:
    example = speech_example()

    with pytest.raises(DataError) as clean:
        quality.SiSdr().score(example.noisy, Example("cat"))
    with pytest.raises(DataError) as rate:
        quality.SiSdr(sample_rate_hz=48_000).score(example.noisy, example)

    assert str(clean.value) == "example 'cat' has no clean wave to compare with: this metric judges speech enhancement"
    assert str(rate.value) == "example 'p232_001' has 16000 Hz and the metric is set to 48000 Hz: resample the data"


def test_a_memo_measures_one_content_once_and_forgets_the_oldest() -> None:
    asked: list[float] = []

    def measure(estimate: np.ndarray, reference: np.ndarray, sample_rate_hz: int) -> float:
        asked.append(float(estimate[0]))
        return float(estimate[0] + reference[0] + sample_rate_hz)

    memo = Memo(measure, size=2)
    one, two, three = (np.full(4, value) for value in (1.0, 2.0, 3.0))

    assert [memo(one, two, 10), memo(one.copy(), torch.from_numpy(two), 10)] == [13, 13]
    assert asked == [1]
    assert [memo(two, one, 10), memo(one, two, 20)] == [13, 23]
    assert asked == [1, 2, 1]
    memo(three, one, 10)
    memo(two, one, 10)
    assert asked == [1, 2, 1, 3, 2]


def test_the_baselines_answer_with_the_noisy_wave_and_with_its_filtered_form() -> None:
    example = speech_example()

    filtered = Wiener().answer(example)

    assert Noisy().answer(example) is example.noisy
    assert torch.equal(filtered, wiener(example.noisy, RATE_HZ))
    with pytest.raises(DataError, match="example 'cat' carries no 'noisy': this baseline is for speech enhancement"):
        Noisy().answer(Example("cat"))


def test_the_plugin_names_every_metric_loss_and_baseline() -> None:
    names = {component.kind: [] for component in sparring_components()}
    for component in sparring_components():
        names[component.kind].append(component.name)

    assert names == {
        "metric": [
            *("pesq", "stoi", "si-sdr", "ssnr", "llr", "wss", "csig", "cbak", "covl"),
            *("mcd", "log-f0-rmse", "vuv-error", "gv-distance", "ms-distance"),
        ],
        "loss": ["multi-resolution-stft"],
        "baseline": ["noisy", "wiener"],
    }
