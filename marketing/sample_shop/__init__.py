"""A simulated shop for newcomers and demonstrations: plain rows from a seed, no database.

`generate` makes the rows, `draw` the picture of a product.
"""

from marketing.sample_shop.generate import generate
from marketing.sample_shop.pictures import draw
from marketing.sample_shop.rows import (
    SampleCategory,
    SampleCustomer,
    SampleEvents,
    SampleLogin,
    SampleProduct,
    SampleRelation,
    SampleShop,
)

__all__ = [
    "SampleCategory",
    "SampleCustomer",
    "SampleEvents",
    "SampleLogin",
    "SampleProduct",
    "SampleRelation",
    "SampleShop",
    "draw",
    "generate",
]
