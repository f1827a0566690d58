"""Names of other libraries, and what to type here: keywords of functions, attributes, and names of the package.

A call with a name that bprop does not have is answered with the line to type, or else with the name most like it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from functools import wraps
from typing import ParamSpec, TypeVar

from bprop.errors import CallError
from bprop.names import closest, some

P = ParamSpec("P")
R = TypeVar("R")
Answers = Mapping[str, str]
"""{name elsewhere: what to type here}"""


def alike(answers: Mapping[tuple[str, ...], str]) -> Answers:
    """One answer for several names: {("optimizer", "solver"): 'rule="adam"'}."""
    return {name: answer for names, answer in answers.items() for name in names}


def answer(name: str, known: Collection[str], answers: Answers) -> str:
    """The end of an error about a name: ": type rule=bp.Adam(0.001)", or the nearest name, or those that there are."""
    if name in answers:
        return f": {answers[name]}"
    near = closest(name, known)
    return f"; did you mean {near!r}?" if near is not None else f"; there are: {some(known, 40) or 'none'}"


def answering(
    answers: Answers, who: str, *, more: Callable[[], Collection[str]] = tuple, places: str = ""
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A decorator: calls with a keyword that the function does not have raise CallError, with what to type.

    who : the function as errors call it. more : gives the names that its **keywords take, where it has some. places :
    what to type where a call has more positional arguments than the function.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        parameters = inspect.signature(function).parameters.values()
        named = {p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
        most = sum(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters)
        most = len(named) + 99 if any(p.kind is p.VAR_POSITIONAL for p in parameters) else most

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> R:
            if not kwargs.keys() <= named:
                need_keywords(who, kwargs, named | set(more()), answers)
            if len(args) > most:
                raise CallError(f"{who} takes {most} positional arguments, not {len(args)}{places and ': ' + places}")
            return function(*args, **kwargs)

        return call

    return decorate


def need_keywords(who: str, keywords: Collection[str], known: Collection[str], answers: Answers) -> None:
    """Raise CallError for a keyword that is not known."""
    for name in keywords:
        if name not in known:
            shown = [one for one in known if one != "self"]
            raise CallError(f"{who} has no argument {name!r}{answer(name, shown, answers)}")


def need_fields(cls: type, keywords: Collection[str], answers: Answers) -> None:
    """Raise CallError for a keyword that is no field of a dataclass."""
    unknown = [name for name in keywords if name not in getattr(cls, "__dataclass_fields__", ())]
    if not unknown or cls.__init__.__code__.co_filename != "<string>":  # an __init__ that is not of a dataclass
        return
    if any(unknown[0] in vars(kind).get("__annotations__", {}) for kind in cls.__mro__):
        raise CallError(f"{cls.__name__} has the field {unknown[0]!r}, but it is no dataclass: write "
                        "@dataclass(frozen=True) above its class")  # fmt: skip
    need_keywords(cls.__name__, unknown, getattr(cls, "__dataclass_fields__", ()), answers)


TRAINING = alike(
    {
        ("optimizer", "optim", "optimiser", "opt", "solver", "update_rule", "tx"): (
            'the update rule is rule="adam", or rule=bp.Adam(0.001)'
        ),
        ("lr", "learning_rate", "learning_rate_init", "step_size", "eta0", "eta", "stepsize"): (
            "the learning rate belongs to the rule, rule=bp.SGD(0.1)"
        ),
        ("scheduler", "lr_scheduler", "schedule", "lr_schedule", "decay"): (
            "a schedule is the learning rate of the rule, rule=bp.SGD(bp.schedules.cosine(0.1, updates=1000)) or "
            "rule=bp.SGD(lambda t: 0.1 / (1 + t))"
        ),
        ("momentum", "nesterov", "nesterovs_momentum"): "momentum belongs to the rule, rule=bp.SGD(0.1, momentum=0.9)",
        ("betas", "beta_1", "beta_2", "beta1", "beta2", "epsilon", "eps"): (
            "that belongs to the rule, rule=bp.Adam(0.001, beta1=0.9, beta2=0.999, epsilon=1e-8)"
        ),
        ("weight_decay", "alpha", "l2", "regularization", "regularisation", "reg"): (
            "a penalty is part of the graph, bp.mlp(..., l2=1e-4) or bp.Graph(loss=..., penalty=1e-4 * bp.l2(W)); "
            "decoupled weight decay is of the rule, rule=bp.AdamW(0.001, weight_decay=0.01)"
        ),
        ("l1",): "a penalty is part of the graph, bp.mlp(..., l1=1e-4) or bp.Graph(loss=..., penalty=1e-4 * bp.l1(W))",
        ("dropout", "dropout_rate"): "dropout is part of the graph, bp.mlp(..., dropout=0.5) or bp.dropout(h, 0.5)",
        ("clip", "clip_norm", "clipnorm", "grad_clip", "gradient_clipping", "max_grad_norm", "gradient_clip_val"): (
            "clipping belongs to the rule, rule=bp.SGD(0.1, clip_norm=1.0)"
        ),
        ("loss", "criterion", "loss_fn", "loss_function", "objective"): (
            "the loss is part of the graph, bp.Graph(loss=bp.nll(f, y), ...) or bp.mlp(..., loss='huber')"
        ),
        ("max_iter", "n_epochs", "num_epochs", "nb_epoch", "n_epoch", "max_epochs", "iterations", "n_iter", "steps",
         "num_steps", "epoch"): "examples are visited epochs=10 times",
        ("random_state", "rng", "key", "random_seed", "manual_seed", "rngs"): "everything random follows from seed=0",
        ("batch", "batchsize", "minibatch_size", "bs", "mini_batch_size"): "examples an update are batch_size=32",
        ("validation_data", "validation_set", "eval_set", "val_data", "valid_data", "X_val", "test_data", "valid",
         "evals"): "a validation set of your own is validation=(X, y), or validation={'x': X, 'y': y}",
        ("y_val",): "a validation set of your own is validation=(X, y), or validation={'x': X, 'y': y}",
        ("validation_split", "validation_fraction", "test_size", "val_split", "valid_size", "val_size"): (
            "the share of the data to hold out is validation=0.2"
        ),
        ("early_stopping", "n_iter_no_change", "early_stopping_rounds"): (
            "early stopping is patience=10, with validation=0.2"
        ),
        ("restore_best_weights", "save_best", "save_best_only", "best"): (
            "keep_best=True, with validation=0.2, gives the fit of the best epoch"
        ),
        ("verbose", "verbosity", "disp", "tqdm", "progress_bar", "enable_progress_bar"): (
            "what is shown is progress=True, or progress=False"
        ),
        ("callback", "hooks"): "functions that are called after every epoch are callbacks=[f]",
        ("device", "backend", "accelerator", "gpu", "platform"): (
            'the engine is engine="native", "xla" or "numpy"; XLA runs on JAX\'s default device'
        ),
        ("precision", "amp", "mixed_precision"): 'the precision is dtype="float32", "float64" or "bfloat16"',
        ("init", "init_params", "initial_params", "theta", "theta0", "warm_start", "parameters", "start", "params0",
         "initial_weights", "state_dict"): "where to start is params=theta, such as params=fit.params",
        ("x", "X", "inputs", "features", "X_train", "x_train", "train_data", "dataset", "train_dataset"): (
            "the data is the second argument, bp.train(graph, (X, y)) or bp.train(graph, {'x': X, 'y': y})"
        ),
        ("y", "Y", "targets", "labels", "target", "y_train", "label"): (
            "the data is the second argument, bp.train(graph, (X, y)) or bp.train(graph, {'x': X, 'y': y})"
        ),
        ("num_workers", "n_jobs", "workers"): (
            "there is nothing to choose: the native engine uses the cores that help; bp.train_many trains networks "
            "side by side"
        ),
        ("weight", "example_weights", "sample_weights", "w"): "weights of the examples are sample_weight=w",
        ("class_weights",): 'weights of classes are class_weight="balanced", or class_weight={0: 1.0, 1: 5.0}',
        ("tol", "n_iter_no_improvement"): "training stops by patience=10, with validation=0.2; there is no tolerance",
        ("metrics",): "the metrics of a loss are in record.metrics and fit.evaluate(data)",
        ("save_path", "checkpoint_dir", "checkpoint_path", "save_dir"): 'checkpoints are checkpoint="FOLDER/"',
    }
)  # fmt: skip
"""Keywords of functions that train."""
