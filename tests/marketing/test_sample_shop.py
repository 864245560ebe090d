"""The sample shop: whole, plausible, and the same for the same seed."""

import json
import re
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from marketing.errors import InvalidInput
from marketing.event_kinds import KINDS
from marketing.sample_shop import draw, generate
from marketing.sample_shop.catalogue import BRANDS, COLOURS, DEPARTMENTS, MATERIALS, SHELVES
from marketing.sample_shop.drawings import DRAWINGS
from marketing.sample_shop.products import shelf_sizes
from marketing.sample_shop.reviews import practice_reviews

UNTIL = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
DAYS = 182
DAY = 86_400_000_000
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def shop():
    return generate(until=UNTIL)


@pytest.fixture(scope="module")
def small():
    return generate(products=60, customers=40, days=30, until=UNTIL)


def micros(moment):
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def columns(events):
    return {name: getattr(events, name) for name in events.__dataclass_fields__}


def test_the_same_seed_and_end_give_the_same_shop(small):
    again = generate(products=60, customers=40, days=30, until=UNTIL)

    assert again.products == small.products
    assert again.relations == small.relations
    assert again.customers == small.customers
    assert again.logins == small.logins
    for name, column in columns(again.events).items():
        np.testing.assert_array_equal(column, getattr(small.events, name), err_msg=name)


def test_another_seed_gives_another_shop(small):
    other = generate(seed=8, products=60, customers=40, days=30, until=UNTIL)

    assert other.products != small.products
    assert other.customers != small.customers
    assert not np.array_equal(other.events.occurred_at[:50], small.events.occurred_at[:50])


def test_the_shop_has_the_size_that_was_asked_for(shop):
    parents = Counter(category.parent for category in shop.categories)

    assert len(shop.products) == 360
    assert len(shop.customers) == 1000
    assert 60_000 <= len(shop.events) <= 80_000
    assert parents.pop(None) == 8
    assert all(3 <= children <= 5 for children in parents.values())


@pytest.mark.parametrize("count", [35, 36, 100, 361, 5000])
def test_every_shelf_gets_something_and_the_sizes_add_up(count):
    sizes = shelf_sizes(count)

    assert sum(sizes) == count
    assert min(sizes) >= 1


def test_every_product_stands_on_a_shelf_of_a_department(shop):
    parents = {category.code: category.parent for category in shop.categories}

    assert all(parents[product.category] for product in shop.products)
    assert {product.category for product in shop.products} == {code for code, parent in parents.items() if parent}


def test_every_text_is_there_in_both_languages_and_filled_in(shop):
    texts = [text for category in shop.categories for text in [category.name]]
    texts += [text for product in shop.products for text in (product.title, product.description)]

    for text in texts:
        assert set(text) == {"en", "zh"}
        assert text["en"].strip()
        assert re.search("[\u4e00-\u9fff]", text["zh"])
        assert not re.search("[{}]|  ", text["en"] + text["zh"])


def test_descriptions_are_two_or_three_sentences(shop):
    for product in shop.products:
        assert len(re.findall(r"[.!?](?= |$)", product.description["en"])) in (2, 3), product.description["en"]
        assert product.description["zh"].endswith("。")


def test_titles_are_unique_in_each_language(shop):
    for language in ("en", "zh"):
        assert len({product.title[language] for product in shop.products}) == 360


def test_titles_stay_unique_when_there_are_more_products_than_names():
    shop = generate(products=2000, customers=1, days=14, until=UNTIL)

    assert len({product.title["en"] for product in shop.products}) == 2000
    assert len({product.title["zh"] for product in shop.products}) == 2000


def test_prices_are_positive_and_sensible_for_their_shelf(shop):
    shelves = {shelf.code: shelf for shelf in SHELVES}

    for product in shop.products:
        assert product.currency == "EUR"
        assert product.price > 0
        assert product.price == product.price.quantize(Decimal("0.01"))
        low = min(kind.price[0] for kind in shelves[product.category].kinds)
        high = max(kind.price[1] for kind in shelves[product.category].kinds)
        assert low * 0.5 < product.price < high * 2.2


def test_skus_external_ids_addresses_and_event_ids_are_unique(shop):
    for ids in (
        [product.sku for product in shop.products],
        [customer.external_id for customer in shop.customers],
        [customer.email for customer in shop.customers if customer.email],
        shop.events.event_id.tolist(),
        [login.visitor for login in shop.logins],
        [login.customer for login in shop.logins],
    ):
        assert len(ids) == len(set(ids)) > 0


def test_a_few_products_are_sold_out_and_a_few_expired(shop):
    sold_out = [product for product in shop.products if not product.available]
    expired = [product for product in shop.products if product.expires_at and product.expires_at <= UNTIL]

    assert 3 <= len(sold_out) <= 25
    assert 3 <= len(expired) <= 25
    assert all(product.published_at < UNTIL for product in shop.products)
    assert all(product.published_at < product.expires_at for product in expired)


