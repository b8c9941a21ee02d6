# The public names: what type checkers see, and what is imported when it is first asked for.
from .alignment import align as align
from .cepstral_distance import mel_cepstral_distortion as mel_cepstral_distortion
from .cepstrum import envelope_of as envelope_of, mel_cepstrum as mel_cepstrum, warping_matrix as warping_matrix, warping_of as warping_of
from .comparison import audible as audible, heard_frames as heard_frames
from .corpus import Corpus as Corpus, Utterance as Utterance, bundled_corpus as bundled_corpus
from .destinations import Destination as Destination, reason as reason, refuse_overwriting as refuse_overwriting
from .differential import filtered as filtered, ratio as ratio
from .emphasis import deemphasise as deemphasise, preemphasise as preemphasise
from .file_by_file import each_file as each_file, whole_report as whole_report
from .file_hash import content_hash as content_hash
from .framing import frame as frame, overlap_add as overlap_add
from .level import ActiveLevel as ActiveLevel, active_level as active_level, levelled as levelled, mix as mix
from .limited_writer import UNLIMITED as UNLIMITED, LimitedWriter as LimitedWriter
from .metrics import (
    composite as composite,
    llr as llr,
    pesq as pesq,
    segmental_snr as segmental_snr,
    si_sdr as si_sdr,
    stoi as stoi,
    wss as wss,
)
from .noise import TEST_NOISES as TEST_NOISES, TRAINING_NOISES as TRAINING_NOISES, Noise as Noise, babble as babble
from .picture import draw_spectrograms as draw_spectrograms
from .pieces import Pieces as Pieces, in_pieces as in_pieces
from .pitch_distance import log_f0_rmse as log_f0_rmse, vuv_error as vuv_error
from .problems import first_few as first_few, refuse as refuse
from .reading import (
    AUDIO_SUFFIXES as AUDIO_SUFFIXES,
    AudioInfo as AudioInfo,
    audio_files as audio_files,
    blocks as blocks,
    info as info,
    read as read,
)
from .recording import heard as heard, heard_lately as heard_lately
from .resampling import StreamingResampler as StreamingResampler, resample as resample
from .splitting import HeldOut as HeldOut, held_out as held_out
from .trajectory import (
    STILL as STILL,
    global_variance as global_variance,
    gv_distance as gv_distance,
    modulation_spectrum as modulation_spectrum,
    ms_distance as ms_distance,
)
from .world import (
    WorldAnalysis as WorldAnalysis,
    WorldSettings as WorldSettings,
    analyse_world as analyse_world,
    fft_size_of as fft_size_of,
    synthesise_world as synthesise_world,
)
from .writing import AudioWriter as AudioWriter, write as write

__all__: list[str]
