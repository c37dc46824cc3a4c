"""Correct code in other forms than the solutions', which every hidden test has to accept."""

OTHER_SOLUTIONS = {
    "knn-two-loops": (
        """\
    import math
    for i in range(num_test):
        for j in range(num_train):
            difference = X[i].astype(float) - self.X_train[j].astype(float)
            dists[i, j] = math.sqrt(difference @ difference)
""",
        """\
    for j, t in enumerate(self.X_train):
        for i, x in enumerate(X):
            dists[i][j] = np.sum(np.square(np.subtract(x, t, dtype=np.float64))) ** 0.5
""",
        """\
    train = np.array(self.X_train, dtype=np.float32)
    return np.array([[np.linalg.norm(np.float32(x) - t) for t in train] for x in X])
""",
    ),
    "knn-one-loop": (
        """\
    train = self.X_train.astype(float)
    for i, x in enumerate(X):
        difference = train - x
        dists[i, :] = np.sqrt(np.einsum("nd,nd->n", difference, difference))
""",
        """\
    squares = (self.X_train.astype(np.float64) ** 2).sum(1)
    for i in range(num_test):
        x = X[i].astype(np.float64)
        dists[i] = np.sqrt(np.maximum(squares - 2 * self.X_train.astype(np.float64).dot(x) + x.dot(x), 0))
""",
        """\
    rows = [np.linalg.norm(x.astype(np.float32) - self.X_train.astype(np.float32), axis=1) for x in X]
    dists = np.stack(rows)
""",
    ),
    "knn-no-loops": (
        """\
    a = np.asarray(X, dtype=float)
    b = np.asarray(self.X_train, dtype=float)
    dists = -2 * np.dot(a, b.T)
    dists += np.einsum("ij,ij->i", a, a)[:, None]
    dists += np.einsum("ij,ij->i", b, b)[None, :]
    np.clip(dists, 0, None, out=dists)
    np.sqrt(dists, out=dists)
    return dists
""",
        """\
    a, b = X.astype(np.float64), self.X_train.astype(np.float64)
    cross = np.einsum("id,jd->ij", a, b, optimize=True)
    squared = np.linalg.norm(a, axis=1, keepdims=True) ** 2 + np.linalg.norm(b, axis=1) ** 2 - 2 * cross
    return np.where(squared > 0, squared, 0) ** 0.5
""",
        """\
    a, b = X.astype(np.float32), self.X_train.astype(np.float32)
    ones_a, ones_b = np.ones((len(a), 1), np.float32), np.ones((len(b), 1), np.float32)
    left = np.hstack([-2 * a, (a * a).sum(1, keepdims=True), ones_a])
    right = np.hstack([b, ones_b, (b * b).sum(1, keepdims=True)])
    return np.sqrt(np.abs(left @ right.T))
""",
        """\
    def squares(rows):
        return np.add.reduce(rows * rows, axis=1)

    a, b = np.float64(X), np.float64(self.X_train)
    return np.sqrt(np.maximum(np.add.outer(squares(a), squares(b)) - 2 * np.matmul(a, b.T), 0.0))
""",
        # no guard against rounding: NaN where rows are identical is worth a note, not a mark
        """\
    a, b = X.astype(float), self.X_train.astype(float)
    return np.sqrt((a**2).sum(1).reshape(-1, 1) + (b**2).sum(1) - 2 * a.dot(b.T))
""",
    ),
    "knn-l1": (
        # blocks of test rows
        """\
    a, b = X.astype(float), self.X_train.astype(float)
    step = max(1, int(max_bytes / (b.size * 8)))
    for i in range(0, num_test, step):
        dists[i : i + step] = np.abs(a[i : i + step, None, :] - b[None, :, :]).sum(-1)
""",
        # a loop over the features
        """\
    a, b = X.astype(np.float64), self.X_train.astype(np.float64)
    for p in range(a.shape[1]):
        dists += np.abs(np.subtract.outer(a[:, p], b[:, p]))
""",
        # blocks of training rows, in place
        """\
    start = 0
    train = np.asarray(self.X_train, np.float32)
    test = np.asarray(X, np.float32)[:, None]
    rows = max(max_bytes // test.nbytes, 1)
    while start < num_train:
        block = test - train[start : start + rows]
        np.absolute(block, out=block)
        dists[:, start : start + rows] = np.add.reduce(block, axis=2)
        start += rows
""",
    ),
    "knn-predict-labels": (
        """\
    from collections import Counter
    for i, row in enumerate(dists):
        votes = Counter(self.y_train[j] for j in sorted(range(len(row)), key=row.__getitem__)[:k])
        most = max(votes.values())
        y_pred[i] = min(label for label, count in votes.items() if count == most)
""",
        """\
    for i in range(num_test):
        labels, counts = np.unique(self.y_train[dists[i].argsort(kind="stable")[:k]], return_counts=True)
        y_pred[i] = labels[counts.argmax()]
""",
        """\
    k = min(k, len(self.y_train))
    nearest = np.take(self.y_train, np.argpartition(dists, k - 1, axis=1)[:, :k])
    votes = (nearest[:, :, None] == np.arange(self.y_train.max() + 1)).sum(axis=1)
    return votes.argmax(axis=1)
""",
    ),
    "knn-predict": (
        """\
    names = {0: "no_loops", 1: "one_loop", 2: "two_loops"}
    name = "l1" if metric == "l1" else names[num_loops]
    return self.predict_labels(getattr(self, f"compute_distances_{name}")(X), k)
""",
    ),
    "numpy-brighten": (
        """\
    return np.minimum(np.maximum(images.astype(np.int16) + amount, 0), 255).astype("uint8")
""",
        """\
    brighter = np.array(images, dtype=np.float32)
    brighter += amount
    brighter[brighter < 0] = 0
    brighter[brighter > 255] = 255
    return np.uint8(brighter)
""",
    ),
    "numpy-frame": (
        """\
    framed = images.copy()
    framed[:, :width] = 0
    framed[:, H - width:] = 0
    framed[:, :, :width] = 0
    framed[:, :, W - width:] = 0
    return framed
""",
        """\
    row, column = np.arange(H)[:, None], np.arange(W)
    inside = (row >= width) & (row < H - width) & (column >= width) & (column < W - width)
    return images * inside[:, :, None].astype(images.dtype)
""",
        """\
    if width == 0:
        return np.array(images)
    inner = images[:, width:-width, width:-width]
    return np.pad(inner, ((0, 0), (width, width), (width, width), (0, 0)))
""",
    ),
    "numpy-accuracy": (
        """\
    return (scores.argmax(1) == y).sum() / len(y)
""",
        """\
    return float(np.count_nonzero(np.equal(scores.argmax(axis=-1), y))) / scores.shape[0]
""",
    ),
    "numpy-pairwise-sums": (
        """\
    return np.add.outer(a, b)
""",
        """\
    return a.reshape(-1, 1) + b[None, :]
""",
        """\
    return np.repeat(a[:, None], len(b), axis=1) + np.tile(b, (len(a), 1))
""",
    ),
    "numpy-standardize": (
        """\
    centered = X - np.mean(X, axis=0, keepdims=True)
    sigma = np.sqrt((centered ** 2).mean(0))
    return np.divide(centered, sigma, out=np.zeros(X.shape), where=sigma > 0)
""",
        """\
    Z = np.array(X, dtype=np.float32)
    Z -= Z.mean(axis=0)
    deviation = Z.std(axis=0)
    Z /= np.where(deviation == 0, 1, deviation)
    return Z
""",
        """\
    with np.errstate(all="ignore"):
        return np.nan_to_num((X - X.mean(0)) / X.std(0), nan=0.0)
""",
    ),
    "numpy-batched-take": (
        """\
    return np.take_along_axis(scores, y[:, None].astype(int), axis=1)[:, 0]
""",
        """\
    N, C = scores.shape
    return scores.ravel()[np.arange(N) * C + y]
""",
        """\
    return (scores * (y[:, np.newaxis] == np.arange(scores.shape[1]))).sum(axis=1)
""",
    ),
    "numpy-one-hot": (
        """\
    return np.eye(num_classes)[y]
""",
        """\
    return (y[:, None] == np.arange(num_classes)).astype(np.float32)
""",
        """\
    Y = np.zeros((y.shape[0], num_classes), dtype=int)
    np.put_along_axis(Y, y[:, None].astype(int), 1, axis=1)
    return Y
""",
        """\
    return np.equal.outer(y, np.arange(num_classes))
""",
    ),
    "cv-split-folds": (
        """\
    indices = list(range(num_examples))
    if rng is not None:
        rng.shuffle(indices)
    folds, start = [], 0
    for f in range(num_folds):
        stop = start + num_examples // num_folds + (f < num_examples % num_folds)
        folds.append(np.array(indices[start:stop]))
        start = stop
    return folds
""",
        """\
    order = np.arange(num_examples)
    if rng:
        order = rng.choice(num_examples, size=num_examples, replace=False)
    return [fold for fold in np.array_split(order, num_folds)]
""",
    ),
    "cv-cross-validate-k": (
        """\
    everybody = np.arange(len(X))
    columns = []
    for fold in folds:
        rest = np.setdiff1d(everybody, fold)
        model.train(X[rest], y[rest])
        dists = model.compute_distances_no_loops(X[fold])
        columns.append([(model.predict_labels(dists, k) == y[fold]).sum() / len(fold) for k in k_choices])
    return np.array(columns).T
""",
        """\
    for f in range(len(folds)):
        held_out = np.zeros(len(y), dtype=bool)
        held_out[folds[f]] = True
        model.train(X[~held_out], y[~held_out])
        dists = model.compute_distances_two_loops(X[held_out])
        for i in range(len(k_choices)):
            predicted = model.predict_labels(dists, k=k_choices[i])
            accuracies[i][f] = np.count_nonzero(predicted == y[held_out]) / held_out.sum()
""",
    ),
    "cv-select-best-k": (
        """\
    best_mean, best_k = -1.0, None
    for k, row in sorted(zip(k_choices, accuracies.tolist()), key=lambda pair: pair[0]):
        mean = sum(row) / len(row)
        if mean > best_mean:
            best_mean, best_k = mean, k
    return best_k
""",
        """\
    means = np.mean(accuracies, axis=1)
    return np.min(np.asarray(k_choices)[means == np.max(means)])
""",
        """\
    order = np.argsort(k_choices)
    return k_choices[order[np.argmax(accuracies[order].sum(axis=1))]]
""",
    ),
    "svm-hinge-losses": (
        """\
    right = np.take_along_axis(scores, y.astype(int)[:, None], axis=1)
    return np.clip(scores - right + delta, 0, None).sum(axis=1) - delta
""",
        """\
    N = scores.shape[0]
    margins = (scores.T - scores[range(N), y] + delta).T
    margins = margins * (margins > 0)
    margins[np.arange(N), y] = 0.0
    return np.sum(margins, axis=-1)
""",
    ),
    "svm-loss-naive": (
        """\
    for x, label in zip(X, y):
        s = W.T.dot(x)
        for j in [j for j in range(num_classes) if j != label]:
            loss += max(0.0, s[j] - s[label] + 1.0) / num_train
            if s[j] - s[label] + 1.0 > 0:
                dW[:, j] += x / num_train
                dW[:, label] -= x / num_train
    loss += reg * (W * W).sum()
    dW += reg * W + reg * W
""",
    ),
    "svm-loss-vectorized": (
        """\
    N = X.shape[0]
    S = X.dot(W)
    M = S - S[np.arange(N), y].reshape(N, 1) + 1
    M[np.arange(N), y] = 0
    mask = (M > 0).astype(float)
    L = np.sum(M * mask) / N + reg * np.linalg.norm(W) ** 2
    mask[np.arange(N), y] -= mask.sum(1)
    return L, (X.T.dot(mask) + 2 * N * reg * W) / N
""",
    ),
    "softmax-probabilities": (
        """\
    e = np.exp((scores.T - np.max(scores, axis=1)).T)
    return e / np.sum(e, axis=1)[:, None]
""",
        """\
    log_sums = np.logaddexp.reduce(scores, axis=1, keepdims=True)
    return np.exp(scores - log_sums)
""",
    ),
    "softmax-cross-entropy": (
        """\
    return sum(-a * np.log2(b) for a, b in zip(p, q) if a != 0)
""",
        """\
    with np.errstate(all="ignore"):
        return np.where(p > 0, -p * np.log(q) / np.log(2), 0).sum()
""",
    ),
    "softmax-loss-naive": (
        """\
    for x, label in zip(X, y):
        e = np.exp(W.T.dot(x) - np.max(W.T.dot(x)))
        p = e / e.sum()
        s = W.T.dot(x)
        loss += (np.max(s) + np.log(e.sum()) - s[label]) / num_train
        for j in range(W.shape[1]):
            dW[:, j] += (p[j] - (j == label)) * x / num_train
    loss += reg * np.sum(W * W)
    dW += 2 * reg * W
""",
    ),
    "softmax-loss-vectorized": (
        """\
    S = X.dot(W)
    S -= np.max(S, axis=1)[:, None]
    P = np.exp(S)
    total = P.sum(axis=1)
    loss = np.sum(np.log(total) - S[np.arange(len(y)), y]) / X.shape[0] + reg * (W**2).sum()
    P /= total[:, None]
    Y = np.zeros_like(P)
    Y[np.arange(len(y)), y] = 1
    return loss, np.dot(X.T, P - Y) / X.shape[0] + 2 * reg * W
""",
    ),
}
