"""One drawing for every kind of product, by the kind's English name."""

from marketing.sample_shop.drawings.bedroom import BEDROOM
from marketing.sample_shop.drawings.books import BOOKS
from marketing.sample_shop.drawings.desk import DESK
from marketing.sample_shop.drawings.electronics import ELECTRONICS
from marketing.sample_shop.drawings.garden import GARDEN
from marketing.sample_shop.drawings.kitchen import KITCHEN
from marketing.sample_shop.drawings.living import LIVING
from marketing.sample_shop.drawings.outdoor import OUTDOOR
from marketing.sample_shop.drawings.pen import Drawing

DRAWINGS: dict[str, Drawing] = LIVING | KITCHEN | BEDROOM | OUTDOOR | ELECTRONICS | DESK | GARDEN | BOOKS

__all__ = ["DRAWINGS"]