def test_relations_join_two_different_products_of_the_shop_once(shop):
    skus = {product.sku for product in shop.products}
    arrows = [(relation.head, relation.relation, relation.tail) for relation in shop.relations]

    assert len(arrows) == len(set(arrows))
    assert {relation.relation for relation in shop.relations} == {
        "same_brand",
        "accessory_of",
        "replaces",
        "goes_with",
    }
    for relation in shop.relations:
        assert relation.head in skus
        assert relation.tail in skus
        assert relation.head != relation.tail
        assert 0 < relation.weight <= 1


def test_relations_make_sense(shop):
    products = {product.sku: product for product in shop.products}

    for relation in shop.relations:
        head, tail = products[relation.head], products[relation.tail]
        if relation.relation == "same_brand":
            assert head.brand == tail.brand
        if relation.relation == "replaces":
            assert head.attributes["kind"] == tail.attributes["kind"]
            assert head.published_at > tail.published_at
            assert tail.expires_at is not None
        if relation.relation == "accessory_of" and head.category == "inks":
            assert tail.attributes["kind"] == "Fountain Pen"


def test_customers_live_somewhere_and_have_invented_addresses(shop):
    assert {customer.locale[:2] for customer in shop.customers} >= {"en", "zh", "de"}
    for customer in shop.customers:
        assert customer.name
        assert ZoneInfo(customer.time_zone)
        assert customer.created_at < UNTIL
        assert not customer.email or re.fullmatch(r"[a-z.]+\.\d+@example\.com", customer.email)


def test_every_kind_of_product_has_a_drawing_of_its_own():
    kinds = [kind.name.en for shelf in SHELVES for kind in shelf.kinds]

    assert sorted(kinds) == sorted(DRAWINGS)
    assert len(set(DRAWINGS.values())) == len(kinds)


def test_what_shelves_name_is_in_the_catalogue():
    for shelf in SHELVES:
        assert set(shelf.colours) <= set(COLOURS)
        assert set(shelf.brands) <= set(BRANDS)
        assert set(shelf.materials) | {code for kind in shelf.kinds for code in kind.materials} <= set(MATERIALS)
    assert len(SHELVES) == sum(len(department.shelves) for department in DEPARTMENTS)


def test_pictures_are_well_formed_titled_and_reach_for_nothing_outside(shop):
    for product in shop.products:
        picture = draw(product)
        root = ET.fromstring(picture)  # noqa: S314 – drawn by us

        assert root.tag == f"{SVG}svg"
        assert root.findtext(f"{SVG}title") == product.title["en"]
        assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
            "svg",
            "title",
            "g",
            "rect",
            "circle",
            "ellipse",
            "path",
        }
        names = {name for element in root.iter() for name in element.attrib}
        assert not {name for name in names if name.startswith("on") or "href" in name or name in ("style", "id")}
        assert not re.search(r"url\(|nan|inf\b", picture)
        assert len(picture) < 8_000


def test_a_title_with_markup_is_escaped_in_its_picture(shop):
    product = replace(shop.products[0], title={"en": "<script>&", "zh": "<script>&"})

    root = ET.fromstring(draw(product))  # noqa: S314 – drawn by us

    assert root.findtext(f"{SVG}title") == "<script>&"


def test_a_picture_takes_the_colour_of_its_product(shop):
    product = next(product for product in shop.products if product.attributes["colour"] == "Terracotta")

    assert COLOURS["terracotta"].hex in draw(product)


def test_most_pictures_of_one_shop_differ(shop):
    assert len({re.sub("<title>.*</title>", "", draw(product)) for product in shop.products}) > 340


def test_columns_of_events_have_one_length_and_run_in_time(shop):
    events = shop.events

    assert {len(column) for column in columns(events).values()} == {len(events)}
    assert (np.diff(events.occurred_at) >= 0).all()
    assert events.occurred_at.min() >= micros(UNTIL) - DAYS * DAY
    assert events.occurred_at.max() < micros(UNTIL)
    assert (events.product >= 0).all()
    assert (events.product < len(shop.products)).all()


def test_values_are_stars_for_ratings_pieces_for_purchases_and_nothing_else(shop):
    events = shop.events
    stars, pieces = events.value[events.kind == "rating"], events.value[events.kind == "purchase"]

    assert set(events.kind) == {"view", "click", "add_to_cart", "purchase", "rating", "review", "comment"}
    assert set(stars) <= {1, 2, 3, 4, 5}
    assert set(stars) >= {2, 3, 4, 5}
    assert (pieces >= 1).all()
    assert (pieces == np.rint(pieces)).all()
    assert np.isnan(events.value[~np.isin(events.kind, ["rating", "purchase"])]).all()


