"""The makers. All are invented."""

from marketing.sample_shop.catalogue.blueprint import Brand

BRANDS = {
    brand.name: brand
    for brand in (
        Brand("Alderwick", "rustic", 1.05),
        Brand("Bramblecote", "cosy", 0.95),
        Brand("Copperwhit", "classic", 1.25),
        Brand("Fennmarsh", "minimal", 1.15),
        Brand("Greenlatch", "rustic", 0.9),
        Brand("Hinterway", "technical", 1.2),
        Brand("Hushwell", "minimal", 1.3),
        Brand("Inkhollow", "classic", 1.1),
        Brand("Kiln & Cove", "rustic", 1.1),
        Brand("Lanternfold", "cosy", 1.0),
        Brand("Larkmoor", "playful", 0.85),
        Brand("Marlstone", "minimal", 1.0),
        Brand("Otterby", "playful", 0.8),
        Brand("Papermere", "minimal", 0.9),
        Brand("Pebble & Pike", "technical", 1.0),
        Brand("Quietfold", "cosy", 1.2),
        Brand("Saltmarrow", "classic", 1.0),
        Brand("Sundry Row", "playful", 0.9),
        Brand("Thistledown", "cosy", 0.85),
        Brand("Veldane", "technical", 1.35),
        Brand("Wexholm", "classic", 1.4),
    )
}
