"""What the sample shop sells, told in words: departments, shelves, colours, materials, makers."""

from marketing.sample_shop.catalogue.bedroom import BEDROOM
from marketing.sample_shop.catalogue.blueprint import Department, Shelf
from marketing.sample_shop.catalogue.books import BOOKS
from marketing.sample_shop.catalogue.brands import BRANDS
from marketing.sample_shop.catalogue.colours import COLOURS
from marketing.sample_shop.catalogue.desk import DESK
from marketing.sample_shop.catalogue.electronics import ELECTRONICS
from marketing.sample_shop.catalogue.garden import GARDEN
from marketing.sample_shop.catalogue.kitchen import KITCHEN
from marketing.sample_shop.catalogue.living import LIVING
from marketing.sample_shop.catalogue.materials import MATERIALS
from marketing.sample_shop.catalogue.outdoor import OUTDOOR
from marketing.sample_shop.catalogue.series import SERIES

DEPARTMENTS: tuple[Department, ...] = (LIVING, KITCHEN, BEDROOM, OUTDOOR, ELECTRONICS, DESK, GARDEN, BOOKS)
SHELVES: tuple[Shelf, ...] = tuple(shelf for department in DEPARTMENTS for shelf in department.shelves)

__all__ = ["BRANDS", "COLOURS", "DEPARTMENTS", "MATERIALS", "SERIES", "SHELVES"]
