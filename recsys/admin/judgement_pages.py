"""Pictures of judgements: curves over runs, and those that were judged on the same rows beside each other."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from marketing.admin.cells import moment
from marketing.admin.page import Page
from marketing.reports.dots import Dots, Mark
from marketing.reports.lines import Line, LineChart, Point
from recsys.admin.judgement_rows import (
    certain_sign,
    holdout_cell,
    pairs_by_metric,
    pairs_by_segment,
    point,
    role_badge,
    spread,
)
from recsys.admin.metric_names import METRICS, titled
from recsys.holdout import HOLDOUTS
from recsys.models import Evaluation
from recsys.selectors.judged import JudgedRun, figure_of, judged_runs, judged_together

# Of the curves. More runs than this are not told apart on a page.
NEWEST_RUNS = 40
CURVES = ("ndcg", "recall", "coverage")
Role = Evaluation.Role
NAMES = {
    Role.CANDIDATE: "the candidate",
    Role.CHAMPION: "the champion",
    Role.BASELINE: "the baseline",
    Role.FORMER: "a former champion",
}


def curves_page(page: Page, request: HttpRequest) -> HttpResponse:
    """How candidates and champions did, run by run."""
    _check_right(page, request)
    runs = judged_runs(newest=NEWEST_RUNS)
    context = {
        **_frame(page, request, title="Judgements over runs"),
        "summary": _summary(runs),
        "charts": [_chart(metric, runs) for metric in CURVES] if runs else [],
        "heads": [METRICS[metric].title for metric in CURVES],
        "rows": [_curve_row(judged) for judged in reversed(runs)],
    }
    return TemplateResponse(request, "recsys/judgement_curves.html", context)


def together_page(page: Page, request: HttpRequest, *, together: UUID) -> HttpResponse:
    """Candidate against champion, or whoever is asked for by `against`, and all who were judged on the same rows."""
    _check_right(page, request)
    rows = judged_together(together)
    if not rows:
        raise Http404("There are no such judgements.")
    ours = next((row for row in rows if row.role == Role.CANDIDATE), rows[0])
    theirs = _opponent(ours, rows, asked=request.GET.get("against", ""))
    context = {
        **_frame(page, request, title="Judged on the same rows"),
        "ours": ours,
        "theirs": theirs,
        "customers": f"{ours.judged:,}",
        "heads": [_begun(_named(row)) for row in (ours, theirs) if row],
        "ours_is": _named(ours),
        "theirs_is": _named(theirs) if theirs else "",
        "verdict": verdict(ours, theirs) if theirs else f"{ours.label} was judged alone.",
        "run": ours.run,
        "when": moment(ours.created_at),
        "held_out": holdout_cell(ours.holdout),
        "leak": HOLDOUTS[ours.holdout].leak if ours.holdout in HOLDOUTS else "",
        "by_metric": pairs_by_metric(ours, theirs) if theirs else [],
        "by_segment": pairs_by_segment(ours, theirs) if theirs else [],
        "everyone": _everyone(rows, ours=ours, theirs=theirs),
    }
    return TemplateResponse(request, "recsys/judged_together.html", context)


def verdict(ours: Evaluation, theirs: Evaluation) -> str:
    """One or two sentences: who ranks better, by how much, and what else differs beyond chance."""
    found = figure_of(ours, "ndcg")
    if found is None or found[0] not in theirs.metrics:
        return f"{ours.label} and {theirs.label} were not judged by the same metric."
    name, told = found
    other = theirs.metrics[name]
    figures = f"{titled(name)} is {told['mean']:.3f} against {other['mean']:.3f}"
    if (ours.algorithm, ours.params) == (theirs.algorithm, theirs.params):
        both = f"{_named(ours)} and {_named(theirs)}"
        return _begun(f"{both} are the same configuration, {ours.label}: {figures}.")
    sign = certain_sign(other)
    who, whom = _whole(ours), _whole(theirs).removesuffix(",")
    if sign is None:
        return f"{figures} of {theirs.label}, for {ours.label}. The difference was not drawn customer by customer."
    gain = other["candidate_gain"]
    between = f"the difference lies between {gain['low']:+.3f} and {gain['high']:+.3f} with 95% confidence"
    said = {
        1: f"{who} ranks better than {whom}",
        -1: f"{who} ranks worse than {whom}",
        0: f"{who} and {whom} can’t be told apart",
    }
    return _begun(f"{said[sign]}: {figures}, and {between}. {_besides(ours, theirs)}".rstrip())


def _begun(sentence: str) -> str:
    """With a capital, unless it begins with an algorithm's name."""
    return f"T{sentence[1:]}" if sentence.startswith("the ") else sentence


def _besides(ours: Evaluation, theirs: Evaluation) -> str:
    """What else the paired intervals show."""
    better: list[str] = []
    worse: list[str] = []
    for metric, words in METRICS.items():
        found = figure_of(ours, metric)
        sign = certain_sign(theirs.metrics.get(found[0])) if found and metric != "ndcg" else None
        if sign and words.better:
            (better if sign == words.better else worse).append(words.title)
    parts = [f"better in {', '.join(better)}"] if better else []
    parts += [f"worse in {', '.join(worse)}"] if worse else []
    return f"Also beyond chance: {'; '.join(parts)}." if parts else ""


