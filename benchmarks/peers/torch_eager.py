"""PyTorch as its tutorials write it: nn.Sequential, cross_entropy, torch.optim.SGD with weight decay on weights."""

from benchmarks.cases import EPOCHS, L2, LEARNING_RATE, Problem


def prepare(problem: Problem, compiled: bool = False):
    import torch

    case, layers = problem.case, len(problem.case.sizes) - 1
    x, y = torch.from_numpy(problem.x), torch.from_numpy(problem.y).long()
    activation = {"tanh": torch.nn.Tanh, "relu": torch.nn.ReLU}[case.activation]
    parts = []
    for k, (inputs, outputs) in enumerate(case.pairs, start=1):
        parts += [torch.nn.Linear(inputs, outputs)] + ([activation()] if k < layers else [])
    net = torch.nn.Sequential(*parts)
    linears = [part for part in net if isinstance(part, torch.nn.Linear)]
    groups = [
        {"params": [part.weight for part in linears], "weight_decay": 2 * L2},
        {"params": [part.bias for part in linears], "weight_decay": 0.0},
    ]
    optimiser = torch.optim.SGD(groups, lr=LEARNING_RATE)

    def objective(x, y):
        return torch.nn.functional.cross_entropy(net(x), y)

    objective = torch.compile(objective) if compiled else objective

    def run():
        with torch.no_grad():
            for k, part in enumerate(linears, start=1):
                part.weight.copy_(torch.from_numpy(problem.params[f"W{k}"]).T)
                part.bias.copy_(torch.from_numpy(problem.params[f"b{k}"]))
        for start in EPOCHS * list(range(0, len(x), case.batch)):
            optimiser.zero_grad()
            objective(x[start : start + case.batch], y[start : start + case.batch]).backward()
            optimiser.step()
        found = {}
        for k, part in enumerate(linears, start=1):
            found[f"W{k}"], found[f"b{k}"] = part.weight.detach().numpy().T.copy(), part.bias.detach().numpy().copy()
        return found

    return run
