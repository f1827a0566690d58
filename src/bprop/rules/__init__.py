"""Update rules and learning-rate schedules."""

from bprop.rules import schedules
from bprop.rules.adam import Adam, AdamW
from bprop.rules.foreign import Foreign, as_rule
from bprop.rules.rule import Rule, clip_by_norm
from bprop.rules.sgd import SGD

__all__ = ["SGD", "Adam", "AdamW", "Foreign", "Rule", "as_rule", "clip_by_norm", "schedules"]
