"""Dagster's view of the house: each regime's assets made from its YAML, the judgement as checks, the release.

Assets only call `pipelines.steps` and `pipelines.schedule_steps`; what they return is metadata for the UI. The graph is
the list of agreements.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from pipelines import schedule_steps, steps
from pipelines.home import Home
from pipelines.judging import Judged, JudgeProcess, last_judged
from pipelines.output import Progress
from pipelines.release import publish_now
from pipelines.standing import Approval
from pipelines.work import Metrics, Work
from sources.registry import Registry
from sources.specs import RegimeSpec, TariffSpec
from validations.judgement import RuleResult, is_error

HS = [dg.AssetKey(["hs", "correlations"]), dg.AssetKey(["hs", "nomenclature"])]
RULES = "rules"
ROWS_SHOWN = 12
progress = Progress()
"""Where steps say what they do; the command line puts its own in place, so that seconds count from its start."""
opened: Work | None = None
"""The installation of a run begun at the command line, opened once for all of its steps."""


def all_assets(registry: Registry) -> list[Any]:
    """Every asset and check of an installation."""
    with_rates = [regime for regime in registry.regimes if registry.schedules_of(regime)]
    per_regime = [
        asset
        for regime in registry.regimes.values()
        for asset in (*description_assets(regime), *(schedule_assets(regime) if regime.id in with_rates else ()))
    ]
    judged = [dg.AssetKey([regime, "description"]) for regime in registry.regimes]
    judged += [dg.AssetKey([regime, "hs2022_rates"]) for regime in with_rates]
    judged += [dg.AssetKey([owner, "documents"]) for owner in ("hs", *registry.regimes)]
    tariffs = [tariff_asset(tariff) for tariff in registry.tariffs.values()]
    judged += [asset.key for asset in tariffs]
    return [*common_assets(), *tariffs, *per_regime, *judging_assets(judged), rule_checks(_shown_on(registry))]


def _work() -> Work:
    return opened or Work.open(Home.from_environment(), progress)


def _soon(stage: int) -> dict[str, str]:
    """Later stages first: a regime begun is finished before the next, so that what its stages share is still kept."""
    return {"dagster/priority": str(stage)}


FIRST = _soon(5)
"""Of what every regime rests on: else the first stage of all regimes would go before."""
LAST = _soon(-1)
"""Of what nothing but the judgement waits for: documents are read in the background while the rest is made."""


def _result(metrics: Metrics) -> dg.MaterializeResult[Any]:
    return dg.MaterializeResult(metadata=_metadata(metrics))


def _metadata(metrics: Metrics) -> dict[str, Any]:
    """Figures as they are; a list of rows as a small table in Markdown."""
    shown: dict[str, Any] = {}
    for name, value in metrics.items():
        rows = isinstance(value, list) and value and isinstance(value[0], dict)
        shown[name] = dg.MetadataValue.md(_markdown(value)) if rows else value
    return shown


def _markdown(rows: Sequence[dict[str, Any]]) -> str:
    names = list(rows[0])
    lines = [f"| {' | '.join(names)} |", f"|{' --- |' * len(names)}"]
    lines += [f"| {' | '.join(str(row.get(name, '')) for name in names)} |" for row in rows[:ROWS_SHOWN]]
    return "\n".join(lines)


def common_assets() -> list[Any]:
    """Parties, and the Harmonized System that every regime rests on."""

    @dg.asset(key=["common", "parties"], group_name="common", description="Countries and groups of countries.")
    def parties() -> dg.MaterializeResult[Any]:
        return _result(steps.make_parties(_work()))

    @dg.asset(
        key=["hs", "documents"],
        group_name="hs",
        op_tags=LAST,
        description="Correlation sheets, compared where at hand with what was accepted.",
    )
    def documents() -> dg.MaterializeResult[Any]:
        return _result(steps.compare_documents(_work(), None))

    @dg.multi_asset(
        specs=[
            dg.AssetSpec(HS[0], group_name="hs", description="Which subheadings share goods."),
            dg.AssetSpec(HS[1], group_name="hs", description="The tree of every HS edition."),
        ],
        name="harmonized_system",
        op_tags=FIRST,
    )
    def harmonized_system() -> Iterator[dg.MaterializeResult[Any]]:
        metrics = steps.make_hs(_work())
        for key in HS:
            yield dg.MaterializeResult(asset_key=key, metadata=_metadata(metrics))

    return [parties, documents, harmonized_system]


def tariff_asset(tariff: TariffSpec) -> Any:
    """The asset of one national tariff: its MFN rates, and those in HS 2022."""
    name = tariff.id.replace("-", "_")

    @dg.asset(
        key=["tariffs", name], group_name="tariffs", deps=list(HS), description=f"MFN rates of {tariff.importer}."
    )
    def mfn() -> dg.MaterializeResult[Any]:
        return _result(steps.make_tariff(_work(), tariff.id))

    return mfn


def description_assets(regime: RegimeSpec) -> list[Any]:
    """The assets that every regime has: its documents, and what describes it."""
    group, owner = regime.id.replace("-", "_"), regime.id

    @dg.asset(
        key=[owner, "documents"],
        group_name=group,
        op_tags=LAST,
        description=f"Documents of {regime.name_en}, compared where at hand with what was accepted.",
    )
    def documents() -> dg.MaterializeResult[Any]:
        return _result(steps.compare_documents(_work(), owner))

    @dg.asset(
        key=[owner, "description"],
        group_name=group,
        deps=list(HS),
        description="The regime, its parties, rules of origin, provisions, decisions and coverage.",
    )
    def description() -> dg.MaterializeResult[Any]:
        return _result(steps.make_regime(_work(), owner))

    return [documents, description]


def schedule_assets(regime: RegimeSpec) -> list[Any]:
    """The assets of a regime whose schedules are held: source rows, lines, concessions, rates, HS 2022 rates."""
    group, owner = regime.id.replace("-", "_"), regime.id

    def key(name: str) -> dg.AssetKey:
        return dg.AssetKey([owner, name])

    @dg.asset(
        key=key("source_rows"),
        group_name=group,
        op_tags=_soon(1),
        description="Every row of the accepted extractions, accounted for.",
    )
    def source_rows() -> dg.MaterializeResult[Any]:
        return _result(schedule_steps.stage_source_rows(_work(), owner))

    @dg.multi_asset(
        specs=[
            dg.AssetSpec(key(name), deps=[source_rows, *HS], group_name=group, description=about)
            for name, about in (("lines", "National tariff lines."), ("concessions", "Base rate and category."))
        ],
        name=f"{group}_lines",
        op_tags=_soon(2),
    )
    def lines() -> Iterator[dg.MaterializeResult[Any]]:
        metrics = schedule_steps.stage_lines(_work(), owner)
        for name in ("lines", "concessions"):
            yield dg.MaterializeResult(asset_key=key(name), metadata=_metadata(metrics))

    @dg.asset(
        key=key("rates"),
        group_name=group,
        deps=[key("concessions")],
        op_tags=_soon(3),
        description="Dated preferential rates.",
    )
    def rates() -> dg.MaterializeResult[Any]:
        return _result(schedule_steps.stage_rates(_work(), owner))

    @dg.asset(
        key=key("hs2022_rates"),
        group_name=group,
        deps=[rates, key("lines"), *HS],
        op_tags=_soon(4),
        description="Rates in HS 2022.",
    )
    def hs2022_rates() -> dg.MaterializeResult[Any]:
        return _result(schedule_steps.stage_hs2022_rates(_work(), owner))

    return [source_rows, lines, rates, hs2022_rates]


def judging_assets(judged: Sequence[dg.AssetKey]) -> list[Any]:
    """The judgement of everything, and the release that demands it."""

    @dg.asset(key="judgement", group_name="release", deps=list(judged), description="Every rule of the catalogue.")
    def judgement() -> dg.MaterializeResult[Any]:
        work = _work()
        judge = JudgeProcess()
        try:
            judged_now = judge.judge(work.home, work.to_judge())
        finally:
            judge.close()
        failed = [_shown(r) for r in judged_now.judgement.results if r.status == "fail"]
        return _result(
            {
                "passed": judged_now.judgement.passed,
                "quarantined": len(judged_now.quarantine),
                "failing rules": failed or "none",
            }
        )

    @dg.asset(key="release", group_name="release", deps=[judgement], description="The next immutable release.")
    def release() -> dg.MaterializeResult[Any]:
        return _result(publish_now(Home.from_environment(), Approval(None, None, ()), progress))

    return [judgement, release]


def _shown(result: RuleResult) -> dict[str, Any]:
    return {"rule": result.rule, "severity": result.severity, "subject": result.subject, "message": result.message}


def rule_checks(keys: Mapping[str, dg.AssetKey]) -> Any:
    """One check a regime, on the asset named for it, that shows the judgement of its schedules and documents."""

    @dg.multi_asset_check(
        specs=[
            dg.AssetCheckSpec(RULES, asset=key, additional_deps=["judgement"], description="The catalogue of rules.")
            for key in keys.values()
        ],
        name=RULES,
        can_subset=True,
    )
    def rules(context):  # type: ignore[no-untyped-def]  # Dagster refuses an annotation that is kept as text
        work = _work()
        judged = last_judged(work.home)
        selected = {check.asset_key for check in context.selected_asset_check_keys}
        for regime, key in keys.items():
            if key in selected:
                yield dg.AssetCheckResult(asset_key=key, check_name=RULES, **_verdict(work, judged, regime))

    return rules


def rule_evaluations(work: Work) -> Iterator[dg.AssetCheckEvaluation]:
    """What the checks of all regimes say of the last judgement, for a run that judges outside of Dagster."""
    judged = last_judged(work.home)
    for regime, key in _shown_on(work.registry).items():
        yield dg.AssetCheckEvaluation(asset_key=key, check_name=RULES, **_verdict(work, judged, regime))


def _shown_on(registry: Registry) -> dict[str, dg.AssetKey]:
    """By regime, the last asset that is made of it."""
    return {
        regime: dg.AssetKey([regime, "hs2022_rates" if registry.schedules_of(regime) else "description"])
        for regime in registry.regimes
    }


def _verdict(work: Work, judged: Judged | None, regime: str) -> dict[str, Any]:
    """Whether the rules hold of a regime, how grave it is, and the figures."""
    subjects = work.subjects_of(regime)
    found = [r for r in (judged.judgement.results if judged else ()) if r.subject in {*subjects, "all"}]
    failed = [r for r in found if r.status == "fail"]
    figures = {"results": len(found), "failed": len(failed), "what failed": [_shown(r) for r in failed] or "nothing"}
    return {
        "passed": judged is not None and not any(map(is_error, failed)),
        "severity": dg.AssetCheckSeverity.ERROR,
        "metadata": _metadata(figures),
    }
