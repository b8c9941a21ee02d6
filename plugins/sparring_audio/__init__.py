"""Signal tools that the speech plugins share: files, levels, noises, framing, WORLD, mel-cepstra, a sample corpus, metrics.

This is the public door. Names are imported when first asked for, so that importing the package costs no torch; `__init__.pyi` beside this
file lists them.
"""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
