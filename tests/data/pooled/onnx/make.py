"""Model files of every kind, and what onnxruntime answers when it runs our ONNX export of them.

Needs numpy, onnx, onnxruntime. Run in the repository: python tests/data/pooled/onnx/make.py
Writes models.json (the model files) and answers.json (inputs, outputs, SHA-256 of the .onnx bytes, versions).
"""

import hashlib
import json
import pathlib
import subprocess
import tempfile

import numpy as np
import onnx
import onnxruntime

HERE = pathlib.Path(__file__).parent
COLUMNS, PATIENTS = 5, 12
rng = np.random.default_rng(20261125)


def inputs():
    def one(i):
        mean, sd = float(rng.normal(10, 5)), float(rng.uniform(0.2, 8))
        return {"name": f"x{i}", "unit": "", "mean": mean, "sd": sd, "range": [mean - 2 * sd, mean + 2 * sd], "indicator": False}
    return [one(i) for i in range(COLUMNS)]


def vector(n=COLUMNS, scale=0.8):
    return [float(v) for v in rng.normal(0, scale, n)]


def tree(columns, depth, leaf):
    nodes = []

    def grow(level):
        at = len(nodes)
        nodes.append(None)
        if level == depth or (level > 1 and rng.random() < 0.25):
            nodes[at] = {"leaf": leaf()}
            return at
        j = int(rng.integers(COLUMNS))
        threshold = columns[j]["mean"] + columns[j]["sd"] * float(rng.normal(0, 0.8))
        left, right = grow(level + 1), grow(level + 1)
        nodes[at] = {"split": {"column": j, "threshold": threshold, "left": left, "right": right, "missing_left": bool(rng.random() < 0.5)}}
        return at

    grow(0)
    return {"nodes": nodes}


def shares(k):
    values = rng.dirichlet(np.ones(k))
    return [float(v) for v in values]


def models():
    columns = inputs()
    three = ["low", "intermediate", "high"]
    kinds = {
        "logistic": {"kind": "logistic", "intercept": -0.7, "coefficients": vector()},
        "margin": {"kind": "margin", "intercept": 0.3, "coefficients": vector()},
        "multinomial": {"kind": "multinomial", "classes": three, "intercepts": vector(2), "coefficients": [vector(), vector()]},
        "ordinal": {"kind": "ordinal", "levels": three, "thresholds": [-0.4, 0.9], "coefficients": vector()},
        "cox": {"kind": "cox", "coefficients": vector(), "unit": "years", "baseline": [[0.5, 0.05], [1.0, 0.11], [2.5, 0.3], [4.0, 0.42]], "horizons": [1.0, 3.0, 5.0]},
        "forest": {"kind": "trees", "classes": ["no", "yes"], "link": "mean", "base": [0.0, 0.0], "trees": [tree(columns, 5, lambda: shares(2)) for _ in range(7)]},
        "forest-three": {"kind": "trees", "classes": three, "link": "mean", "base": [0.0] * 3, "trees": [tree(columns, 4, lambda: shares(3)) for _ in range(4)]},
        "boosting": {"kind": "trees", "classes": ["no", "yes"], "link": "logistic", "base": [-1.2], "trees": [tree(columns, 3, lambda: vector(1, 0.3)) for _ in range(9)]},
        "boosting-three": {"kind": "trees", "classes": three, "link": "softmax", "base": vector(3), "trees": [tree(columns, 3, lambda: vector(3, 0.3)) for _ in range(5)]},
    }
    head = {"format": "consilium/model/v1", "study": "onnx", "plan_hash": "00" * 32, "outcome": "the outcome"}
    return {name: {**head, "name": f"combined/{name}", "inputs": columns, "predictor": kind} for name, kind in kinds.items()}


def rows(model):
    mean = np.array([c["mean"] for c in model["inputs"]])
    sd = np.array([c["sd"] for c in model["inputs"]])
    values = mean + sd * rng.normal(0, 1.3, (PATIENTS, COLUMNS))
    values[rng.random(values.shape) < 0.15] = np.nan
    return values


def export(model):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "model.json").write_text(json.dumps(model))
        command = ["cargo", "run", "-q", "-p", "consilium-report", "--example", "export", "--"]
        subprocess.run([*command, str(folder / "model.json"), str(folder)], check=True)
        return (folder / "model.onnx").read_bytes()


def answer(model):
    data, values = export(model), rows(model)
    onnx.checker.check_model(onnx.load_from_string(data), full_check=True)
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    outputs = {o.name: v.tolist() for o, v in zip(session.get_outputs(), session.run(None, {"columns": values}))}
    columns = [[None if np.isnan(v) else float(v) for v in row] for row in values]
    # sums over the leaves of trees leave onnxruntime in 32 bits
    tolerance = 1e-6 if model["predictor"]["kind"] == "trees" else 1e-12
    return {"tolerance": tolerance, "sha256": hashlib.sha256(data).hexdigest(), "columns": columns, "outputs": outputs}


def main():
    found = models()
    answers = {name: answer(model) for name, model in found.items()}
    versions = {"onnx": onnx.__version__, "onnxruntime": onnxruntime.__version__, "numpy": np.__version__}
    (HERE / "models.json").write_text(json.dumps(found) + "\n")
    (HERE / "answers.json").write_text(json.dumps({"versions": versions, "answers": answers}) + "\n")


main()
