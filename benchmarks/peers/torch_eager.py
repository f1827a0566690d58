"""PyTorch as its tutorials write it: nn.Sequential, cross_entropy, torch.optim.SGD with weight decay on weights."""

from benchmarks.cases import L2, LEARNING_RATE, Case, Problem


def network(case: Case):
    """nn.Sequential for a case, and its linear layers."""
    import torch

    activation = {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}[case.activation]
    linears = [torch.nn.Linear(inputs, outputs) for inputs, outputs in case.pairs]
    parts = [part for linear in linears for part in (linear, activation())]
    return torch.nn.Sequential(*parts[:-1]), linears


def set_params(linears, params) -> None:
    """Copies theta into the layers; PyTorch's weights lie as (outputs, inputs)."""
    import torch

    with torch.no_grad():
        for k, linear in enumerate(linears, start=1):
            linear.weight.copy_(torch.from_numpy(params[f"W{k}"]).T)
            linear.bias.copy_(torch.from_numpy(params[f"b{k}"]))


def params_of(linears):
    """theta as NumPy arrays, copied."""
    found = {f"W{k}": linear.weight.detach().numpy().T.copy() for k, linear in enumerate(linears, start=1)}
    return found | {f"b{k}": linear.bias.detach().numpy().copy() for k, linear in enumerate(linears, start=1)}


def prepare(problem: Problem, compiler=None):
    import torch

    case = problem.case
    x, y = torch.from_numpy(problem.x), torch.from_numpy(problem.y).long()
    net, linears = network(case)
    groups = [
        {"params": [linear.weight for linear in linears], "weight_decay": 2 * L2},
        {"params": [linear.bias for linear in linears], "weight_decay": 0.0},
    ]
    optimiser = torch.optim.SGD(groups, lr=LEARNING_RATE)

    def objective(x, y):
        return torch.nn.functional.cross_entropy(net(x), y)

    objective = compiler(objective) if compiler else objective

    def train(epochs: int):
        set_params(linears, problem.params)
        for start in epochs * list(range(0, len(x), case.batch)):
            optimiser.zero_grad()
            objective(x[start : start + case.batch], y[start : start + case.batch]).backward()
            optimiser.step()
        return params_of(linears)

    return train


def predictor(problem: Problem):
    import torch

    net, linears = network(problem.case)
    set_params(linears, problem.params)

    def predict(x):
        with torch.no_grad():
            return torch.nn.functional.softmax(net(torch.from_numpy(x)), dim=1).numpy()

    return predict
