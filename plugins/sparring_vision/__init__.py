"""What the image plugins share: pictures in and out, grids, examples, feature extractors and scores.

This is the public door. Names are imported when first asked for, so that importing the package costs no torch; `__init__.pyi` beside this
file lists them.
"""

from lazy_loader import attach_stub

__getattr__, __dir__, __all__ = attach_stub(__name__, __file__)
