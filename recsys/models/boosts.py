"""Staff's hand on the lists."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from marketing.models import Category, Item
from marketing.models.keys import created_now


class BoostRule(models.Model):
    """What staff wish of items: pinned to a place, moved up or down, or left out; everywhere or in one placement."""

    class Action(models.TextChoices):
        PIN = "pin", "pin to a place"
        BOOST = "boost", "move up"
        BURY = "bury", "move down"
        EXCLUDE = "exclude", "leave out"

    name = models.CharField(max_length=100)
    action = models.CharField(max_length=8, choices=Action.choices)
    item = models.ForeignKey(Item, models.CASCADE, null=True, blank=True, related_name="boost_rules")
    category = models.ForeignKey(
        Category,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="boost_rules",
        help_text="With all categories below it.",
    )
    brand = models.CharField(max_length=100, blank=True, default="", db_default="")
    tag = models.CharField(max_length=64, blank=True, default="", db_default="")
    placement = models.CharField(
        max_length=64,
        blank=True,
        default="",
        db_default="",
        help_text="Where it holds, e.g. “home”; empty: everywhere.",
    )
    factor = models.FloatField(
        default=2.0, db_default=2.0, help_text="Moving up multiplies scores by it, moving down divides them."
    )
    position = models.PositiveSmallIntegerField(
        default=1, db_default=1, help_text="The place of a pinned item, from 1."
    )
    starts_at = models.DateTimeField(null=True, blank=True, help_text="Empty: holds from now on.")
    ends_at = models.DateTimeField(null=True, blank=True, help_text="Empty: holds until it is switched off.")
    active = models.BooleanField(default=True, db_default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="boost_rules", editable=False
    )
    created_at = created_now()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(item__isnull=False, category__isnull=True, brand="", tag="")
                | Q(item__isnull=True, category__isnull=False, brand="", tag="")
                | (Q(item__isnull=True, category__isnull=True, tag="") & ~Q(brand=""))
                | (Q(item__isnull=True, category__isnull=True, brand="") & ~Q(tag="")),
                name="boost_rule_one_target",
                violation_error_message="Name one of item, category, brand and tag.",
            ),
            models.CheckConstraint(
                condition=~Q(action="pin") | Q(item__isnull=False),
                name="boost_rule_pins_an_item",
                violation_error_message="Only an item can be pinned.",
            ),
            models.CheckConstraint(
                condition=Q(factor__gt=1, factor__lte=1000),
                name="boost_rule_factor",
                violation_error_message="The factor is above 1 and at most 1,000.",
            ),
            models.CheckConstraint(
                condition=Q(position__gte=1, position__lte=100),
                name="boost_rule_position",
                violation_error_message="The place is from 1 to 100.",
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True) | Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="boost_rule_ends_after_start",
                violation_error_message="It ends before it starts.",
            ),
        ]

    def __str__(self) -> str:
        return self.name
