"""The handbook's 15 features as pandas computes them, and scikit-learn's forest on them: what goshawk is compared with.

    reference.py features FILE OUT          the features of every row, in order, as float64
    reference.py forest FILE OUT START SEEDS    AUC, average precision and card precision of the forest on them, a JSON line
"""
import json
import sys

import numpy as np
import pandas as pd

FEATURES = ["tx_amount", "is_weekend", "is_night"]
FEATURES += [f"customer_{what}_{days}d" for days in (1, 7, 30) for what in ("nb_tx", "avg_amount")]
FEATURES += [f"terminal_{what}_{days}d" for days in (1, 7, 30) for what in ("nb_tx", "risk")]


def read(path):
    rows = pd.read_csv(path)
    rows["at"] = pd.to_datetime(rows["tx_datetime"]).dt.tz_localize(None)
    rows["day"] = (rows["at"] - rows["at"].min().normalize()).dt.days
    rows["is_weekend"] = (rows["at"].dt.weekday >= 5).astype(float)
    rows["is_night"] = (rows["at"].dt.hour <= 6).astype(float)
    return rows


def of_customer(rows):
    amounts = rows.set_index("at")["tx_amount"]
    for days in (1, 7, 30):
        window = amounts.rolling(f"{days}D")
        rows[f"customer_nb_tx_{days}d"] = window.count().values
        rows[f"customer_avg_amount_{days}d"] = window.mean().values
    return rows


def of_terminal(rows):
    """What was known a week ago: the longer window without the last seven days."""
    frauds = rows.set_index("at")["tx_fraud"]
    late_count, late_frauds = frauds.rolling("7D").count().values, frauds.rolling("7D").sum().values
    for days in (1, 7, 30):
        window = frauds.rolling(f"{7 + days}D")
        count = window.count().values - late_count
        known = window.sum().values - late_frauds
        rows[f"terminal_nb_tx_{days}d"] = count
        rows[f"terminal_risk_{days}d"] = np.where(count > 0, known / np.maximum(count, 1), 0.0)
    return rows


def with_features(path):
    rows = read(path)
    for key, add in (("customer_id", of_customer), ("terminal_id", of_terminal)):
        rows = pd.concat([add(group.copy()) for _, group in rows.groupby(key, sort=False)])
        rows = rows.sort_values("transaction_id")
    return rows.reset_index(drop=True)


def split(rows, start):
    """A week to learn from, a week of delay, a week to test on; cards that are known as defrauded are left out of the test."""
    first = (pd.Timestamp(start) - rows["at"].min().normalize()).days
    learn = rows[(rows.day >= first) & (rows.day < first + 7)]
    frauds = rows[rows.tx_fraud == 1]
    parts = []
    for day in range(first + 14, first + 21):
        known = frauds[(frauds.day >= first) & (frauds.day <= day - 8)].customer_id.unique()
        parts.append(rows[(rows.day == day) & ~rows.customer_id.isin(known)])
    return learn, pd.concat(parts)


def card_precision(test, scores):
    found, shares = set(), []
    rows = test.assign(score=scores)
    for _, today in rows.groupby("day"):
        cards = today[~today.customer_id.isin(found)].groupby("customer_id")[["score", "tx_fraud"]].max()
        top = cards.sort_values("score", ascending=False).head(100)
        hit = top.index[top.tx_fraud == 1]
        shares.append(len(hit) / 100)
        found |= set(hit)
    return float(np.mean(shares))


def forest(path, features, start, seeds):
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.metrics import average_precision_score, roc_auc_score

    rows = read(path)
    rows[FEATURES] = np.fromfile(features, "float64").reshape(len(rows), len(FEATURES))
    learn, test = split(rows, start)
    got = []
    for seed in range(seeds):
        model = RandomForestClassifier(n_estimators=100, random_state=seed, n_jobs=-1)
        model.fit(learn[FEATURES].to_numpy(), learn.tx_fraud)
        scores = model.predict_proba(test[FEATURES].to_numpy())[:, 1]
        got.append([roc_auc_score(test.tx_fraud, scores), average_precision_score(test.tx_fraud, scores), card_precision(test, scores)])
    auc, precision, cards = np.mean(got, axis=0)
    counts = [len(learn), int(learn.tx_fraud.sum()), len(test), int(test.tx_fraud.sum())]
    print(json.dumps({"auc": auc, "averagePrecision": precision, "cardPrecisionAt100": cards, "counts": counts}))


if __name__ == "__main__":
    if sys.argv[1] == "features":
        with_features(sys.argv[2])[FEATURES].to_numpy("float64").tofile(sys.argv[3])
    else:
        forest(sys.argv[2], sys.argv[3], sys.argv[4], int(sys.argv[5]))