def _check_right(page: Page, request: HttpRequest) -> None:
    if not page.has_view_permission(request):
        raise PermissionDenied


def _frame(page: Page, request: HttpRequest, *, title: str) -> dict[str, Any]:
    return {
        **page.admin_site.each_context(request),
        "opts": Evaluation._meta,  # noqa: SLF001 – Django documents it as public
        "title": title,
        "list_url": reverse("admin:recsys_evaluation_changelist"),
        "curves_url": reverse("admin:recsys_evaluation_curves"),
    }


def _named(row: Evaluation) -> str:
    """The part that it plays; what was asked for by hand plays none and has its label alone."""
    return NAMES.get(Role(row.role), row.label)


def _whole(row: Evaluation) -> str:
    """Part and label: “the candidate, ease,”."""
    return f"{_named(row)}, {row.label}," if Role(row.role) in NAMES else row.label


def _opponent(ours: Evaluation, rows: list[Evaluation], *, asked: str) -> Evaluation | None:
    """Who is asked for, else the champion, else the baseline, else the best of the rest."""
    others = [row for row in rows if row.pk != ours.pk]
    for row in others:
        if str(row.pk) == asked:
            return row
    order = (Role.CHAMPION, Role.BASELINE)
    return min(others, key=lambda row: order.index(row.role) if row.role in order else len(order), default=None)


def _everyone(rows: list[Evaluation], *, ours: Evaluation, theirs: Evaluation | None) -> list[dict[str, Any]]:
    marks = {}
    for row in rows:
        found = figure_of(row, "ndcg")
        if found:
            chosen = row.pk == ours.pk
            marks[row.pk] = Mark(row.label, "good" if chosen else "muted", point(found[1]), hollow=not chosen)
    whole = Dots.over(list(marks.values())) if marks else None
    here = reverse("admin:recsys_evaluation_together", args=[ours.judged_together])
    return [
        {
            "row": row,
            "badge": role_badge(row),
            "dots": Dots([marks[row.pk]], low=whole.low, high=whole.high).svg() if whole and row.pk in marks else "",
            "figures": [spread(figure_of(row, metric)) for metric in CURVES],
            "url": reverse("admin:recsys_evaluation_change", args=[row.pk]),
            "against_url": f"{here}?against={row.pk}" if row.pk not in (ours.pk, theirs.pk if theirs else None) else "",
        }
        for row in rows
    ]


def _summary(runs: list[JudgedRun]) -> str:
    if not runs:
        return "No run has judged a candidate yet."
    newest = runs[-1]
    found = figure_of(newest.candidate, "ndcg")
    said = (
        f"The newest candidate, {newest.candidate.label}, has {titled(found[0])} {found[1]['mean']:.3f}"
        if found
        else ""
    )
    other = figure_of(newest.champion, "ndcg") if newest.champion else None
    if other and newest.champion:
        said += f"; the champion of its time, {newest.champion.label}, {other[1]['mean']:.3f} on the same rows"
    return f"{said}." if said else "The newest candidate has no NDCG."


def _chart(metric: str, runs: list[JudgedRun]) -> dict[str, Any]:
    candidates = [_curve_point(judged.candidate, metric) for judged in runs]
    champions = [_curve_point(judged.champion, metric) for judged in runs]
    names = [found[0] for judged in runs if (found := figure_of(judged.candidate, metric))]
    title = titled(names[-1]) if names else METRICS[metric].title
    moments = [timezone.localtime(judged.candidate.created_at) for judged in runs]
    steps = [date_format(moment, "j M Y, H:i") for moment in moments]
    # Of one day the times tell runs apart, of several the days.
    marks = [date_format(moment, "H:i" if moments[0].date() == moments[-1].date() else "j M") for moment in moments]
    lines = (Line("champion", "muted", champions, dashed=True), Line("candidate", "good", candidates))
    newest = candidates[-1]
    label = f"{title} over {len(runs)} runs, {steps[0]} to {steps[-1]}"
    return {
        "title": title,
        "explain": METRICS[metric].explain,
        "svg": LineChart(
            f"{label}; the newest candidate {newest.said()}" if newest else label, steps, lines, marks=marks
        ).svg(),
    }


def _curve_point(row: Evaluation | None, metric: str) -> Point | None:
    found = figure_of(row, metric) if row else None
    if row is None or found is None:
        return None
    return point(found[1], url=reverse("admin:recsys_evaluation_together", args=[row.judged_together]))


def _curve_row(judged: JudgedRun) -> dict[str, Any]:
    return {
        "candidate": judged.candidate,
        "when": moment(judged.candidate.created_at),
        "held_out": holdout_cell(judged.candidate.holdout),
        "url": reverse("admin:recsys_evaluation_together", args=[judged.candidate.judged_together]),
        "figures": [
            (
                spread(figure_of(judged.candidate, metric)),
                spread(figure_of(judged.champion, metric) if judged.champion else None),
            )
            for metric in CURVES
        ],
    }
