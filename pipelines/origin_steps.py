"""A regime's rules of origin and provisions put together: its rule sets, general rule, index in HS 2022, tolerances."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from sources.extraction import Extraction
from sources.origin_specs import load_origin, load_processes
from sources.provision_specs import load_codes, load_provisions
from sources.registry import Registry
from transforms.correlations import Concordance
from transforms.origin_index import hs2022_origin_rows
from transforms.origin_rules import general_rule_row, lost_rule_rows, origin_rule_rows, vocabulary_of
from transforms.provisions import de_minimis_rows, provision_rows
from warehouse.rows import build


def origin_tables(
    registry: Registry, regime_id: str, extractions: Sequence[Extraction], concordance: Concordance
) -> tuple[dict[str, pa.Table], list[dict[str, Any]]]:
    """Tables `origin_rule`, `hs2022_origin_rule`, `provision` and `de_minimis`, and rows of `rejected_row`.

    Args:
        registry: names the regime's folder, whose `origin.yml` says how its rules are read; without one both are empty.
        regime_id: the regime.
        extractions: accepted extractions of its documents; a rule set whose document has none is left out.
        concordance: the correlation tables.
    """
    folder: Path = registry.folders[f"regime:{regime_id}"]
    tables = _provision_tables(regime_id, folder)
    spec = load_origin(folder)
    if spec is None:
        return tables, []
    vocabulary = vocabulary_of(load_processes())
    by_document = {extraction.document_id: extraction for extraction in extractions}
    rules: list[dict[str, Any]] = []
    rejected: list[dict[str, Any]] = []
    for rule_set in spec.sets:
        if rule_set.document in by_document:
            rows, refused = origin_rule_rows(by_document[rule_set.document], rule_set, regime_id, vocabulary)
            rules += rows
            rules += lost_rule_rows(rule_set, regime_id, vocabulary)
            rejected += refused
    rules += [general_rule_row(general, regime_id, vocabulary) for general in spec.general]
    held = all(general.exceptions_held for general in spec.general)
    index = hs2022_origin_rows(rules, concordance, exceptions_held=held)
    tables |= {"origin_rule": build("origin_rule", rules), "hs2022_origin_rule": build("hs2022_origin_rule", index)}
    return tables, rejected


def _provision_tables(regime_id: str, folder: Path) -> dict[str, pa.Table]:
    if not (folder / "provisions.yml").exists():
        return {}
    spec = load_provisions(folder.parent)[folder.name]
    provisions = provision_rows(regime_id, spec, load_codes(), load_processes().minimal_operations)
    return {
        "provision": build("provision", provisions),
        "de_minimis": build("de_minimis", de_minimis_rows(regime_id, spec)),
    }
