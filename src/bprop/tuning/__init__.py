"""Search for the settings of a network, with Optuna: `bp.tune`."""
