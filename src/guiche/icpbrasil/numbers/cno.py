"""CNO, Cadastro Nacional de Obras: 12 digits, `NN.NNN.NNNNN/NN`.

Works registered as CEI kept their number (IN RFB 2.061/2021), and the check digit is that of the
CEI. The one number found published in an official gazette confirms it.

>>> validate("90.020.586.82/72")
'900205868272'
>>> format("900205868272")
'90.020.58682/72'
"""

from guiche.icpbrasil.numbers.cei import (
    LENGTH,
    calc_check_digit,
    compact,
    format,
    is_valid,
    validate,
)

__all__ = ["LENGTH", "calc_check_digit", "compact", "format", "is_valid", "validate"]
