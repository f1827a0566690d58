"""Update rules and learning-rate schedules. A new rule is one class in a file of this folder, and is imported here.

`bprop/__init__.py` offers it as `bp.NAME`, and has its name three times.
"""

from bprop.rules import schedules
from bprop.rules.sgd import SGD  # isort: split

from bprop.rules.adam import Adam, AdamW
from bprop.rules.rule import Foreign, Rule, as_rule, clip_by_norm, rule_named, rules

__all__ = ["SGD", "Adam", "AdamW", "Foreign", "Rule", "as_rule", "clip_by_norm", "rule_named", "rules", "schedules"]
