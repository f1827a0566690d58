"""Keywords and attributes that networks have in other libraries, and what to type here."""

from bprop.elsewhere import alike

NETWORK = alike(
    {
        ("weight_decay", "alpha", "regularization", "regularisation", "kernel_regularizer", "reg", "l2_reg"): (
            "the weight of the L2 penalty is l2=1e-4"
        ),
        ("hidden", "hidden_layer_sizes", "hidden_sizes", "units", "layers", "layer_sizes", "widths", "n_hidden"): (
            "all sizes are one list, bp.mlp([784, 100, 10]): inputs, hidden units of each layer, outputs"
        ),
        ("batch_norm", "batchnorm", "bn"): 'it is normalise="batch"',
        ("layer_norm", "layernorm"): 'it is normalise="layer"',
        ("normalize", "normalization", "norm"): 'it is normalise="batch" or "layer"',
        ("output_activation", "out_activation", "out", "last_activation", "final_activation"): (
            'the output follows from task="classification", "binary", "multilabel", "regression" or "counts", and loss='
        ),
        ("kernel_initializer", "weight_init", "initializer", "initialiser", "init_weights", "weights"): (
            'it is init="he_normal"'
        ),
        ("dropout_rate", "drop", "p", "drop_rate"): "it is dropout=0.5",
        ("nonlinearity", "act", "hidden_activation", "activations", "activation_fn"): 'it is activation="relu"',
        ("optimizer", "lr", "learning_rate", "epochs", "batch_size", "rule", "seed", "random_state", "engine"): (
            "the network is trained by bp.train(graph, (X, y), rule=bp.Adam(0.001), epochs=10), which has the settings"
        ),
        ("criterion", "loss_fn", "objective"): 'it is loss="huber", a class of loss, or a function (f, y) -> box',
        ("classes", "n_classes", "num_classes", "outputs", "inputs", "n_features"): (
            "all sizes are one list, bp.mlp([784, 100, 10]): inputs, hidden units of each layer, outputs"
        ),
    }
)  # fmt: skip
"""Keywords of functions that make networks."""
GRAPH = alike(
    {
        (
            "fit",
            "train",
            "train_on_batch",
            "partial_fit",
        ): "a graph is trained by bp.train(graph, (X, y), epochs=10)",
        ("compile",): "the loss is part of the graph, and the rule an argument of bp.train(graph, (X, y), rule='adam')",
        ("summary", "describe_layers", "info"): "print(graph) lists the boxes, and graph.draw() draws them",
        ("forward", "apply", "call"): "a pass is values = graph.fprop(theta, x=X, y=Y)",
        ("backward", "grad", "gradients", "value_and_grad"): (
            "gradients are graph.bprop(values), after values = graph.fprop(theta, x=X, y=Y)"
        ),
        ("evaluate", "score"): "a fit is evaluated, fit.evaluate((X, y)), and so is bp.Model(graph, theta)",
        ("save",): "a graph is saved with its parameters, bp.save(path, bp.Model(graph, theta))",
        ("params", "weights", "theta", "state_dict", "get_weights", "trainable_variables"): (
            "a graph holds no arrays: theta = graph.init(seed=0) makes them, and fit.params are trained"
        ),
        ("layers", "nodes"): "graph.boxes has all boxes by name",
        ("to", "cuda", "cpu", "device"): 'the engine is chosen in training, bp.train(..., engine="xla")',
    }
)
"""Attributes of graphs."""
MODEL = alike(
    {
        ("fit", "train", "partial_fit"): "training goes on by bp.train(fit.graph, (X, y), params=fit.params)",
        ("score",): "it is fit.evaluate((X, y))",
        ("predict_proba", "predict_classes", "forward", "call", "apply", "transform", "decision_function"): (
            "fit.predict(X) gives the outputs; of a classifier these are the probabilities"
        ),
        ("summary",): "print(fit.graph) lists the boxes, and fit.graph.draw() draws them",
        ("state_dict", "get_weights", "weights", "coefs_", "theta", "variables"): "the parameters are fit.params",
        ("parameters",): "the parameters are fit.params",
        ("load_state_dict", "set_weights"): "a model of other parameters is bp.Model(fit.graph, params)",
        ("loss_curve_", "losses"): "the losses are [record.loss for record in fit.history]",
        ("to", "cuda", "cpu", "device"): 'the engine is chosen in training, bp.train(..., engine="xla")',
        ("eval",): "predict and evaluate compute outside training by themselves",
        ("compile",): "the loss is part of the graph, and the rule of bp.train(graph, (X, y), rule='adam')",
        ("loss", "accuracy", "metrics"): "measures are fit.evaluate((X, y)), and those of training fit.history[-1]",
    }
)
"""Attributes of models and fits."""
HISTORY = alike(
    {
        ("history", "params", "losses"): 'the history is its own columns, history["loss"], and history.to_dict()',
        ("loss", "val_loss", "accuracy", "val_accuracy"): 'a column is history["loss"], history["validation_loss"]',
        ("plot",): "fit.plot() draws the history",
    }
)
"""Attributes of histories."""
LOSSES = alike(
    {
        ("mse", "mean_squared_error", "l2", "mseloss", "quadratic", "least_squares"): "'squared_error'",
        ("mae", "mean_absolute_error", "l1", "l1loss"): "'absolute_error'",
        ("smooth_l1", "huber_loss", "huberloss"): "'huber'",
        ("log_loss", "crossentropy", "cross_entropy_loss", "crossentropyloss", "categorical_crossentropy", "nllloss",
         "sparse_categorical_crossentropy", "softmax_cross_entropy", "neg_log_likelihood"): "'nll'",
        ("bce", "binary_crossentropy", "bceloss", "bcewithlogitsloss", "logistic", "logloss"): "'binary_cross_entropy'",
        ("pinball", "quantile_loss"): "'quantile'",
        ("poisson_nll", "poissonnllloss", "poisson_loss"): "'poisson'",
        ("squared_hinge", "multi_margin", "hinge_loss", "categorical_hinge"): "'hinge'",
    }
)  # fmt: skip
"""Losses by the names that other libraries have."""
ACTIVATIONS = alike(
    {
        ("logistic", "expit", "sigm"): "'sigmoid'",
        ("swish",): "'silu'",
        ("linear", "identity", "none"): "lambda a: a, the function that does nothing",
        ("leakyrelu", "lrelu"): "'leaky_relu'",
        ("softmax",): "the output of task='classification'",
    }
)
"""Activations by the names that other libraries have."""
