# The public names: what type checkers see, and what is imported when it is first asked for.
from .grid import image_grid as image_grid
from .hash_order import by_hash as by_hash
from .image_example import ImageExample as ImageExample, Picture as Picture
from .image_sizes import doublings as doublings
from .kept_pictures import KeptPictures as KeptPictures
from .latents import Distribution as Distribution, Latents as Latents, draw_latents as draw_latents, truncate as truncate
from .picture_files import PictureFiles as PictureFiles
from .pictures import ArrayPictures as ArrayPictures, Channels as Channels, Part as Part, Pictures as Pictures
from .pixels import from_pixels as from_pixels, to_pixels as to_pixels
from .reading import (
    check_image as check_image,
    decode_image as decode_image,
    fit_image as fit_image,
    image_files as image_files,
    read_image as read_image,
)
from .splits import split_folders as split_folders
from .weights_hash import hash_of_weights as hash_of_weights
from .writing import save_image as save_image

__all__: list[str]
