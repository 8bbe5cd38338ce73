"""Rules of a release that only its staged files can show; the publisher judges them before putting it in place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from validations.judgement import RuleResult, verdict

ALL = "all"


def formats_agree(found: Mapping[str, Mapping[str, tuple[int, str]]]) -> Iterator[RuleResult]:
    """C50: in every format a table has the same number of rows and the same content hash.

    Args:
        found: by table and format (`sqlite`, `parquet`, `csv`), rows and content hash.

    Yields:
        One result per table; `checked` is the number of formats compared.
    """
    if not found:
        yield verdict("C50", ALL, ALL, checked=0, failed=0)
    for table, formats in sorted(found.items()):
        says = ", ".join(f"{name} {rows} rows {digest[:12]}" for name, (rows, digest) in sorted(formats.items()))
        differ = len(set(formats.values())) - 1
        yield verdict("C50", table, ALL, checked=len(formats), failed=max(differ, 0), detail=says)
