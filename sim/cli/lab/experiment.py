"""An experiment: policies in a scenario, played on the same order books and compared."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policies.doubts import policy_doubts
from policies.load import build_policy, read_policies
from policies.ruleset import RuleSet
from reports.breakdown import break_down, gather
from reports.designs.design import Design, Fixed
from reports.designs.precision import Precision
from reports.kpis import HEADLINE
from reports.measured import measure_run, warnings_of
from reports.warmups.warmup import as_told, too_short, warm_ups
from sim.cli.lab.arguments import check_experiment, check_names, check_playing, check_sources
from sim.cli.lab.contents import PROVENANCE
from sim.cli.lab.folder import begun, is_complete, resumable
from sim.cli.lab.player import Told, play
from sim.cli.lab.provenance import (
    changed_inputs,
    read_design,
    read_provenance,
    read_variants,
    write_inputs,
    write_provenance,
)
from sim.errors import InputError, Problem
from sim.execution.experiment import DIGESTS, Keep, Stage, Task, Variant, check_is_one, one_by_one
from sim.execution.tasklog import TaskLog, alone
from sim.scenario import Scenario, load_scenario
from sim.versions import differing, versions

if TYPE_CHECKING:
    from reports.result import Result


class Experiment:
    """Policies in a scenario, played on the same order books and compared.

    Args:
        scenario: one that is loaded, a file, or the id of a shipped one.
        policies: rule sets as objects; files, shipped ids or `file.py:Class`; variants.
        replications: how many order books each policy meets; ignored with a `design`.
        baseline: the policy that others are compared with; by default the first.
        seed: of all random numbers; by default the scenario's.
        changes: `KEY=VALUE`, values of the scenario that are to be others; `policy.KEY` reaches every policy.
        family: KPIs on which policies are judged, over which Holm's correction runs.
        common_random_numbers: every policy meets the same order books. Otherwise each has its own, and differences
            are judged by the spread of values (Welch): many more replications are needed.
        design: how many replications are played, where it is not the same number whatever comes out:
            `reports.Precision`, `reports.Selection`.
        more: what else the summary says, as plain JSON.
        anywhere: tables of the scenario may lie outside its folder.

    Raises:
        InputError: with everything that is wrong with scenario, policies or options.
        PolicyError: a Python policy cannot be made.

    Example:
        >>> from sim import Experiment
        >>> experiment = Experiment("hello", ["nearest", "balanced"], replications=5, changes=["days=2"])
        >>> result = experiment.run(jobs=1)
        >>> cost = result.comparison.set_index("kpi").loc["cost_per_order"]
        >>> f"{cost['difference']:.2f} [{cost['low']:.2f}, {cost['high']:.2f}] {cost['unit']}: {cost['verdict']}"
        '-0.41 [-0.58, -0.24] USD/order: better'

    """

    def __init__(
        self,
        scenario: Scenario | str | Path,
        policies: Sequence[str | Path | RuleSet | Variant] = ("nearest",),
        *,
        replications: int = 10,
        baseline: str | None = None,
        seed: int | None = None,
        changes: Sequence[str] = (),
        family: Sequence[str] = HEADLINE,
        common_random_numbers: bool = True,
        design: Design | None = None,
        more: Mapping[str, Any] | None = None,
        anywhere: bool = False,
    ) -> None:
        check_experiment(policies, changes, replications, family, baseline, design)
        of_policies = [change.removeprefix("policy.") for change in changes if change.startswith("policy.")]
        of_scenario = [change for change in changes if not change.startswith("policy.")]
        if seed is not None:
            of_scenario.append(f"seed={seed}")
        if not isinstance(scenario, Scenario):
            scenario = load_scenario(scenario, of_scenario, anywhere=anywhere)
        elif of_scenario:
            rule = "is for a scenario that has still to be loaded: load_scenario(source, changes) gives a changed one"
            by = {f"seed={seed}": "seed"}
            raise InputError(
                [Problem(by.get(change, "changes"), rule, value=change) for change in of_scenario]
            )
        self.scenario = scenario
        self.variants = _variants(scenario, policies, of_policies, common_random_numbers)
        names = [variant.name for variant in self.variants]
        self.baseline = names[0] if baseline is None else baseline
        check_is_one(self.baseline, names, "baseline")
        self.family = tuple(dict.fromkeys(family))
        self.common_random_numbers = common_random_numbers
        if isinstance(design, Precision):
            design = replace(design, baseline=self.baseline, common=common_random_numbers)
        self.design = Fixed(replications) if design is None else design
        self.more = dict(more or {})

    @property
    def warnings(self) -> list[str]:
        """What the authors of scenario and policies should know, one line each."""
        told, written = dict.fromkeys(self.scenario.warnings, ""), dict[str, str]()
        for variant in self.variants:
            for warning in variant.scenario.warnings:
                told.setdefault(warning, f"{variant.name}: ")
            # Points of a sweep are rewritten from the file of the first: what is said of lines is said of that.
            if written.setdefault(variant.source.file, variant.source.text) == variant.source.text:
                told |= dict.fromkeys(policy_doubts(variant.source, variant.scenario), "")
        return [f"{of}{warning}" for warning, of in told.items()]

    def run(
        self,
        folder: str | Path | None = None,
        *,
        overwrite: bool = False,
        journal: Keep = "first",
        jobs: int | None = None,
        cluster: str | Path | None = None,
        told: Told = lambda done, asked: None,
    ) -> Result:
        """Play the experiment, and return what it found.

        Args:
            folder: into which everything is written, `report.html` included; None keeps nothing.
            overwrite: replace the result that the folder holds.
            journal: the replications whose journals stay in the folder.
            jobs: how many processes; one plays here, without any. None: one for each core, where that is quicker
                than one.
            cluster: address of a Dask scheduler, or the file that it wrote it into, whose workers play instead.
            told: of progress.

        Raises:
            InputError: the folder holds something already, or an argument is wrong.
            PolicyError: a policy gave an answer that the world cannot carry out.
            OrderlabError: what killed its worker, or a cluster that cannot be reached.

        """
        cluster = None if cluster is None else str(cluster)
        check_playing(journal, jobs, cluster)
        if folder is None:
            with tempfile.TemporaryDirectory() as scratch:
                return self._complete(Path(scratch), "none", jobs, cluster, told)
        folder = Path(folder)
        reads = [
            self.scenario.path,
            *(path for variant in self.variants for path in variant.scenario.tables.values()),
        ]
        with begun(folder, reads, overwrite, lambda: self._begin(folder, journal)):
            return self._complete_with_page(folder, journal, jobs, cluster, told)

    def _begin(self, folder: Path, journal: Keep) -> None:
        """Write what the experiment can be resumed from; last comes `provenance.json`, which says that all is there."""
        TaskLog(folder).begin()
        hashes = write_inputs(folder, self.scenario, self.variants)
        settings = {
            "baseline": self.baseline,
            "design": {"name": self.design.name, **asdict(self.design)},  # type: ignore[call-overload]
            "journal": journal,
            "family": list(self.family),
            "common_random_numbers": self.common_random_numbers,
            "more": self.more,
        }
        write_provenance(folder, self.scenario, self.variants, hashes, settings)

    @classmethod
    def read(cls, folder: str | Path) -> Experiment:
        """Return the experiment of a result folder, made of the folder's copies alone.

        Raises InputError when it is no result folder, or its copies have changed since.

        Example:
            >>> from sim import Experiment
            >>> played = Experiment("hello", replications=2, changes=["days=0.1"]).run("result", jobs=1)
            >>> experiment = Experiment.read("result")
            >>> experiment.run(jobs=1).kpis.equals(played.kpis)
            True

        """
        folder = Path(folder)
        provenance = read_provenance(folder)
        if changed := changed_inputs(folder, provenance):
            problems = [
                Problem(str(folder / name), "is missing, or has changed since the run") for name in changed
            ]
            raise InputError(problems)
        scenario, variants = read_variants(folder, provenance)
        settings, design = provenance["settings"], read_design(folder, provenance)
        try:
            more = {name: settings[name] for name in ("baseline", "family", "common_random_numbers", "more")}
            return cls(scenario, variants, design=design, **more)
        except InputError as error:  # arguments are told by their names, which stand in this file
            place = str(folder / PROVENANCE)
            raise InputError([Problem(place, str(problem)) for problem in error.problems]) from None

    def resume(
        self,
        folder: str | Path,
        *,
        jobs: int | None = None,
        cluster: str | Path | None = None,
        told: Told = lambda done, asked: None,
    ) -> Result:
        """Play what is missing in a folder that was interrupted, to the same bytes, and return what was found.

        The arguments and errors are those of `run`; the experiment is the one that was read from the folder, and the
        same journals are kept.

        Raises:
            InputError: the folder is complete, or other versions of what results depend on began it.

        """
        folder, cluster = Path(folder), None if cluster is None else str(cluster)
        provenance = read_provenance(folder)
        journal = provenance["settings"]["journal"]
        check_playing(journal, jobs, cluster)
        with alone(folder), resumable(folder):
            if is_complete(folder):
                raise InputError([Problem(str(folder), "is complete: there is nothing to resume")])
            began, now = provenance["versions"], versions()
            others = [f"{name} {began.get(name)}" for name in differing(began, now)]
            if others:
                rule = f"was begun with {', '.join(others)}: its parts would not fit"
                raise InputError([Problem(str(folder), f"{rule}; orderlab again plays it anew")])
            if not TaskLog(folder).exists:
                TaskLog(folder).begin()
            return self._complete_with_page(folder, journal, jobs, cluster, told)

    def _complete_with_page(
        self, folder: Path, journal: Keep, jobs: int | None, cluster: str | None, told: Told
    ) -> Result:
        result = self._complete(folder, journal, jobs, cluster, told)
        # pandas and matplotlib are loaded only now: the simulation does without.
        from reports.page import write_report
        from sim.cli.lab.why import write_why

        if "sweep" not in result.summary:
            write_why(folder, self.variants, self.baseline, jobs, cluster)
        write_report(folder)
        TaskLog(folder).remove()
        shutil.rmtree(folder / DIGESTS)  # after the log, which promises them to whoever resumes
        return result

    def _complete(
        self, folder: Path, journal: Keep, jobs: int | None, cluster: str | None, told: Told
    ) -> Result:
        """Play what is not in the folder's log, and write the tables."""
        stage = Stage(self.variants, build_policy, measure_run, journal, break_down)
        found = play(stage, self.design, folder, jobs, cluster, told)
        rows = one_by_one(found)
        gather(folder, (Task(name, replication) for name, replication, _ in rows))
        from reports.result import write_result

        scenarios = {variant.name: variant.scenario for variant in self.variants}
        warm_up = warm_ups(rows, scenarios)
        more = {**self.more, self.design.name: dict(self.design.told(found)), "warm_up": as_told(warm_up)}
        result = write_result(
            folder,
            rows,
            self.baseline,
            {
                "scenario": self.scenario.id,
                "title": self.scenario.name,
                "currency": self.scenario.currency,
                "timezone": self.scenario.timezone,
            },
            self.family,
            [*warnings_of(rows, scenarios.values()), *too_short(warm_up, scenarios)],
            {name: said for name, said in more.items() if said},
            common=self.common_random_numbers,
        )
        if "sweep" in result.summary:
            from reports.sweeps.table import write_sweep

            write_sweep(folder, result)
        return result


def _variants(
    scenario: Scenario,
    policies: Sequence[str | Path | RuleSet | Variant],
    changes: Sequence[str],
    common_random_numbers: bool,
) -> list[Variant]:
    named = [policy for policy in policies if not isinstance(policy, Variant)]
    if len(named) < len(policies) and changes:
        rule = "is for policies that have still to be read, and a variant has been"
        raise InputError([Problem("changes", rule, value=f"policy.{change}") for change in changes])
    made = (Variant(source.name, source, scenario) for source in read_policies(named, scenario, changes))
    variants = [policy if isinstance(policy, Variant) else next(made) for policy in policies]
    check_names([variant.name for variant in variants])
    check_sources([variant.source for variant in variants])
    if common_random_numbers:
        return variants
    count = len(variants)
    return [replace(variant, books=(place, count)) for place, variant in enumerate(variants)]
