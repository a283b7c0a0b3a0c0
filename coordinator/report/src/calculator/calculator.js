"use strict";
const model = JSON.parse(document.getElementById("model").textContent);
const logistic = (score) => 1 / (1 + Math.exp(-score));
const percent = (p) => (100 * p).toFixed(1) + "%";

function standardised() {
  return model.inputs.map((input, i) => {
    const text = document.getElementById("x" + i).value.trim();
    const value = text === "" ? NaN : Number(text);
    return Number.isFinite(value) ? (value - input.mean) / input.sd : 0;
  });
}

function sum(start, coefficients, z) {
  return coefficients.reduce((sum, b, j) => sum + b * z[j], start);
}

function softmax(scores) {
  const most = Math.max(...scores);
  const powers = scores.map((score) => Math.exp(score - most));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

function hazard(baseline, time) {
  return baseline.reduce((last, step) => (step[0] <= time ? step[1] : last), 0);
}

function prediction(z) {
  const p = model.predictor;
  switch (p.kind) {
    case "logistic":
      return [[model.outcome, percent(logistic(sum(p.intercept, p.coefficients, z)))]];
    case "margin":
      return [["Score (above 0: " + model.outcome + ")", sum(p.intercept, p.coefficients, z).toFixed(3)]];
    case "multinomial": {
      const shares = softmax([0, ...p.coefficients.map((row, k) => sum(p.intercepts[k], row, z))]);
      return p.classes.map((name, k) => [name, percent(shares[k])]);
    }
    case "ordinal": {
      const score = sum(0, p.coefficients, z);
      const below = [...p.thresholds.map((threshold) => logistic(threshold - score)), 1];
      return p.levels.map((name, k) => [name, percent(below[k] - (k > 0 ? below[k - 1] : 0))]);
    }
    case "cox": {
      const score = sum(0, p.coefficients, z);
      const times = p.baseline.length > 0 ? p.horizons : [];
      const rows = times.map((time) => [
        "Free of the event at " + time + " " + p.unit,
        percent(Math.exp(-hazard(p.baseline, time) * Math.exp(score))),
      ]);
      return [["Hazard relative to the mean", Math.exp(score).toFixed(2)], ...rows];
    }
    default:
      return [];
  }
}

function show() {
  const rows = prediction(standardised()).map(([name, value]) => {
    const row = document.createElement("p");
    const number = document.createElement("b");
    number.textContent = value;
    row.append(number, name);
    return row;
  });
  document.getElementById("result").replaceChildren(...rows);
}

document.getElementById("form").addEventListener("input", show);
document.getElementById("form").addEventListener("submit", (event) => event.preventDefault());
show();