def test_whoever_acts_is_known_as_a_customer_or_as_a_visitor(shop):
    events = shop.events
    known = {customer.external_id for customer in shop.customers}
    by_customer = events.identity_kind == "customer"

    assert set(events.identity_kind) == {"customer", "visitor"}
    assert set(events.identity[by_customer]) <= known
    assert not set(events.identity[~by_customer]) & known


def test_one_session_belongs_to_one_identity(shop):
    owners = defaultdict(set)
    for session, identity in zip(shop.events.session.tolist(), shop.events.identity.tolist(), strict=True):
        owners[session].add(identity)

    assert all(len(identities) == 1 for identities in owners.values())


def test_everything_bought_was_put_in_the_basket_before_and_everything_in_it_was_seen(shop):
    seen, basket = set(), set()

    for kind, session, identity, product in rows(shop.events):
        key = (session, identity, product)
        if kind == "view":
            seen.add(key)
        if kind == "add_to_cart":
            assert key in seen
            basket.add(key)
        if kind == "purchase":
            assert key in basket
    assert len(seen) > len(basket) > 0


def test_everything_rated_was_bought_before_and_is_rated_once(shop):
    bought, rated = set(), set()

    for kind, _, identity, product in rows(shop.events):
        if kind == "purchase":
            bought.add((identity, product))
        if kind == "rating":
            assert (identity, product) in bought
            assert (identity, product) not in rated
            rated.add((identity, product))
    assert len(rated) > 300


def rows(events):
    return zip(
        events.kind.tolist(), events.session.tolist(), events.identity.tolist(), events.product.tolist(), strict=True
    )


def test_nothing_is_seen_before_it_came_out_or_after_it_expired(shop):
    starts = np.array([micros(product.published_at) for product in shop.products])
    ends = np.array([micros(product.expires_at or UNTIL) for product in shop.products])
    views = shop.events.kind == "view"
    product, at = shop.events.product[views], shop.events.occurred_at[views]

    assert (at >= starts[product]).all()
    assert (at < ends[product]).all()


