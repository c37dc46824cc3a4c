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
}
