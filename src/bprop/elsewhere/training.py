"""Keywords that training has in other libraries, and what to type here."""

from bprop.elsewhere import alike

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
         "num_steps", "epoch"): "the number of passes over all examples is epochs=10",
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
        ("save_path", "checkpoint_dir", "checkpoint_path", "save_dir"): 'checkpoints are checkpoint="FOLDER/"',
    }
)  # fmt: skip
"""Keywords of functions that train."""
TABLES = alike(
    {
        ("learning_rate", "learning_rate_init", "step_size"): "the learning rate is lr=0.001",
        ("optimizer", "optim", "solver"): 'the update rule is rule="adam", or rule=bp.Adam(0.001)',
        (
            "target",
            "y",
            "x",
            "X",
            "data",
        ): "the target is chosen with the table, bp.table(df, target='price')",
        ("hidden_layer_sizes", "layers", "units", "hidden_sizes"): "it is hidden=(200, 100)",
        ("n_members", "n_estimators", "ensemble"): "it is members=4",
        (
            "weights",
            "sample_weight",
        ): "weights are a column, chosen with the table: bp.table(df, weights='w')",
        ("time_limit", "timeout", "max_time"): "it is time='60s'",
        ("folds", "cv"): "folds are those of table.cross_validate(5)",
    }
)
"""Keywords of tables, beside those of training."""
