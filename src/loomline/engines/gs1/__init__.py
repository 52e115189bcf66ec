"""What stands on labels: GS1 element strings, their symbols, and the language of label printers.

Words. An *application identifier* says what the digits after it mean: (01) the trade item, (10) its lot,
(21) its serial number, (17) its best-before day, (3103) its net weight in grams, (37) a count, (00) the SSCC
of a logistic unit. An *element* is an identifier with its data, an *element string* several of them in one
symbol; data of no fixed length are ended by a *separator* unless they come last. *ZPL* is what label
printers of Zebra and of many others understand.
"""

from loomline.engines.gs1.elements import Element, check_digit, element_string, goods, in_words
from loomline.engines.gs1.reading import day_of, is_marked, read, weight_kg
from loomline.engines.gs1.symbols import code_128, gs1_128
from loomline.engines.gs1.zpl import Label, zpl

__all__ = [
    "Element",
    "Label",
    "check_digit",
    "code_128",
    "day_of",
    "element_string",
    "goods",
    "gs1_128",
    "in_words",
    "is_marked",
    "read",
    "weight_kg",
    "zpl",
]
