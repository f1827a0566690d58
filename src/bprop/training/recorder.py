"""The records of a run: the measures of an epoch, so far and at its end."""

from __future__ import annotations

from dataclasses import replace

from bprop.engines.engine import Job, Run
from bprop.engines.program import PENALTY, Program
from bprop.errors import SettingError, UnknownNameError
from bprop.measures.heads import Heads
from bprop.measures.own import Own
from bprop.names import known
from bprop.notes import statistics
from bprop.record import Record
from bprop.scaling import Units
from bprop.training.epoch import Position
from bprop.training.settings import TrainSettings


class Recorder:
    """Makes the records of a job. own : the metrics of the caller's own, with the one to monitor.

    Raises UnknownNameError where there is no metric of the name to monitor, SettingError where no set can be measured.
    """

    job: Job
    program: Program
    units: Units

    def __init__(self, job: Job, program: Program, units: Units, settings: TrainSettings):
        self.job, self.program, self.units = job, program, units
        metrics, monitor, notes = settings.metrics, settings.monitor, settings.notes or {}
        if metrics and not job.data.in_memory and job.validation is None:
            raise SettingError("metrics of a training set larger than memory need a validation set: give validation=")
        self.own: Own = Own(job.graph, metrics, notes, program.metrics)
        measures = ("loss", *program.metrics, *self.own.names)
        if settings.looks and monitor not in measures:
            more = Heads(job.graph, notes).measures
            if monitor not in more:
                names = list(dict.fromkeys((*measures, *more)))
                raise UnknownNameError(f"cannot monitor {monitor!r}: there is {known(monitor, names)}")
            self.own = Own(job.graph, {**metrics, monitor: monitor}, notes, program.metrics)

    def of_epoch(self, run: Run, at: Position) -> Record:
        """The record of an epoch whose steps are all done, with the validation set and the metrics of one's own."""
        job, record = self.job, self.so_far(run, at)
        validation = None if job.validation is None else self.units.measures(run.evaluate("validation"))
        if not self.own.metrics:
            return replace(record, validation=validation)
        theta, metrics = run.params(), dict(record.metrics)
        if job.validation is not None and validation is not None:
            validation |= self.own.measure(theta, job.dtype, job.validation)
        if job.data.in_memory:
            metrics |= self.own.measure(theta, job.dtype, job.data)
        return replace(record, metrics=metrics, validation=validation)

    def so_far(self, run: Run, at: Position) -> Record:
        """The record of an epoch as far as it is done, less the validation set."""
        job, program = self.job, self.program
        sums = program.totals(at.running or [])
        means = self.units.measures(program.finish(sums))
        loss = means.pop("loss")
        penalty = sums[PENALTY] / at.step if program.penalises_data else run.penalty()
        rate, examples = job.rule.rate(at.updates - 1), min(len(job.data), at.step * job.batch_size)
        return Record(
            epoch=at.epoch + 1, updates=at.updates, loss=loss, penalty=penalty, objective=loss + penalty, metrics=means,
            learning_rate=None if rate is None else float(rate), seconds=at.seconds,
            examples_per_second=examples / max(at.seconds, 1e-9),
        )  # fmt: skip


def input_statistics(job: Job, units: Units) -> dict[str, dict[str, float]]:
    """{input: mean and deviation} of the numbers of training that the network takes as they are."""
    data = job.data.whole
    if not data.in_memory:
        return {}
    inputs = job.graph.predictor.inputs.items() if job.graph.outputs else ()
    arrays = {name: data.arrays[name] for name, box in inputs if box.dtype == "float" and name not in units.scalings}
    return {name: statistics(array) for name, array in arrays.items() if array.size}
