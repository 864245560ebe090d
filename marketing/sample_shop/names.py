"""Invented names for the sample shop's customers, by language, and where its customers live."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Home:
    """Where some of the customers live."""

    locale: str
    time_zones: tuple[str, ...]
    share: float
    first_names: tuple[str, ...]
    family_names: tuple[str, ...]
    family_first: bool = False


_ENGLISH_FIRST = (
    "Juniper", "Marlow", "Clementine", "Barnaby", "Wilhelmina", "Caspian", "Tabitha", "Linus", "Ottoline", "Rafferty",
    "Posy", "Ambrose", "Saffron", "Digby", "Cordelia", "Fern", "Atticus", "Hazel", "Leopold", "Marigold",
)  # fmt: skip
_ENGLISH_FAMILY = (
    "Quillfeather", "Tinderbox", "Applewhistle", "Lanternlight", "Copperpot", "Mossbank", "Puddlemere", "Teasdrop",
    "Windlestraw", "Honeycote", "Brindlemark", "Saltwick", "Thimbleby", "Rushmoss", "Driftwell", "Cloudberry",
)  # fmt: skip

HOMES = (
    Home("en-GB", ("Europe/London",), 0.24, _ENGLISH_FIRST, _ENGLISH_FAMILY),
    Home("en-US", ("America/New_York", "America/Chicago", "America/Los_Angeles"), 0.22, _ENGLISH_FIRST, _ENGLISH_FAMILY),
    Home(
        "zh-Hans",
        ("Asia/Shanghai", "Asia/Singapore"),
        0.24,
        ("小舟", "栗子", "星野", "知秋", "听雨", "半夏", "拾光", "青禾", "望舒", "南枝", "朝露", "一苇", "晚晴", "云起", "松间", "阿满"),
        ("云", "林", "竹", "溪", "墨", "茶", "山", "麦", "桑", "枫", "舟", "禾"),
        family_first=True,
    ),
    Home(
        "de-DE",
        ("Europe/Berlin", "Europe/Vienna", "Europe/Zurich"),
        0.16,
        ("Fenja", "Anton", "Wiebke", "Korbinian", "Leni", "Theodor", "Greta", "Jasper", "Ronja", "Emil", "Alma", "Bruno"),
        ("Wolkenstein", "Apfelbaum", "Sonnenblick", "Mondschein", "Fingerhut", "Haselmaus", "Winterlicht", "Tannengrün",
         "Federkiel", "Honigmann"),
    ),
    Home(
        "fr-FR",
        ("Europe/Paris",),
        0.09,
        ("Capucine", "Anatole", "Églantine", "Célestin", "Apolline", "Gaspard", "Violette", "Basile"),
        ("Belleplume", "Chantelune", "Clairbois", "Doucevent", "Petitjardin", "Grandfleuve", "Lavandier"),
    ),
    Home(
        "es-ES",
        ("Europe/Madrid", "America/Mexico_City"),
        0.05,
        ("Azucena", "Leandro", "Estrella", "Nicanor", "Paloma", "Ciro", "Luz", "Amaro"),
        ("Buenaventura", "Valdeluna", "Piedrasanta", "Campoverde", "Riosereno", "Montealto"),
    ),
)  # fmt: skip
