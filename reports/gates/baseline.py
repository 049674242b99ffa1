"""What a result said, kept as a small text: one line for each policy and KPI, sorted, so that a change can be reviewed.

A baseline holds number, mean and spread of every KPI, and of the KPIs that are judged the value of each replication
as well: where the next result meets the same order books, it is compared replication by replication. Numbers are
kept with twelve significant digits.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    model_validator,
)

from reports.kpis.typed import values_by_kpi
from reports.result import read_result
from reports.statistics import Sample, sample_of
from sim.document.files import decoded, read_bytes
from sim.errors import InputError, Problem
from sim.execution.experiment import PolicySource
from sim.writing import write_file

_DIGITS = 12
_OF_A_RUN = "what a run wrote"

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Bound:
    """How much worse a KPI may get.

    Attributes:
        amount: in the unit of the KPI, or per cent of the baseline's mean.
        percent: which of the two.

    """

    amount: float
    percent: bool = False

    @classmethod
    def of(cls, text: object) -> Bound:
        """Read "0.10", in the KPI's unit, or "1%", of the baseline. Raises ValueError when it is neither."""
        number = str(text).strip()
        try:
            amount = float(number.removesuffix("%"))
        except ValueError:
            amount = math.nan
        if not 0.0 <= amount < math.inf:
            raise ValueError(
                "must be a number from 0, in the unit of the KPI, or per cent of the baseline: 1%"
            )
        return cls(amount, number.endswith("%"))

    def allowed(self, mean: float) -> float:
        """Return it in the unit of the KPI, given the baseline's mean."""
        return self.amount / 100.0 * abs(mean) if self.percent else self.amount

    def __str__(self) -> str:
        return f"{self.amount:.{_DIGITS}g}{'%' if self.percent else ''}"


_BoundText = Annotated[Bound, BeforeValidator(Bound.of), PlainSerializer(str)]


class Kept(BaseModel):
    """What is kept of one KPI of one policy.

    Attributes:
        n: replications in which it is defined.
        mean: None without any.
        spread: standard deviation over replications; None with fewer than two.
        values: of replications 0, 1, 2, ..., where the KPI is judged; None where it is undefined.

    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    n: int = Field(ge=0)
    mean: float | None
    spread: float | None
    values: tuple[float | None, ...] | None = None

    @classmethod
    def of(cls, values: Sequence[float], judged: bool) -> Kept:
        """Keep the values of replications 0, 1, 2, ..., undefined ones being NaN."""
        finite = [value if math.isfinite(value) else math.nan for value in values]
        sample = sample_of(finite)
        each = tuple(_short(value) for value in finite) if judged else None
        return cls(n=sample.n, mean=_short(sample.mean), spread=_short(sample.spread), values=each)

    @model_validator(mode="after")
    def _agrees(self) -> Kept:
        if (self.n > 0) != (self.mean is not None) or (self.n > 1) != (self.spread is not None):
            raise ValueError("n, mean and spread do not agree")
        if self.values is not None:
            sample = sample_of([math.nan if value is None else value for value in self.values])
            mean = math.nan if self.mean is None else self.mean
            if sample.n != self.n or (
                self.n and not math.isclose(sample.mean, mean, rel_tol=1e-9, abs_tol=1e-9)
            ):
                raise ValueError("n and mean are not those of values")
        return self

    @property
    def sample(self) -> Sample:
        """The same for Welch's test."""
        mean, spread = (math.nan if number is None else number for number in (self.mean, self.spread))
        return Sample(self.n, mean, spread)


class Played(BaseModel):
    """What a policy was, and how often it was played.

    Attributes:
        file: its copy in the result folder.
        replications: how many there are.
        books: the order book of replication 0, and how many further the next replication's is.
        changes: by which its world differs from the scenario.
        parameters: arguments of a policy in Python.

    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    file: str
    replications: int
    books: tuple[int, int] = (0, 1)
    changes: tuple[str, ...] = ()
    parameters: dict[str, Any] = {}


class Baseline(BaseModel):
    """What a result said, and what it came from.

    Attributes:
        version: of orderlab.
        scenario: its id.
        currency: of its money.
        seed: of its random numbers.
        hashes: of every file that went in, by its place in the result folder.
        variants: by policy, how it was played.
        family: the KPIs on which policies are judged.
        bounds: by KPI, how much worse it may get.
        policies: by policy and KPI what was found.

    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    version: str
    scenario: str
    currency: str
    seed: int
    hashes: dict[str, str]
    variants: dict[str, Played]
    family: tuple[str, ...]
    bounds: dict[str, _BoundText] = {}
    policies: dict[str, dict[str, Kept]] = Field(min_length=1)

    @model_validator(mode="after")
    def _agrees(self) -> Baseline:
        if self.variants.keys() != self.policies.keys():
            raise ValueError("variants and policies do not agree")
        return self

    @property
    def judged(self) -> tuple[str, ...]:
        """The KPIs on which a result can fail: the family, and those with a bound."""
        return tuple(dict.fromkeys([*self.family, *self.bounds]))


