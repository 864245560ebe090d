"""Ways through the knowledge graph in words. Another language is another entry of each table."""

from dataclasses import dataclass

from recsys.serving.lists import Relation


@dataclass(frozen=True)
class Words:
    """What is said of an item that an arrow leads to: in a remark beside it, and in a clause after its name.

    Both hold {title} for where the arrow starts. What the customer did with that one follows it.
    """

    remark: str
    clause: str


# Language → relation, and whether the arrow was taken forward (from head to tail) → words.
RELATED: dict[str, dict[tuple[str, bool], Words]] = {
    "en": {
        ("accessory_of", True): Words("what {title} is an accessory for", "which has as its accessory {title}"),
        ("accessory_of", False): Words("an accessory for {title}", "which is an accessory for {title}"),
        ("replaces", True): Words("what came before {title}", "which came before {title}"),
        ("replaces", False): Words("replaces {title}", "which replaces {title}"),
        ("same_brand", True): Words("of the same brand as {title}", "which is of the same brand as {title}"),
        ("goes_with", True): Words("goes with {title}", "which goes with {title}"),
        ("needs", True): Words("may be needed for {title}", "which may be needed for {title}"),
        ("needs", False): Words("made for use with {title}", "which is made for use with {title}"),
        ("part_of", True): Words("the whole for {title}", "which is the whole for {title}"),
        ("part_of", False): Words("a part for {title}", "which is a part for {title}"),
        ("compatible_with", True): Words("fits {title}", "which fits {title}"),
        ("similar_to", True): Words("similar to {title}", "which is similar to {title}"),
        ("shares label", True): Words("much like {title}", "which is much like {title}"),
        # Names of a shop's own, whichever way.
        ("", True): Words("related to {title}", "which is related to {title}"),
    }
}
# These say the same in both directions.
MUTUAL = frozenset({"same_brand", "goes_with", "compatible_with", "similar_to", "shares label"})
# Language → event kind → what the customer did with the item that her way starts from.
WHICH_YOU: dict[str, dict[str, str]] = {
    "en": {
        "view": ", which you viewed",
        "click": ", which you looked at",
        "add_to_cart": ", which you put into your cart",
        "purchase": ", which you bought",
        "rating": ", which you liked",
        "like": ", which you liked",
        "": "",
    }
}
TITLE = "{title}"


def way_text(
    way: tuple[Relation, ...], *, title: str, through: str | None, kind: str | None, language: str
) -> str | None:
    """Say how a way leads from the item called `title`, over the one called `through` if it has two arrows.

    None where there are no words: for a longer way, or when the item between may not be named.
    """
    which = WHICH_YOU[language].get(kind or "", "")
    if len(way) == 1:
        return _remark(way[0], start=title, which=which, language=language)
    if len(way) == 2 and through:
        first, second = way
        return f"{_remark(second, start=through, language=language)}, {_clause(first, start=title, language=language)}{which}"
    return None


def _remark(arrow: Relation, *, start: str, language: str, which: str = "") -> str:
    if arrow.sentence:
        return arrow.sentence.replace(TITLE, start)
    remark = _words(arrow, language).remark
    # A clause in the middle of a remark has to end.
    return remark.replace(TITLE, f"{start}{which}{',' if which and not remark.endswith(TITLE) else ''}")


def _clause(arrow: Relation, *, start: str, language: str) -> str:
    return (
        arrow.sentence.replace(TITLE, start) if arrow.sentence else _words(arrow, language).clause.replace(TITLE, start)
    )


def _words(arrow: Relation, language: str) -> Words:
    table = RELATED[language]
    return table.get((arrow.name, arrow.forward or arrow.name in MUTUAL), table["", True])
