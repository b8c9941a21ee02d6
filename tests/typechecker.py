"""What checks annotations under pytest: beartype, for which a whole number is a float as well, as it is for Python's type checkers."""

from beartype import BeartypeConf, beartype

checked = beartype(conf=BeartypeConf(is_pep484_tower=True))