class _Variant(BaseModel):
    name: str
    policy: str
    changes: tuple[str, ...]
    books: tuple[int, int]


class _Settings(BaseModel):
    variants: tuple[_Variant, ...]
    classes: dict[str, str]
    parameters: dict[str, dict[str, Any]]


class _About(BaseModel):
    scenario: str
    currency: str


class _Summary(BaseModel):
    about: _About
    family: tuple[str, ...]


class _Provenance(BaseModel):
    seed: int
    versions: dict[str, str | None]
    hashes: dict[str, str]
    settings: _Settings

    def played(self, replications: Mapping[str, int]) -> dict[str, Played]:
        """Return how every policy was played, given how often."""
        settings, found = self.settings, {}
        for variant in settings.variants:
            source = PolicySource(variant.policy, "", "", settings.classes.get(variant.policy, ""))
            found[variant.name] = Played(
                file=f"policies/{source.file_name}",
                replications=replications[variant.name],
                books=variant.books,
                changes=variant.changes,
                parameters=settings.parameters.get(variant.policy, {}),
            )
        return found


def bounds_of(texts: Iterable[str]) -> dict[str, Bound]:
    """Read bounds as they are typed, KPI=VALUE. Raises InputError with everything that is wrong."""
    return values_by_kpi("--bound", "KPI=VALUE", texts, lambda kpi, text: Bound.of(text))


def baseline_of(folder: Path, bounds: Mapping[str, Bound] | None = None) -> Baseline:
    """Return what the result in a folder says, with bounds of KPIs.

    Raises:
        InputError: if it is not a result folder.

    """
    kpis = read_result(folder).kpis
    summary = _read(folder / "summary.json", _Summary, _OF_A_RUN)
    provenance = _read(folder / "provenance.json", _Provenance, _OF_A_RUN)
    bounds = bounds or {}
    policies: dict[str, dict[str, Kept]] = {}
    for (policy, kpi), values in kpis.groupby(["policy", "kpi"])["value"]:
        kept = Kept.of(values.tolist(), judged=kpi in summary.family or kpi in bounds)
        policies.setdefault(str(policy), {})[str(kpi)] = kept
    replications = {
        str(policy): int(n) for policy, n in kpis.groupby("policy")["replication"].nunique().items()
    }
    if replications.keys() != {variant.name for variant in provenance.settings.variants}:
        raise InputError([Problem(str(folder / "kpis.csv"), "has other policies than provenance.json")])
    return Baseline(
        version=provenance.versions.get("orderlab") or "",
        scenario=summary.about.scenario,
        currency=summary.about.currency,
        seed=provenance.seed,
        hashes=provenance.hashes,
        variants=provenance.played(replications),
        family=summary.family,
        bounds=dict(bounds),
        policies=policies,
    )


def read_baseline(path: Path) -> Baseline:
    """Read what `write_baseline` wrote. Raises InputError when it is anything else."""
    return _read(path, Baseline, "a baseline")


def write_baseline(path: Path, baseline: Baseline) -> None:
    """Write a baseline; the same result gives the same bytes. What the file held is replaced."""
    write_file(path, _written(baseline.model_dump(mode="json", exclude_defaults=True)) + "\n")


def _short(number: float) -> float | None:
    return None if math.isnan(number) else float(f"{number:.{_DIGITS}g}")


def _read(path: Path, model: type[_Model], what: str) -> _Model:
    text = decoded(read_bytes(path, str(path)), str(path), InputError)
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise InputError([Problem(str(path), f"is not {what}: {first['msg']}", key=key)]) from None


def _written(value: Any, depth: int = 0) -> str:
    """Write JSON with sorted names, what is said of each policy and KPI on a line of its own."""
    if not isinstance(value, dict) or (depth >= 2 and not any(isinstance(of, dict) for of in value.values())):
        return json.dumps(value, ensure_ascii=False)
    space = " " * depth
    lines = [
        f"{space} {json.dumps(name, ensure_ascii=False)}: {_written(value[name], depth + 1)}"
        for name in sorted(value)
    ]
    return "{\n" + ",\n".join(lines) + f"\n{space}}}"
