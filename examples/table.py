"""A table from the DataFrame to predictions, as in a notebook; and the same model on the command line.

The data is scikit-learn's set of wines, made into a table as people have them: yes and no, a date, missing cells, the
numbers of shelves, and a column of ids.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.datasets import load_wine
from sklearn.model_selection import cross_val_score

import bprop as bp

# a DataFrame
data = load_wine(as_frame=True)
rng = np.random.default_rng(0)
df = data.frame[["alcohol", "malic_acid", "color_intensity", "proline"]].sample(frac=1, random_state=0)
df["bottle"] = [f"W{number:05}" for number in rng.permutation(len(df))]
df["shelf"] = rng.integers(1, 7, size=len(df))  # the number of a shelf: a name rather than a measure
df["organic"] = rng.integers(2, size=len(df)) == 1
df["bottled"] = pd.Timestamp("1991-03-01") + pd.to_timedelta(rng.integers(300, size=len(df)), unit="D")
df.loc[df.index[::9], "malic_acid"] = np.nan
df["cultivar"] = data.target_names[data.target[df.index]]

# its kinds, as they are inferred; one is changed
table = bp.table(df, "cultivar", name="wine")
print(table)
table = table.with_kinds(shelf="categorical")

# three parts, a network, its scores on rows it never saw
train, validation, test = table.split(test=0.25, seed=1)
fit = train.fit(rule="adam", lr=0.01, hidden=(32,), epochs=60, patience=15)
scores = fit.scores(test)
print({name: round(value, 3) for name, value in scores.items() if isinstance(value, float)})
assert scores["accuracy"] > 0.85

# predictions: columns in any order, a single row, rows without targets
new = df.drop(columns="cultivar").sample(3, random_state=2)
print(fit.predict(new), fit.predict_proba(new).round(2), fit.classes_)
assert (fit.predict(new[new.columns[::-1]]) == fit.predict(new)).all()

with tempfile.TemporaryDirectory() as folder:
    # one file for Python, the command line, and (in ONNX) other runtimes
    model, rows, answers = (Path(folder, name) for name in ("wine.bprop", "new.csv", "answers.csv"))
    fit.save(model)
    assert (bp.load(model).predict(new) == fit.predict(new)).all()
    new.to_csv(rows, index=False)
    command = [sys.executable, "-m", "bprop", "predict", str(model), str(rows), "--out", str(answers)]
    subprocess.run(command, check=True)
    assert pd.read_csv(answers)["class"].tolist() == fit.predict(new).tolist()
    print(pd.read_csv(answers))
    inputs = fit.to_onnx(Path(folder, "wine.onnx")).graph.input
    print("ONNX takes", ", ".join(value.name for value in inputs))

# behind scikit-learn's contract
classifier = bp.TableClassifier(
    (32,), kinds={"shelf": "categorical"}, learning_rate_init=0.01, tol=1e-3, random_state=0
)
shares = cross_val_score(classifier, df.drop(columns="cultivar"), df["cultivar"], cv=3)
print("accuracy in 3 folds:", shares.round(3))
assert shares.min() > 0.8
