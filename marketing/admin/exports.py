"""An export button for lists: a page that asks for the format and the rows, and answers with the file."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminSingleDateWidget

from marketing.admin.page import link
from marketing.errors import InvalidInput
from marketing.event_kinds import KINDS
from marketing.exports import EXPORTS, FORMATS, Export, prepare
from marketing.exports.download import download
from marketing.exports.selections import Selection
from marketing.models import CustomEventKind, Source


class Exportable:
    """Beside a Page: `export` names a selection of marketing.exports. Whoever may see the list may have it as a file."""

    export: ClassVar[str]
    actions_list: ClassVar[list[str]] = ["export_rows"]

    def has_export_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(f"marketing.view_{EXPORTS[self.export].model}")

    @link("Export", permission="export", icon="download")
    def export_rows(self, request: HttpRequest) -> HttpResponseBase:
        if not self.has_export_permission(request):
            raise PermissionDenied
        form = ExportForm(request.GET or None, selection=EXPORTS[self.export])
        if form.is_valid():
            return download(form.export)
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]  # the page's
            "title": f"Export {self.export}",
            "form": form,
            "selection": EXPORTS[self.export],
        }
        return TemplateResponse(request, "marketing/export.html", context)


class ExportForm(forms.Form):
    """The parameters of a selection. Filled in, it holds the export."""

    export: Export

    def __init__(self, *args: Any, selection: Selection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.selection = selection
        self.fields["format"] = _choice({name: name for name in FORMATS}, required=True)
        for name in selection.filters:
            self.fields[name] = _FIELDS[name]()

    def clean(self) -> dict[str, Any]:
        """Let the export's own reading of the parameters decide."""
        values: dict[str, Any] = self.cleaned_data
        if self.errors:
            return values
        given = {name: str(values.get(name) or "") for name in self.selection.filters}
        try:
            self.export = prepare(self.selection.name, format_name=values["format"], filters=given)
        except InvalidInput as error:
            self.add_error(error.field if error.field in self.fields else None, error.message)
        return values


def _choice(choices: dict[str, str], *, required: bool = False) -> forms.ChoiceField:
    offered = [*([] if required else [("", "all")]), *choices.items()]
    return forms.ChoiceField(choices=offered, required=required, widget=UnfoldAdminSelectWidget)


def _day(said: str) -> forms.DateField:
    return forms.DateField(required=False, widget=UnfoldAdminSingleDateWidget, help_text=said)


def _kinds() -> forms.ChoiceField:
    custom = dict(CustomEventKind.objects.values_list("name", "label"))
    return _choice({**{kind.name: kind.label for kind in KINDS.values()}, **custom})


_FIELDS = {
    "from": lambda: _day("The first day."),
    "to": lambda: _day("The first day that is left out."),
    "source": lambda: _choice(dict(Source.objects.values_list("code", "name"))),
    "kind": _kinds,
}
