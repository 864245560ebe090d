"""What counts, in SQL: what identities did in one window of time, and how strongly they turned to what.

The daily rows and the reads of a moment are made by these same fragments, so that they can't disagree. Parameters:
`starts_at`, `ends_at`, `zone`, `base` (currency). `{people}` is a relation with the columns of marketing_identity.
"""

from marketing.features.days import DAY_OF

# Done to a person, not by them: neither activity nor interest.
PASSIVE = """
(event.kind IN ('ad_impression', 'refund') OR (event.kind = 'message' AND event.payload ->> 'direction' = 'out'))
"""
# How strongly one event tells that its item's category and tags interest somebody.
STRENGTH = """
CASE event.kind
    WHEN 'view' THEN 1 WHEN 'click' THEN 1 WHEN 'ad_click' THEN 1 WHEN 'comment' THEN 2 WHEN 'review' THEN 2
    WHEN 'add_to_cart' THEN 3 WHEN 'like' THEN 3 WHEN 'share' THEN 3 WHEN 'follow' THEN 3 WHEN 'subscribe' THEN 3
    WHEN 'purchase' THEN 5
    WHEN 'rating' THEN CASE WHEN event.value >= 4 THEN 5 WHEN event.value >= 3 THEN 1 ELSE 0 END
    ELSE 0
END
"""

EVENTS = f"""
SELECT event.identity_id, event.kind, event.value, event.occurred_at, event.item_id
FROM {{people}} person
JOIN marketing_event event ON event.identity_id = person.id
WHERE person.kind <> 'nobody' AND event.quality = 'ok' AND {PASSIVE} IS NOT TRUE
  AND event.occurred_at >= %(starts_at)s AND event.occurred_at < %(ends_at)s
"""  # noqa: S608 - only constants of ours are put in

# What one unit of the order's currency was worth on the day of the order: the newest rate not younger than it. A
# refund is taken at the order's rate as well, so that an order given back whole leaves nothing.
_RATE = f"""
LEFT JOIN LATERAL (
    SELECT 1::numeric AS rate WHERE sold.currency = %(base)s
    UNION ALL (
        SELECT exchange.rate FROM marketing_exchangerate exchange
        WHERE exchange.base = %(base)s AND exchange.currency = sold.currency AND sold.currency <> %(base)s
          AND exchange.day <= {DAY_OF.format(instant="sold.placed_at")}
        ORDER BY exchange.day DESC LIMIT 1
    )
) exchanged ON true
"""  # noqa: S608
# Goods less discounts, without tax and shipping; of a refund the goods' share of what was paid. `amount` is NULL where
# no rate is known. Of a cancelled order nothing counts, its refunds included.
SALES = f"""
SELECT sold.identity_id, sold.currency, sold.placed_at AS at, true AS placed,
       (sold.items_total - sold.discount) * exchanged.rate AS amount
FROM {{people}} person
JOIN marketing_order sold ON sold.identity_id = person.id {_RATE}
WHERE person.kind <> 'nobody' AND sold.status = 'placed'
  AND sold.placed_at >= %(starts_at)s AND sold.placed_at < %(ends_at)s
UNION ALL
SELECT sold.identity_id, sold.currency, refund.refunded_at, false,
       -refund.amount * (sold.items_total - sold.discount) * exchanged.rate / nullif(sold.total, 0)
FROM {{people}} person
JOIN marketing_order sold ON sold.identity_id = person.id
JOIN marketing_refund refund ON refund.order_id = sold.id {_RATE}
WHERE person.kind <> 'nobody' AND sold.status = 'placed'
  AND refund.refunded_at >= %(starts_at)s AND refund.refunded_at < %(ends_at)s
"""  # noqa: S608

ACTIVITY_COLUMNS = (
    "events",
    "views",
    "clicks",
    "carts",
    "purchases",
    "orders",
    "revenue",
    "dwell_seconds",
    "ratings",
    "rating_sum",
    "rating_squares",
    "first_at",
    "last_at",
)
# `activity`: one row an identity. A refund alone doesn't say that somebody was there, so its time stands only for want
# of another.
ACTIVITY = f"""
event AS MATERIALIZED ({EVENTS}),
sale AS MATERIALIZED ({SALES}),
acted AS (
    SELECT identity_id,
           count(*) AS events,
           count(*) FILTER (WHERE kind = 'view') AS views,
           count(*) FILTER (WHERE kind = 'click') AS clicks,
           count(*) FILTER (WHERE kind = 'add_to_cart') AS carts,
           count(*) FILTER (WHERE kind = 'purchase') AS purchases,
           sum(value) FILTER (WHERE kind = 'view') AS dwell_seconds,
           count(value) FILTER (WHERE kind = 'rating') AS ratings,
           sum(value) FILTER (WHERE kind = 'rating') AS rating_sum,
           sum(value * value) FILTER (WHERE kind = 'rating') AS rating_squares,
           min(occurred_at) AS first_at,
           max(occurred_at) AS last_at
    FROM event GROUP BY identity_id
),
earned AS (
    SELECT identity_id,
           count(*) FILTER (WHERE placed) AS orders,
           round(sum(amount), 4) AS revenue,
           min(at) FILTER (WHERE placed) AS first_at,
           max(at) FILTER (WHERE placed) AS last_at,
           min(at) AS first_refund_at,
           max(at) AS last_refund_at
    FROM sale WHERE amount IS NOT NULL GROUP BY identity_id
),
activity AS (
    SELECT identity_id,
           coalesce(acted.events, 0) AS events,
           coalesce(acted.views, 0) AS views,
           coalesce(acted.clicks, 0) AS clicks,
           coalesce(acted.carts, 0) AS carts,
           coalesce(acted.purchases, 0) AS purchases,
           coalesce(earned.orders, 0) AS orders,
           coalesce(earned.revenue, 0) AS revenue,
           coalesce(acted.dwell_seconds, 0) AS dwell_seconds,
           coalesce(acted.ratings, 0) AS ratings,
           coalesce(acted.rating_sum, 0) AS rating_sum,
           coalesce(acted.rating_squares, 0) AS rating_squares,
           coalesce(least(acted.first_at, earned.first_at), earned.first_refund_at) AS first_at,
           coalesce(greatest(acted.last_at, earned.last_at), earned.last_refund_at) AS last_at
    FROM acted FULL JOIN earned USING (identity_id)
)
"""  # noqa: S608

# `interest`: one row an identity, kind (category or tag) and name; needs `event`. An item's tag counts once, however
# often it stands in the list.
INTEREST = f"""
wanted AS (
    SELECT identity_id, item_id, sum(strength)::float8 AS strength
    FROM (SELECT identity_id, item_id, {STRENGTH} AS strength FROM event WHERE item_id IS NOT NULL) told
    WHERE strength > 0 GROUP BY identity_id, item_id
),
interest AS (
    SELECT wanted.identity_id, 'category' AS kind, category.slug AS name, sum(wanted.strength) AS strength
    FROM wanted
    JOIN marketing_item item ON item.id = wanted.item_id
    JOIN marketing_category category ON category.id = item.category_id
    GROUP BY wanted.identity_id, category.slug
    UNION ALL
    SELECT wanted.identity_id, 'tag', tag.name, sum(wanted.strength)
    FROM wanted
    JOIN marketing_item item ON item.id = wanted.item_id
    CROSS JOIN LATERAL (SELECT DISTINCT unnest(item.tags) AS name) tag
    WHERE tag.name <> ''
    GROUP BY wanted.identity_id, tag.name
)
"""  # noqa: S608
