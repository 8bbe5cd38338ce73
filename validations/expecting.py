"""The door to Great Expectations: its expectations asked of one frame, without a data context around them.

A context takes a fingerprint of every frame, twice, and its validator makes each expectation anew from its
configuration at every step: for some six hundred expectations on forty tables that costs more than looking at the data.
The expectations, their metrics and the engine that computes them are Great Expectations' own; only the way between is
short.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import pandas as pd
    from great_expectations.expectations.expectation import Expectation


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one expectation.

    Attributes:
        success: whether it is met; false also where it could not be computed.
        result: what Great Expectations says of it, by the detail that was asked for.
        errors: why it could not be computed.
    """

    success: bool
    result: Mapping[str, Any]
    errors: tuple[str, ...] = ()


def expectation(kind: str, arguments: Mapping[str, Any]) -> Expectation:
    """An expectation of a kind of Great Expectations, such as `ExpectColumnValuesToNotBeNull`."""
    made: Expectation = _steady(kind)(**arguments)
    return made


def ask(
    frame: pd.DataFrame, expected: Sequence[Expectation], detail: Literal["BOOLEAN_ONLY", "COMPLETE"] = "BOOLEAN_ONLY"
) -> list[Outcome]:
    """Ask expectations of a frame, all at once, so that what several need is computed once.

    Args:
        frame: the rows.
        expected: made by `expectation`.
        detail: `COMPLETE` gives under `unexpected_index_list` the places of the rows at fault.

    Returns:
        One outcome per expectation, in order.
    """
    great_expectations()
    from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
    from great_expectations.validator.metrics_calculator import MetricsCalculator

    engine = PandasExecutionEngine(batch_data_dict={"frame": frame})
    needs = [
        one.get_validation_dependencies(engine, {"result_format": detail}).get_metric_configurations()
        for one in expected
    ]
    metrics, aborted = MetricsCalculator(engine).compute_metrics([need for all_of_one in needs for need in all_of_one])
    errors = tuple(sorted({info["exception_info"]["exception_message"] for info in aborted.values()}))
    outcomes = []
    for one, needed in zip(expected, needs, strict=True):
        if all(need.id in metrics for need in needed):
            said = one.metrics_validate(metrics, {"result_format": detail}, engine)
            outcomes.append(Outcome(bool(said.success), said.result))
        else:
            outcomes.append(Outcome(False, {}, errors))
    return outcomes


@cache
def great_expectations() -> ModuleType:
    """The library, without its telemetry and its chatter; imported here, since that takes seconds."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations
    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    return great_expectations


@cache
def _steady(kind: str) -> type[Any]:
    """An expectation that makes its configuration once, where its parent makes it at each of some seventy askings."""
    parent = getattr(great_expectations().expectations, kind)

    class Config(parent.Config):  # type: ignore[misc, name-defined]  # known at run time alone
        keep_untouched = (cached_property,)

    configuration = cached_property(parent.configuration.fget)
    body = {"__module__": __name__, "__doc__": parent.__doc__, "Config": Config, "configuration": configuration}
    made: type[Any] = type(parent)(kind, (parent,), body)
    return made
