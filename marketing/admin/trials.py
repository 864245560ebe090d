"""The dialogs of canaries and of rolling back: what is asked, and from what to what it goes."""

from typing import Any

from django import forms
from django.http import HttpRequest
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminSelectWidget

from marketing.models import Artefact, Deployment
from marketing.runs.deployments import KEPT, LEAST_SHARE, MOST_SHARE, champion_before, current

USUAL_PERCENT = 10


class RollBackForm(BaseDialogForm):  # type: ignore[misc]  # unfold has no types
    """Nothing is asked but whether: it says which artefact goes and which comes."""

    form_before_template = "marketing/roll_back.html"

    def get_before_template_context(self, request: HttpRequest, object_id: int | str | None = None) -> dict[str, Any]:
        deployment = Deployment.objects.filter(pk=int(object_id or 0)).first()
        standing = current(deployment.slot) if deployment else None
        return {"standing": standing, "before": champion_before(standing.slot) if standing else None}


class CanaryForm(BaseDialogForm):  # type: ignore[misc]  # unfold has no types
    """How many of the people try it."""

    percent = forms.DecimalField(
        label="Percent of the people",
        min_value=round(100 * LEAST_SHARE),
        max_value=round(100 * MOST_SHARE),
        initial=USUAL_PERCENT,
        help_text="Each person stays with one artefact. Of customers who did not agree to personal lists none tries it.",
        widget=UnfoldAdminDecimalFieldWidget,
    )

    @property
    def share(self) -> float:
        return float(self.cleaned_data["percent"]) / 100


class NewCanaryForm(CanaryForm):
    """The same, and which of the newest artefacts it is."""

    artefact = forms.ModelChoiceField(Artefact.objects.none(), empty_label=None, widget=UnfoldAdminSelectWidget)
    field_order = ["artefact", "percent"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        deployment = Deployment.objects.filter(pk=self.object_id).first()
        if deployment is not None:
            others = Artefact.objects.filter(kind=deployment.slot).exclude(pk=deployment.champion_id)
            newest = others.order_by("-version").values_list("pk", flat=True)[:KEPT]
            self.fields["artefact"].queryset = Artefact.objects.filter(pk__in=list(newest)).order_by("-version")
