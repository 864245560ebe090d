"""What the sample shop's staff know of its products, as rules: what one buys may need another thing."""

from dataclasses import dataclass

from marketing.models import Category, RelationRule
from marketing.services.relation_rules import save_rule


@dataclass(frozen=True)
class SampleRule:
    """Who chose what stands on one shelf, with the tag if there is one, may need what stands on another one."""

    name: str
    chosen: str  # code of a shelf
    needed: str  # code of a shelf
    sentence: str
    tag: str = ""  # of what was chosen
    same_brand: bool = False


RULES = (
    SampleRule("Fountain pens need ink", "pens", "inks", "ink for your {title}", tag="gift"),
    SampleRule("Cameras need film of their maker", "cameras", "film", "film for your {title}", same_brand=True),
    SampleRule("Tents need light", "tents", "lanterns", "light for your nights in {title}"),
)


def add_rules() -> int:
    """Add those rules whose shelves are there and whose names are free; gives how many relations they make."""
    shelves = {shelf.slug: shelf for shelf in Category.objects.filter(slug__in=_shelves())}
    taken = set(RelationRule.objects.values_list("name", flat=True))
    return sum(
        save_rule(
            RelationRule(
                name=rule.name,
                head_category=shelves[rule.chosen],
                head_tag=rule.tag,
                tail_category=shelves[rule.needed],
                same_brand=rule.same_brand,
                sentence=rule.sentence,
            ),
            user=None,
        )
        for rule in RULES
        if rule.name not in taken and {rule.chosen, rule.needed} <= shelves.keys()
    )


def _shelves() -> set[str]:
    return {shelf for rule in RULES for shelf in (rule.chosen, rule.needed)}
