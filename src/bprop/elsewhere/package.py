"""Names that other libraries have where bprop has others, and what to type here."""

from bprop.elsewhere import alike

PACKAGE = alike(
    {
        ("mse", "MSELoss", "mean_squared_error", "mse_loss", "squared_loss"): "type bp.squared_error(f, y)",
        ("mae", "L1Loss", "mean_absolute_error", "l1_loss"): "type bp.absolute_error(f, y)",
        ("CrossEntropyLoss", "cross_entropy_loss", "softmax_cross_entropy"): (
            "type bp.cross_entropy(a, y) of pre-activations, or bp.nll(f, y) of probabilities"
        ),
        ("NLLLoss", "nll_loss"): "type bp.nll(f, y), with probabilities f",
        ("BCELoss", "BCEWithLogitsLoss", "bce"): "type bp.binary_cross_entropy(a, y), with pre-activations a",
        ("Dense", "dense", "fully_connected", "fc"): "type bp.layers.dense(h, 50, activation='relu')",
        ("nn", "Sequential", "sequential", "Module", "keras", "MLP", "NeuralNetwork", "Network", "models"): (
            "a network is bp.mlp([784, 100, 10]), or boxes and bp.Graph(loss=...)"
        ),
        ("Variable", "placeholder", "Tensor", "tensor", "array"): (
            "data is bp.Input('x', (784,)), and what is learned bp.Parameter('W', (784, 10))"
        ),
        ("optim", "optimizers", "optimisers", "optimizer"): "the update rules are bp.SGD, bp.Adam and bp.AdamW",
        ("RMSprop", "RMSProp", "Adagrad", "Adadelta", "Adamax", "Nadam", "Lion", "LBFGS"): (
            "that of optax is a rule, bp.train(..., rule=optax.rmsprop(0.001))"
        ),
        ("fit", "Trainer", "trainer"): "type bp.train(graph, (X, y), epochs=10)",
        ("grad", "value_and_grad", "backward"): (
            "gradients are graph.bprop(values), after values = graph.fprop(theta, x=X, y=Y)"
        ),
        ("cat", "concatenate", "hstack"): "type bp.concat(a, b)",
        ("losses", "metrics_of", "criterion"): (
            "losses are bp.nll, bp.squared_error, bp.absolute_error, bp.huber, bp.binary_cross_entropy, ..."
        ),
        ("Conv2D", "Convolution2D", "conv"): (
            "type bp.conv2d(x, W, b, padding='same'); pictures are (N, H, W, C), W is (KH, KW, C, O)"
        ),
        ("Conv1D", "Convolution1D"): "type bp.conv1d(x, W, b); sequences are (N, L, C), W is (K, C, O)",
        ("MaxPooling2D", "max_pool", "maxpool"): "type bp.max_pool2d(x, size=2), or bp.max_pool1d",
        (
            "AveragePooling2D",
            "AvgPool2d",
            "avg_pool",
            "avg_pool2d",
        ): "type bp.mean_pool2d(x, size=2)",
        ("RMSNorm", "RMSNormalization"): "type bp.rms_norm(a, gain)",
        ("GaussianDropout", "gaussian_dropout"): "noise is bp.gaussian_noise(a, scale=0.1), or bp.dropout(a, 0.5)",
        ("log_sum_exp", "lse"): "type bp.logsumexp(a, axis=1)",
        ("bmm", "batch_matmul", "einsum", "dot"): "type a @ b; leading axes broadcast, as in NumPy",
        ("identity", "Identity"): "leave the box out",
        ("swish",): "type bp.silu(a)",
        ("logistic", "expit"): "type bp.sigmoid(a)",
        ("EarlyStopping",): "early stopping is bp.train(..., validation=0.2, patience=10)",
        ("DataLoader", "Dataset"): "data is arrays, bp.train(graph, (X, y), batch_size=32), or the DataLoader itself",
    }
)
