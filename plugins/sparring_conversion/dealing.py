"""Who says which sentence in training, so that nobody is heard with the words of another."""

from __future__ import annotations

from collections.abc import Collection, Mapping


def dealt_out(sentences: Mapping[str, Collection[str]]) -> dict[str, list[str]]:
    """Speaker -> sentences, given those that each one has: what several have is dealt out among them in contiguous blocks.

    With two speakers who have the same 162 sentences, the first one gets 1 to 81 and the second one 82 to 162 (Kaneko and Kameoka 2018,
    section 4.1). A sentence that only one speaker has stays there.
    """
    sharers: dict[tuple[str, ...], list[str]] = {}
    for name in sorted({name for of in sentences.values() for name in of}):
        sharers.setdefault(tuple(speaker for speaker, of in sentences.items() if name in of), []).append(name)
    dealt: dict[str, list[str]] = {speaker: [] for speaker in sentences}
    for speakers, names in sharers.items():
        for number, speaker in enumerate(speakers):
            dealt[speaker] += names[number * len(names) // len(speakers) : (number + 1) * len(names) // len(speakers)]
    return {speaker: sorted(names) for speaker, names in dealt.items()}