def test_visitors_who_sign_up_act_anonymously_before_and_as_customers_after(shop):
    events = shop.events
    created = {customer.external_id: customer.created_at for customer in shop.customers}
    looked_around = 0

    for login in shop.logins:
        before = events.occurred_at[events.identity == login.visitor]
        after = events.occurred_at[events.identity == login.customer]
        looked_around += len(before) > 0
        assert login.occurred_at == created[login.customer]
        assert (after >= micros(login.occurred_at)).all()
        # A session that began before signing up may last an hour or so longer.
        assert (before < micros(login.occurred_at) + DAY // 8).all()
    assert looked_around > 50


def test_customers_do_nothing_before_they_exist(shop):
    created = {customer.external_id: micros(customer.created_at) for customer in shop.customers}
    events = shop.events
    by_customer = events.identity_kind == "customer"
    earliest = np.array([created[identity] for identity in events.identity[by_customer].tolist()])
    # A click comes a moment before the view that it leads to.
    moment = 2_000_000

    assert (events.occurred_at[by_customer] >= earliest - moment).all()


def test_activity_has_a_heavy_tail(shop):
    _, counts = np.unique(shop.events.identity[shop.events.identity_kind == "customer"], return_counts=True)
    counts = np.sort(counts)[::-1]

    assert counts[: len(counts) // 10].sum() > 0.3 * counts.sum()


def test_evenings_are_busier_than_nights_where_customers_live(shop):
    zones = {customer.external_id: customer.time_zone for customer in shop.customers}
    londoners = {external_id for external_id, zone in zones.items() if zone == "Europe/London"}
    theirs = np.isin(shop.events.identity, sorted(londoners)) & (shop.events.kind == "view")
    hours = Counter(
        datetime.fromtimestamp(at / 1e6, tz=ZoneInfo("Europe/London")).hour
        for at in shop.events.occurred_at[theirs].tolist()
    )

    assert sum(hours[hour] for hour in (20, 21, 22)) > 5 * sum(hours[hour] for hour in (2, 3, 4))


def test_what_is_trending_is_not_what_is_popular(shop):
    events = shop.events
    views = events.kind == "view"
    late = views & (events.occurred_at >= micros(UNTIL) - 14 * DAY)
    popular = np.bincount(events.product[views], minlength=360)
    trending = np.bincount(events.product[late], minlength=360)

    shared = set(np.argsort(-popular)[:10]) & set(np.argsort(-trending)[:10])

    assert len(shared) <= 4


def test_stars_go_with_taste(shop):
    events = shop.events
    rated = events.kind == "rating"
    looks = Counter(zip(events.identity.tolist(), events.product.tolist(), strict=True))
    keys = zip(events.identity[rated].tolist(), events.product[rated].tolist(), strict=True)
    interest = np.array([looks[key] for key in keys])
    stars = events.value[rated]

    # People look more often at what suits them, and give it more stars.
    assert stars[interest > np.median(interest)].mean() > stars[interest <= np.median(interest)].mean()


def test_people_who_bought_alike_tell_more_than_what_is_popular(shop):
    events = shop.events
    by_customer = events.identity_kind == "customer"
    _, user = np.unique(events.identity[by_customer], return_inverse=True)
    seen = np.zeros((user.max() + 1, len(shop.products)), dtype=bool)
    seen[user, events.product[by_customer]] = True
    held_out = seen & (np.random.default_rng(0).random(seen.shape) < 0.2)
    known = (seen & ~held_out).astype(float)
    together = known.T @ known
    np.fill_diagonal(together, 0)
    norm = np.sqrt(known.sum(axis=0) + 1)

    popular = recall_at_10(np.broadcast_to(known.sum(axis=0), known.shape), known, held_out)
    alike = recall_at_10(known @ (together / np.outer(norm, norm)), known, held_out)

    assert alike > 2 * popular


def recall_at_10(scores, known, held_out):
    top = np.argsort(-np.where(known > 0, -np.inf, scores), axis=1, kind="stable")[:, :10]
    hits = np.take_along_axis(held_out, top, axis=1).sum(axis=1)
    possible = np.minimum(held_out.sum(axis=1), 10)
    return (hits[possible > 0] / possible[possible > 0]).mean()


@pytest.mark.parametrize(
    ("field", "value"),
    [("products", 34), ("products", 5001), ("customers", 0), ("customers", 50_001), ("days", 13), ("days", 3651)],
)
def test_a_size_outside_its_limits_is_refused_by_name(field, value):
    with pytest.raises(InvalidInput, match=f"{field}: a whole number from") as refusal:
        generate(**{field: value, "until": UNTIL})

    assert refusal.value.field == field


def test_an_end_without_a_time_zone_is_refused():
    with pytest.raises(InvalidInput, match="until: a date and time with a time zone"):
        generate(until=datetime(2026, 11, 25))  # noqa: DTZ001


def test_the_smallest_shop_still_works():
    shop = generate(products=35, customers=1, days=14, until=UNTIL)

    assert len(shop.products) == 35
    assert len(shop.customers) == 1
    assert {len(column) for column in columns(shop.events).values()} == {len(shop.events)}


def test_an_end_in_another_time_zone_is_the_same_instant(small):
    shanghai = UNTIL.astimezone(ZoneInfo("Asia/Shanghai"))

    same = generate(products=60, customers=40, days=30, until=shanghai)

    np.testing.assert_array_equal(same.events.occurred_at, small.events.occurred_at)


def written(shop, *kinds):
    """(row, payload) of what was written."""
    return [
        (row, json.loads(shop.events.payload[row])) for row in np.flatnonzero(np.isin(shop.events.kind, kinds)).tolist()
    ]


def test_what_was_written_is_of_customers_in_english_and_chinese_and_within_what_events_may_hold(shop):
    texts = written(shop, "review", "comment")
    locales = {customer.external_id: customer.locale for customer in shop.customers}

    assert 300 <= len(texts) <= 1000
    assert set(shop.events.payload[~np.isin(shop.events.kind, ["review", "comment"])]) == {"{}"}
    for row, payload in texts:
        assert KINDS[shop.events.kind[row]].check_payload(payload) == payload
        assert not re.search("[{}]|  ", payload["text"])
        in_chinese = bool(re.search("[\u4e00-\u9fff]", payload["text"]))
        assert in_chinese == locales[shop.events.identity[row]].startswith("zh")
    assert 0.1 < np.mean(["。" in payload["text"] or "！" in payload["text"] for _row, payload in texts]) < 0.5


def test_reviews_are_of_what_was_rated_with_the_same_stars_and_some_leave_the_stars_away(shop):
    events = shop.events
    rated = {
        (events.identity[row], events.product[row]): events.value[row]
        for row in np.flatnonzero(events.kind == "rating")
    }
    reviews = written(shop, "review")

    for row, payload in reviews:
        stars = rated[events.identity[row], events.product[row]]
        assert payload.get("stars", stars) == stars
    assert 0 < sum("stars" not in payload for _row, payload in reviews) < len(reviews) / 4
    assert all("stars" not in payload for _row, payload in written(shop, "comment"))


def test_practice_reviews_are_as_many_of_each_star_in_both_languages_and_the_same_each_time():
    reviews = practice_reviews(400)

    # 400 = 5 stars × 2 languages × 40.
    assert set(Counter((review.stars, review.language) for review in reviews).values()) == {40}
    assert len({review.text for review in reviews}) > 350
    assert reviews == practice_reviews(400)
    assert reviews != practice_reviews(400, seed=8)
