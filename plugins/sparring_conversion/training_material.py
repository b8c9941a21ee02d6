"""The recordings that a run trains on, without those that nothing can be learned from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sparring_audio import first_few, refuse
from sparring_conversion.analysis_pool import Analyser
from sparring_conversion.spectra import Features
from sparring_conversion.statistics import Voice, Voices, pitch_of
from sparring_conversion.world_features import Utterance, digests_of, utterances_of

FEWEST_VOICED = 20  # frames: 100 ms; less are places where the pitch tracker was wrong


@dataclass(frozen=True)
class TrainingMaterial:
    """Speaker -> normalised features (frames, dims) float32 of each utterance; who the speakers are; a hash of every file's content;
    what was left out, and why.
    """

    features: Mapping[str, Sequence[Features]]
    voices: Voices
    digests: Mapping[Path, str]
    remarks: tuple[str, ...]


def training_material(recordings: Mapping[str, Sequence[Path]], analyser: Analyser, *, crop_frames: int) -> TrainingMaterial:
    """What the recordings of each speaker give, in their order, from the cache or from WORLD.

    Recordings that are silent, that have next to no voiced frame, or that are shorter than a crop are left out. Raises `DataError` with
    every damaged file, and every speaker of whom nothing is left.
    """
    speaker_of = {path: speaker for speaker, paths in recordings.items() for path in paths}
    digests = digests_of(list(speaker_of))
    usable: dict[str, list[Utterance]] = {speaker: [] for speaker in recordings}
    unfit: dict[str, dict[str, list[Path]]] = {speaker: {} for speaker in recordings}
    for one in utterances_of(digests, analyser):
        if why := _unfit(one, crop_frames):
            unfit[speaker_of[one.path]].setdefault(why, []).append(one.path)
        else:
            usable[speaker_of[one.path]].append(one)
    refuse([
        f"speaker {speaker!r}: {_way_out(why, files, crop_frames, analyser.settings.frame_seconds)}"
        for speaker, reasons in unfit.items()
        if not usable[speaker]
        for why, files in reasons.items()
    ])  # fmt: skip
    reasons = dict.fromkeys(why for of_speaker in unfit.values() for why in of_speaker)
    remarks = [f"left out as {why}: {named([path for of in unfit.values() for path in of.get(why, [])])}" for why in reasons]
    return TrainingMaterial(*_normalised(usable, analyser), digests, tuple(remarks))


def named(paths: Sequence[Path]) -> str:
    """The first few of some files, with their folder."""
    return first_few([f"{path.parent.name}/{path.name}" for path in paths])


def _unfit(one: Utterance, crop_frames: int) -> str:
    if not len(one.f0):
        return "silent"
    if (one.f0 > 0).sum() < FEWEST_VOICED:
        return "hardly voiced"
    return "too short" if len(one.f0) < crop_frames else ""


def _way_out(why: str, files: Sequence[Path], crop_frames: int, frame_seconds: float) -> str:
    without = "or choose other speakers (data.speakers)"
    match why:
        case "silent":
            return f"there is only silence in {named(files)}: record anew, {without}"
        case "hardly voiced":
            return (
                f"fewer than {FEWEST_VOICED} frames are voiced in {named(files)}: is this speech? If so, widen the range of pitch "
                f"(data.f0_floor_hz, data.f0_ceiling_hz), {without}"
            )
        case _:
            return (
                f"there are less than {crop_frames} frames ({crop_frames * frame_seconds:g} s) of speech in {named(files)}: make "
                f"data.crop_frames smaller, bring longer recordings, {without}"
            )


def _normalised(usable: Mapping[str, Sequence[Utterance]], analyser: Analyser) -> tuple[dict[str, list[Features]], Voices]:
    spectra = analyser.spectra
    scales = spectra.scales({speaker: [one.features for one in of] for speaker, of in usable.items()})
    features: dict[str, list[Features]] = {}
    voices: list[Voice] = []
    for speaker, utterances in usable.items():
        pitch = pitch_of([one.f0 for one in utterances])
        assert pitch is not None, "an utterance without a voiced frame is not usable"
        voices.append(Voice(speaker, pitch, scales[speaker]))
        features[speaker] = [spectra.normalised(one.features, scales[speaker]).astype("float32") for one in utterances]
    return features, Voices(voices)
