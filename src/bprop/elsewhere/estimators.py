"""Keywords that estimators have in other libraries, and what to type here."""

from bprop.elsewhere import alike

ESTIMATOR = alike(
    {
        ("lr", "eta0", "step_size", "learning_rate_"): "the learning rate is learning_rate_init=0.001",
        ("epochs", "n_epochs", "num_epochs", "nb_epoch", "max_epochs", "n_iter", "iterations"): (
            "the number of passes over all examples is max_iter=200"
        ),
        ("optimizer", "optim", "rule", "update_rule"): 'it is solver="adam", or solver=bp.Adam(0.001)',
        ("seed", "rng", "random_seed"): "it is random_state=0",
        ("batch", "batchsize", "minibatch_size"): "it is batch_size=32",
        ("hidden", "hidden_sizes", "hidden_units", "layers", "units", "sizes", "layer_sizes"): (
            "it is hidden_layer_sizes=(100,)"
        ),
        ("patience", "early_stopping_rounds"): "it is n_iter_no_change=10, with early_stopping=True",
        ("validation", "validation_split", "validation_data", "val_size"): (
            "it is validation_fraction=0.1, with early_stopping=True, or fit(X, y, X_val=..., y_val=...)"
        ),
        ("weight_decay", "regularization", "reg"): "it is alpha=0.0001, or l2=1e-4",
        (
            "sample_weight",
            "weights",
            "sample_weights",
        ): "weights of examples are of fit(X, y, sample_weight=w)",
        ("metrics",): 'it is scoring="accuracy"',
        ("dropout_rate", "p"): "it is dropout=0.5",
        ("criterion", "loss_fn"): "it is loss=",
        ("batch_norm", "layer_norm", "normalize"): 'it is normalise="batch" or "layer"',
        ("task", "output_activation", "out_activation"): "it follows from y, or from loss=",
    }
)
"""Keywords of estimators."""
