"""What is known of columns from before: results of the suites, which hold as long as a table's content is the same.

A suite looks at one table alone. So where one document changed, only the tables that changed with it are judged by
their suites again; rules across tables are judged each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import pyarrow as pa

from validations.judgement import RuleResult, result_from_json
from warehouse.tables import arrow_schema


@dataclass(frozen=True)
class Known:
    """Results of the suites by table.

    Attributes:
        hashes: content hash of each table at hand.
        results: by table, the content hash of what was judged, and what came of it.
    """

    hashes: Mapping[str, str]
    results: dict[str, tuple[str, tuple[RuleResult, ...]]] = field(default_factory=dict)

    def of(self, name: str, table: pa.Table) -> tuple[RuleResult, ...] | None:
        """The results on a table; None where its content, or one of its columns, is not what was judged."""
        content_hash, results = self.results.get(name, (None, ()))
        same = content_hash is not None and content_hash == self.hashes.get(name)
        return results if same and table.schema.equals(arrow_schema(name)) else None

    def add(self, name: str, results: tuple[RuleResult, ...]) -> None:
        """Keep the results on a table at hand."""
        if name in self.hashes:
            self.results[name] = (self.hashes[name], results)

    def as_json(self) -> dict[str, Any]:
        """The results, to be kept as JSON."""
        return {name: [digest, [asdict(r) for r in results]] for name, (digest, results) in self.results.items()}


def known_from_json(data: Mapping[str, Any], hashes: Mapping[str, str]) -> Known:
    """Known results from what `Known.as_json` gave, for the tables at hand."""
    return Known(
        hashes, {name: (digest, tuple(map(result_from_json, results))) for name, (digest, results) in data.items()}
    )
