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
    "convolution-output-size": (
        """\
    return len(range(0, size + 2 * pad - kernel + 1, stride))
""",
        """\
    import math
    room = size + pad + pad - kernel
    return 0 if room < 0 else 1 + math.floor(room / stride)
""",
    ),
    "convolution-forward": (
        # one loop over the places, everything else at once
        """\
    S, P = conv_param["stride"], conv_param["pad"]
    xp = np.zeros((x.shape[0], x.shape[1], x.shape[2] + 2 * P, x.shape[3] + 2 * P), dtype=x.dtype)
    xp[:, :, P : P + x.shape[2], P : P + x.shape[3]] = x
    HH, WW = w.shape[2:]
    H_out = 1 + (x.shape[2] + 2 * P - HH) // S
    W_out = 1 + (x.shape[3] + 2 * P - WW) // S
    out = np.empty((len(x), len(w), H_out, W_out))
    for r in range(H_out):
        for c in range(W_out):
            patch = xp[:, :, r * S : r * S + HH, c * S : c * S + WW]
            out[:, :, r, c] = np.tensordot(patch, w, axes=((1, 2, 3), (1, 2, 3))) + b
""",
        # a strided view of all windows
        """\
    S, P = conv_param["stride"], conv_param["pad"]
    padded = np.pad(x, [(0, 0), (0, 0), (P, P), (P, P)], mode="constant")
    windows = np.lib.stride_tricks.sliding_window_view(padded, w.shape[2:], axis=(2, 3))[:, :, ::S, ::S]
    out = np.einsum("nchwij,fcij->nfhw", windows, w) + b[None, :, None, None]
""",
        # in the precision of what came in, and loops over the kernel in place of the picture
        """\
    S, P = conv_param["stride"], conv_param["pad"]
    padded = np.pad(x, ((0,) * 2, (0,) * 2, (P,) * 2, (P,) * 2))
    rows, columns = (padded.shape[a] - w.shape[a] + S for a in (2, 3))
    rows, columns = rows // S, columns // S
    out = np.zeros((x.shape[0], w.shape[0], rows, columns), dtype=x.dtype)
    out += b.reshape(1, -1, 1, 1)
    for i in range(w.shape[2]):
        for j in range(w.shape[3]):
            seen = padded[:, :, i : i + S * (rows - 1) + 1 : S, j : j + S * (columns - 1) + 1 : S]
            for f in range(len(w)):
                out[:, f] += (seen * w[f, :, i, j][:, None, None]).sum(1)
""",
    ),
    "convolution-backward": (
        """\
    S, P = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    HH, WW = w.shape[2:]
    xp = np.pad(x, ((0, 0), (0, 0), (P, P), (P, P)))
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for r in range(dout.shape[2]):
        for c in range(dout.shape[3]):
            d = dout[:, :, r, c]
            patch = (slice(None), slice(None), slice(r * S, r * S + HH), slice(c * S, c * S + WW))
            dxp[patch] += np.tensordot(d, w, axes=1)
            dw += np.tensordot(d.T, xp[patch], axes=1)
    dx = dxp[:, :, P : xp.shape[2] - P, P : xp.shape[3] - P]
    db = dout.sum((0, 2, 3))
""",
        # the upstream gradient spread out and convolved with the turned kernel
        """\
    S, P = conv_param["stride"], conv_param["pad"]
    (N, C, H, W), (F, _, HH, WW) = x.shape, w.shape
    spread = np.zeros((N, F, H + 2 * P - HH + 1, W + 2 * P - WW + 1))
    spread[:, :, : S * dout.shape[2] : S, : S * dout.shape[3] : S] = dout
    view = np.lib.stride_tricks.sliding_window_view
    around = np.pad(spread, ((0, 0), (0, 0), (HH - 1, HH - 1), (WW - 1, WW - 1)))
    full = np.einsum("nfhwij,fcij->nchw", view(around, (HH, WW), axis=(2, 3)), w[:, :, ::-1, ::-1])
    dx = full[:, :, P : P + H, P : P + W]
    xp = np.pad(x, ((0, 0), (0, 0), (P, P), (P, P)))
    dw = np.einsum("nchwij,nfhw->fcij", view(xp, (HH, WW), axis=(2, 3)), spread)
    db = np.einsum("nfhw->f", dout)
""",
        # uses up the upstream gradient, which is worth no mark
        """\
    stride, pad = conv_param.get("stride", 1), conv_param.get("pad", 0)
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(b.shape)
    for n, f, i, j in np.ndindex(dout.shape):
        db[f] += dout[n, f, i, j]
        for l, m in np.ndindex(w.shape[2:]):
            r, s = i * stride + l - pad, j * stride + m - pad
            if 0 <= r < x.shape[2] and 0 <= s < x.shape[3]:
                dx[n, :, r, s] += dout[n, f, i, j] * w[f, :, l, m]
                dw[f, :, l, m] += dout[n, f, i, j] * x[n, :, r, s]
        dout[n, f, i, j] = 0
""",
    ),
    "convolution-max-pool-forward": (
        """\
    h, w, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    windows = np.lib.stride_tricks.sliding_window_view(x, (h, w), axis=(2, 3))
    out = windows[:, :, ::s, ::s].max(axis=(-1, -2))
""",
        """\
    h, w, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    rows, columns = 1 + (x.shape[2] - h) // s, 1 + (x.shape[3] - w) // s
    out = np.full((*x.shape[:2], rows, columns), -np.inf, dtype=x.dtype)
    for n, c, i, j in np.ndindex(out.shape):
        for value in x[n, c, i * s : i * s + h, j * s : j * s + w].flat:
            if value > out[n, c, i, j]:
                out[n, c, i, j] = value
""",
    ),
    "convolution-max-pool-backward": (
        # all of several equal entries
        """\
    h, w, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    dx = np.zeros_like(x)
    for r in range(dout.shape[2]):
        for c in range(dout.shape[3]):
            window = x[:, :, r * s : r * s + h, c * s : c * s + w]
            won = window == window.max(axis=(2, 3), keepdims=True)
            dx[:, :, r * s : r * s + h, c * s : c * s + w] += won * dout[:, :, r, c][:, :, None, None]
""",
        # equal entries share
        """\
    h, w, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(*dout.shape):
        place = n, c, slice(i * s, i * s + h), slice(j * s, j * s + w)
        won = (x[place] == np.max(x[place])).astype(float)
        dx[place] += dout[n, c, i, j] * won / won.sum()
""",
        # the last of several equal entries
        """\
    h, w, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    dx = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(*dout.shape):
        window = x[n, c, i * s : i * s + h, j * s : j * s + w]
        r, k = np.argwhere(window == window.max())[-1]
        dx[n, c, i * s + r, j * s + k] += dout[n, c, i, j]
""",
    ),
    "convolution-other-pools": (
        """\
    h, w, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    windows = np.lib.stride_tricks.sliding_window_view(x, (h, w), axis=(2, 3))[:, :, ::s, ::s]
    if kind == "l2":
        return np.linalg.norm(windows, axis=(-2, -1))
    return windows.sum(axis=(-2, -1)) / (h * w)
""",
        """\
    h, w, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    pool = {"average": np.mean, "l2": lambda window: np.sum(window**2) ** 0.5}[kind]
    rows, columns = 1 + (x.shape[2] - h) // s, 1 + (x.shape[3] - w) // s
    out = np.empty((x.shape[0], x.shape[1], rows, columns), dtype=x.dtype)
    for n, c, i, j in np.ndindex(out.shape):
        out[n, c, i, j] = pool(x[n, c, i * s : i * s + h, j * s : j * s + w])
    return out
""",
    ),
    "backprop-gates": (
        """\
    x = inputs[0]
    if op == "exp":
        import math
        out = math.exp(x)
        return out, [out]
    elif op == "inverse":
        return 1.0 / x, [-1.0 / (x * x)]
    y = inputs[1]
    table = {"add": (x + y, [1, 1]), "multiply": (x * y, [y, x]), "max": (np.maximum(x, y), [int(x > y), int(y > x)])}
    return table[op]
""",
        """\
    a = np.array(inputs, dtype=float)
    if op == "add":
        return a.sum(), tuple(np.ones(2))
    if op == "multiply":
        return a.prod(), tuple(a[::-1])
    if op == "max":
        return a.max(), tuple((a == a.max()).astype(float))
    return (np.exp(a[0]), (np.exp(a[0]),)) if op == "exp" else (a[0] ** -1, (-(a[0] ** -2),))
""",
    ),
    "backprop-neuron": (
        """\
    ones = np.concatenate([x, [1.0]])
    s = 0.5 * (1 + np.tanh(np.dot(w, ones) / 2))
    slope = s * (1 - s)
    return s, slope * ones, slope * w[:-1]
""",
        """\
    *weights, bias = w
    z = sum(weight * number for weight, number in zip(weights, x)) + bias
    if z >= 0:
        out = 1 / (1 + np.exp(-z))
    else:
        out = np.exp(z) / (1 + np.exp(z))
    dw, dx = np.empty(len(w)), np.empty(len(x))
    for i in range(len(x)):
        dw[i] = out * (1 - out) * x[i]
        dx[i] = out * (1 - out) * w[i]
    dw[-1] = out * (1 - out)
    return float(out), dw, dx
""",
    ),
    "backprop-value": (
        # recursive, which is fine but for very deep graphs
        """\
    order, seen = [], set()

    def visit(value):
        if value in seen:
            return
        seen.add(value)
        for parent in value.parents:
            visit(parent)
        order.append(value)

    visit(self)
    for value in order:
        value.grad = 0
    self.grad = 1
    while order:
        value = order.pop()
        for i in range(len(value.parents)):
            value.parents[i].grad += value.local_gradients[i] * value.grad
""",
        # a Value is let go when all that use it have reported
        """\
    uses, stack = {self: 0}, [self]
    while stack:
        for parent in stack.pop().parents:
            if parent not in uses:
                uses[parent] = 0
                stack.append(parent)
            uses[parent] += 1
    for value in uses:
        value.grad = 0.0
    self.grad, ready = 1.0, [self]
    while ready:
        value = ready.pop()
        for parent, slope in zip(value.parents, value.local_gradients):
            parent.grad = parent.grad + slope * value.grad
            uses[parent] -= 1
            if uses[parent] == 0:
                ready.append(parent)
""",
        # by id, and with the gradients collected on the side
        """\
    depth, layer = {}, [self]
    known = {id(self): self}
    level = 0
    while layer:
        for value in layer:
            depth[id(value)] = level
            known[id(value)] = value
        layer = list({id(p): p for value in layer for p in value.parents}.values())
        level += 1
    totals = dict.fromkeys(depth, 0.0)
    totals[id(self)] = 1.0
    for key in sorted(depth, key=depth.get):
        for parent, slope in zip(known[key].parents, known[key].local_gradients):
            totals[id(parent)] += totals[key] * slope
    for key, total in totals.items():
        known[key].grad = np.float64(total)
""",
    ),
    "backprop-chain": (
        """\
    def slope(z):
        return sigmoid(z) * (1 - sigmoid(z))

    L = len(w)
    z, a = np.zeros(L), np.zeros(L + 1)
    a[0] = x
    for l in range(L):
        z[l] = w[l] * a[l] + b[l]
        a[l + 1] = sigmoid(z[l])
    delta = np.zeros(L)
    delta[-1] = (a[-1] - y) * slope(z[-1])
    for l in range(L - 2, -1, -1):
        delta[l] = delta[l + 1] * w[l + 1] * slope(z[l])
    return (a[-1] - y) ** 2 / 2, delta * a[:-1], delta.copy(), delta[0] * w[0]
""",
        """\
    def back(layer, a):
        if layer == len(w):
            return (a - y) ** 2 / 2, [], [], a - y
        s = 1 / (1 + np.exp(-(w[layer] * a + b[layer])))
        cost, dw, db, da = back(layer + 1, s)
        dz = da * s * (1 - s)
        return cost, [dz * a, *dw], [dz, *db], dz * w[layer]

    cost, dw, db, dx = back(0, x)
    return cost, np.array(dw), np.array(db), dx
""",
    ),
    "backprop-matrix": (
        """\
    zs, A = [], X
    inputs = []
    for l in range(len(weights)):
        inputs.append(A)
        zs.append(A.dot(weights[l]) + biases[l])
        A = 1 / (1 + np.exp(-zs[-1]))

    def slope(z):
        s = sigmoid(z)
        return s * (1 - s)

    delta = A - Y if cost == "cross-entropy" else (A - Y) * slope(zs[-1])
    dW, db = [None] * len(weights), [None] * len(weights)
    for l in range(len(weights) - 1, -1, -1):
        if l < len(weights) - 1:
            delta = np.dot(delta, weights[l + 1].T) * slope(zs[l])
        dW[l] = np.einsum("ni,nj->ij", inputs[l], delta) / X.shape[0]
        db[l] = np.mean(delta, axis=0)
    return dW, db
""",
        """\
    def back(l, A):
        if l == len(weights):
            return (A - Y) / len(Y), [], []
        out = sigmoid(A @ weights[l] + biases[l])
        upstream, dW, db = back(l + 1, out)
        last = l == len(weights) - 1
        error = upstream if last and cost != "mse" else upstream * out * (1 - out)
        return error @ weights[l].T, [A.T @ error] + dW, [np.ones(len(A)) @ error] + db

    _, dW, db = back(0, X)
    return tuple(dW), tuple(db)
""",
    ),
    "backprop-jacobian": (
        """\
    weighted = upstream * probabilities
    return weighted - probabilities * weighted.sum(1)[:, None]
""",
        """\
    mean = np.einsum("nc,nc->n", probabilities, upstream)
    result = np.array(upstream, copy=True)
    result -= mean.reshape(-1, 1)
    result *= probabilities
    return result
""",
        """\
    g, p = upstream.astype(np.float64), probabilities.astype(np.float64)
    return p * g - p * (p[:, None, :] @ g[:, :, None])[:, 0]
""",
    ),
    "modular-affine-forward": (
        """\
    N = x.shape[0]
    rows = np.reshape(x, (N, w.shape[0]))
    out = np.dot(rows, w) + b[np.newaxis, :]
""",
        """\
    out = np.tensordot(x, w.reshape(*x.shape[1:], -1), axes=x.ndim - 1)
    out += b
""",
    ),
    "modular-affine-backward": (
        """\
    N = x.shape[0]
    rows = x.reshape(N, -1)
    dx = dout.dot(w.T).reshape(x.shape)
    dw = rows.T.dot(dout)
    db = np.ones(N) @ dout
""",
        """\
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(w.shape[1])
    for image, row, upstream in zip(x, dx, dout):
        row += (w @ upstream).reshape(row.shape)
        dw += np.outer(image, upstream)
        db += upstream
""",
        """\
    dw = np.einsum("nd,nm->dm", x.reshape(x.shape[0], -1), dout)
    dx = np.einsum("nm,dm->nd", dout, w)
    dx.shape = x.shape
    db = np.einsum("nm->m", dout)
""",
    ),
    "modular-relu-backward": (
        """\
    dx = np.array(dout)
    dx[x <= 0] = 0
""",
        """\
    dout[x < 0] = 0
    dx = dout
""",
        """\
    dx = np.where(x >= 0, dout, 0)
""",
    ),
    "modular-sigmoid-forward": (
        """\
    out = 0.5 * (1 + np.tanh(0.5 * x))
""",
        """\
    out = np.empty(x.shape)
    up = x > 0
    out[up] = 1 / (1 + np.exp(-x[up]))
    e = np.exp(x[~up])
    out[~up] = e / (1 + e)
""",
        """\
    out = 1 / (1 + np.exp(-np.clip(x, -80, 80)))
""",
        """\
    out = np.exp(np.minimum(x, 0)) / (1 + np.exp(-np.abs(x)))
""",
    ),
    "modular-sigmoid-backward": (
        """\
    dx = (cache - cache**2) * dout
""",
        """\
    dx = dout
    dx *= cache
    dx *= 1.0 - cache
""",
    ),
    "modular-leaky-relu-backward": (
        """\
    dx = dout.copy()
    dx[x < 0] *= alpha
""",
        """\
    on = (x > 0).astype(float)
    dx = dout * on + alpha * dout * (1 - on)
""",
    ),
    "modular-maxout-backward": (
        """\
    N, M = dout.shape
    dx = np.zeros((N, M * k))
    dx[np.arange(N)[:, None], np.arange(M) * k + winners] = dout
""",
        """\
    dx = np.zeros((*dout.shape, k), dout.dtype)
    np.put_along_axis(dx, winners[..., None], dout[..., None], axis=-1)
    dx = dx.reshape(dout.shape[0], dout.shape[1] * k)
""",
        """\
    dx = (np.eye(k)[winners] * dout[:, :, None]).reshape(dout.shape[0], -1)
""",
    ),
    "modular-svm-loss": (
        """\
    N = x.shape[0]
    correct = x[np.arange(N), y]
    margins = np.maximum(0, x - correct[:, np.newaxis] + 1.0)
    margins[np.arange(N), y] = 0
    num_pos = np.sum(margins > 0, axis=1)
    dx = np.zeros_like(x)
    dx[margins > 0] = 1
    dx[np.arange(N), y] -= num_pos
    dx /= N
    return np.sum(margins) / N, dx
""",
        """\
    Y = np.arange(x.shape[1]) == y[:, None]
    m = x - (x * Y).sum(1, keepdims=True) + 1
    mask = (m > 0) & ~Y
    return (m * mask).sum() / len(y), (mask - Y * mask.sum(1, keepdims=True)) / len(y)
""",
    ),
    "modular-softmax-loss": (
        """\
    N = x.shape[0]
    probs = np.exp(x - np.max(x, axis=1, keepdims=True))
    probs /= np.sum(probs, axis=1, keepdims=True)
    loss = -np.sum(np.log(probs[np.arange(N), y])) / N
    dx = probs.copy()
    dx[np.arange(N), y] -= 1
    dx /= N
    return loss, dx
""",
        """\
    s = x - x.max(1)[:, None]
    e = np.exp(s)
    Y = (np.arange(x.shape[1]) == y[:, None]).astype(x.dtype)
    return np.mean(np.log(e.sum(1)) - (s * Y).sum(1)), (e / e.sum(1)[:, None] - Y) / len(y)
""",
    ),
    "modular-two-layer-net": (
        """\
    W1, b1, W2, b2 = (self.params[name] for name in ("W1", "b1", "W2", "b2"))
    N = X.shape[0]
    rows = X.reshape(N, -1)
    z = rows.dot(W1) + b1
    h = np.maximum(z, 0)
    s = h.dot(W2) + b2
    if y is None:
        return s
    e = np.exp(s - s.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    p[np.arange(N), y] -= 1
    log_sum = np.log(e.sum(axis=1)) + s.max(axis=1)
    loss = np.mean(log_sum - s[np.arange(N), y]) + self.reg / 2 * ((W1 * W1).sum() + (W2 * W2).sum())
    ds = p / N
    dz = ds.dot(W2.T) * (z > 0)
    grads = {"b2": ds.sum(0), "W2": h.T.dot(ds) + self.reg * W2, "b1": dz.sum(0), "W1": rows.T.dot(dz) + self.reg * W1}
    return loss, grads
""",
        """\
    a1, c1 = affine_forward(X, self.params["W1"], self.params["b1"])
    h, c2 = relu_forward(a1)
    scores, c3 = affine_forward(h, self.params["W2"], self.params["b2"])
    if y is None:
        return scores
    loss, d = softmax_loss(scores, y)
    grads = {}
    d, grads["W2"], grads["b2"] = affine_backward(d, c3)
    d = relu_backward(d, c2)
    d, grads["W1"], grads["b1"] = affine_backward(d, c1)
    for name in self.params:
        if name.startswith("W"):
            loss += 0.5 * self.reg * np.linalg.norm(self.params[name]) ** 2
            grads[name] += self.reg * self.params[name]
    return loss, grads
""",
    ),
    "modular-fully-connected-init": (
        """\
    for number, (fan_in, fan_out) in enumerate(zip(sizes[:-1], sizes[1:]), start=1):
        self.params["W" + str(number)] = rng.normal(0, weight_scale, (fan_in, fan_out)).astype(self.dtype)
        self.params["b" + str(number)] = np.zeros(fan_out).astype(self.dtype)
""",
        """\
    layer = 0
    while layer < self.num_layers:
        shape = tuple(sizes[layer : layer + 2])
        self.params.update({f"b{layer + 1}": np.zeros(shape[1], dtype=self.dtype)})
        self.params.update({f"W{layer + 1}": np.asarray(rng.standard_normal(shape) * weight_scale, dtype=self.dtype)})
        layer += 1
""",
    ),
    "modular-fully-connected-loss": (
        """\
    h, store = X, {}
    L = self.num_layers
    for l in range(L - 1):
        W, b = self.params["W" + str(l + 1)], self.params["b" + str(l + 1)]
        a, fc = affine_forward(h, W, b)
        h, mask = relu_forward(a)
        store[l] = fc, mask
    scores, top = affine_forward(h, self.params["W%d" % L], self.params["b%d" % L])
    if y is None:
        return scores
    loss, dh = softmax_loss(scores, y)
    grads = {}
    dh, grads["W%d" % L], grads["b%d" % L] = affine_backward(dh, top)
    grads["W%d" % L] += self.reg * self.params["W%d" % L]
    loss += 0.5 * self.reg * np.sum(self.params["W%d" % L] ** 2)
    for l in reversed(range(L - 1)):
        fc, mask = store[l]
        dh, dW, grads["b" + str(l + 1)] = affine_backward(relu_backward(dh, mask), fc)
        grads["W" + str(l + 1)] = dW + self.reg * self.params["W" + str(l + 1)]
        loss += 0.5 * self.reg * np.sum(np.square(self.params["W" + str(l + 1)]))
    return loss, grads
""",
        """\
    P, numbers = self.params, range(1, self.num_layers + 1)
    inputs = [X.reshape(len(X), -1)]
    for i in numbers:
        z = inputs[-1] @ P[f"W{i}"] + P[f"b{i}"]
        inputs.append(np.maximum(z, 0) if i < self.num_layers else z)
    if y is None:
        return inputs[-1]
    loss, d = softmax_loss(inputs[-1], y)
    loss = loss + self.reg / 2 * sum((P[f"W{i}"] ** 2).sum() for i in numbers)
    grads = {}
    for i in reversed(numbers):
        grads[f"b{i}"] = d.sum(axis=0)
        grads[f"W{i}"] = inputs[i - 1].T @ d + self.reg * P[f"W{i}"]
        d = (d @ P[f"W{i}"].T) * (inputs[i - 1] > 0)
    return loss, grads
""",
    ),
    "optimization-random-search": (
        """\
    tries = rng.normal(0.0, scale, size=(num_tries, *shape))
    losses = [loss_fn(W) for W in tries]
    return tries[np.argmin(losses)], min(losses)
""",
        """\
    best = np.array(rng.standard_normal(shape) * scale)
    for _ in range(num_tries - 1):
        W = rng.standard_normal(shape) * scale
        if loss_fn(W) <= loss_fn(best):
            best[:] = W
    return [best, loss_fn(best)]
""",
        """\
    found = []
    for i in range(num_tries):
        W = np.reshape([rng.normal(scale=scale) for _ in range(int(np.prod(shape)))], shape)
        found.append((loss_fn(W), i, W))
    loss, _, W = min(found)
    return W, np.float64(loss)
""",
    ),
    "optimization-random-local-search": (
        """\
    here = W.copy()
    height = loss_fn(here)
    for _ in range(num_steps):
        step = rng.normal(scale=step_size, size=W.shape)
        here += step
        if loss_fn(here) >= height:
            here -= step
        else:
            height = loss_fn(here)
    return here, height
""",
        """\
    steps = rng.standard_normal((num_steps, *W.shape)) * step_size
    best = np.array(W, dtype=float)
    for step in steps:
        best = min(best, best + step, key=loss_fn)
    return best, loss_fn(best)
""",
        """\
    path = [(W, loss_fn(W))]
    while num_steps > 0:
        num_steps -= 1
        tried = path[-1][0] + rng.normal(0, step_size, W.shape)
        score = loss_fn(tried)
        path.append((tried, score) if score < path[-1][1] else path[-1])
    return path[-1]
""",
    ),
    "optimization-epoch-batches": (
        """\
    order = np.arange(num_examples)
    rng.shuffle(order)
    return np.split(order, range(batch_size, num_examples, batch_size))
""",
        """\
    left = list(range(num_examples))
    rng.shuffle(left)
    batches = []
    while left:
        batches.append(np.array(left[:batch_size]))
        left = left[batch_size:]
    return batches
""",
        """\
    order = rng.choice(num_examples, size=num_examples, replace=False)

    def cut():
        for i in range(int(np.ceil(num_examples / batch_size))):
            yield order[i * batch_size : min(num_examples, (i + 1) * batch_size)]

    return cut()
""",
        """\
    order = np.argsort(rng.random(num_examples))
    batch_of = np.arange(num_examples) // batch_size
    return tuple(order[batch_of == b] for b in range(batch_of[-1] + 1))
""",
    ),
    "optimization-penalties": (
        """\
    R = l1 * np.linalg.norm(W.ravel(), 1) + l2 * np.sum(np.square(W))
    dW = l1 * ((W > 0).astype(float) - (W < 0)) + l2 * (W + W)
    return R, dW
""",
        """\
    size = abs(W)
    with np.errstate(all="ignore"):
        slope = np.where(W == 0, 0, W / size)
    return (l1 * size + l2 * size**2).sum(), l1 * slope + 2.0 * l2 * size * slope
""",
        """\
    penalty, dW = 0.0, np.zeros(W.shape)
    for index in np.ndindex(W.shape):
        w = W[index]
        penalty += l1 * abs(w) + l2 * w * w
        dW[index] = 2 * l2 * w + (l1 if w > 0 else -l1 if w < 0 else 0)
    return penalty, dW
""",
    ),
    "optimization-classifier-train": (
        """\
    N, D = X.shape
    if self.W is None:
        self.W = rng.standard_normal((D, y.max() + 1)) * 1e-3
    losses = np.zeros(num_iters)
    for i in range(num_iters):
        chosen = rng.permutation(N)[:batch_size]
        losses[i], dW = self.loss(X_batch=X[chosen], y_batch=y[chosen], reg=reg)
        self.W -= learning_rate * dW
    return losses
""",
        """\
    history, waiting = [], []
    if self.W is None:
        C = len(np.bincount(y))
        self.W = rng.normal(scale=0.001, size=(X.shape[1], C)).astype(np.float32)
    while len(history) < num_iters:
        if len(waiting) < batch_size:
            waiting = list(rng.permutation(len(X)))
        batch, waiting = waiting[:batch_size], waiting[batch_size:]
        history += [self.loss(X[batch], y[batch], reg)[0]]
        self.W = (self.W - learning_rate * self.loss(X[batch], y[batch], reg)[1]).astype(np.float32)
        if verbose:
            print(f"{history[-1]:.2f}")
    return history
""",
        """\
    def step():
        batch = rng.integers(len(y), size=batch_size)
        loss, dW = self.loss(np.take(X, batch, axis=0), y.take(batch), reg)
        dW *= -learning_rate
        self.W += dW
        return float(loss)

    if self.W is None:
        self.W = 0.001 * rng.normal(size=(X.shape[1], max(y) + 1))
    return [step() for _ in range(num_iters)]
""",
    ),
    "optimization-classifier-predict": (
        """\
    scores = X.dot(self.W)
    return scores.argmax(-1)
""",
        """\
    return np.argsort(-(self.W.T @ X.T), axis=0)[0]
""",
    ),
    "optimization-halve-on-plateau": (
        """\
    rates, since = [], 0
    for e in range(len(losses)):
        if e == 0 or losses[e] < np.min(losses[:e]):
            since = 0
        else:
            since += 1
            if since % patience == 0:
                learning_rate *= 0.5
        rates += [learning_rate]
    return rates
""",
        """\
    so_far = np.minimum.accumulate(losses)
    progress = np.ones(len(losses), dtype=bool)
    progress[1:] = so_far[1:] < so_far[:-1]
    epochs = np.arange(len(losses))
    since = epochs - np.maximum.accumulate(np.where(progress, epochs, 0))
    return learning_rate * 0.5 ** np.cumsum((since > 0) & (since % patience == 0))
""",
    ),
    "two-layer-triangle": (
        """\
    W1 = np.array([[0, 7.0], [-4.0, -2], [1, -0.5]]).T
    return {"W1": W1, "b1": np.array([7, 2, 0.5]), "W2": np.array([[2.0], [3], [2]]), "b2": np.array([-6.5])}
""",
        # neurons that fire outside
        """\
    W1 = -np.array([[0.0, -2.0, 2.0], [1.0, -1.0, -1.0]])
    return dict(W1=W1, b1=-np.ones(3), W2=np.full((3, 1), -4), b2=np.array([1]))
""",
    ),
    "two-layer-scores": (
        """\
    W1, b1, W2, b2 = params["W1"], params["b1"], params["W2"], params["b2"]
    z = X.dot(W1) + b1.reshape(1, -1)
    h = z * (z > 0)
    return np.add(h.dot(W2), b2), h
""",
        """\
    def relu(v):
        v = v.copy()
        v[v < 0] = 0
        return v

    hidden = relu(np.einsum("nd,dh->nh", X, params["W1"]) + params["b1"])
    scores = np.matmul(hidden, params["W2"])
    scores += params["b2"]
    return scores, hidden
""",
    ),
    "two-layer-predict": (
        """\
    scores, _ = two_layer_scores(params, X)
    return np.argmax(scores, axis=-1)
""",
        """\
    hidden = np.clip(X.dot(params["W1"]) + params["b1"], 0, None)
    s = hidden.dot(params["W2"]) + params["b2"]
    p = np.exp(s - s.max(axis=1, keepdims=True))
    return np.array([int(np.argmax(row)) for row in p])
""",
    ),
    "two-layer-loss": (
        # probabilities first, whose logarithm may underflow: worth a note, not a mark
        """\
    N = X.shape[0]
    W1, b1, W2, b2 = [params[k] for k in ("W1", "b1", "W2", "b2")]
    z1 = X.dot(W1) + b1
    a1 = np.maximum(z1, 0)
    z2 = a1.dot(W2) + b2
    e = np.exp(z2 - z2.max(axis=1)[:, None])
    p = e / e.sum(axis=1)[:, None]
    loss = np.sum(-np.log(p[range(N), y])) / N
    loss += 0.5 * reg * np.sum(W1 * W1) + 0.5 * reg * np.sum(W2 * W2)
    Y = np.zeros_like(p)
    Y[np.arange(N), y] = 1
    dz2 = p - Y
    da1 = dz2.dot(W2.T)
    dz1 = np.where(z1 > 0, da1, 0)
    grads = {}
    grads["W2"] = a1.T.dot(dz2) / N + reg * W2
    grads["b2"] = np.mean(dz2, axis=0)
    grads["W1"] = np.dot(X.T, dz1) / N + reg * W1
    grads["b1"] = dz1.sum(axis=0) / N
    return loss, grads
""",
        # the forward pass by the earlier function, a slope of 1 at exactly 0, gradients in place
        """\
    scores, hidden = two_layer_scores(params, X)
    z = X @ params["W1"] + params["b1"]
    log_sums = np.logaddexp.reduce(scores, axis=1)
    loss = (log_sums - np.take_along_axis(scores, y.astype(int)[:, None], axis=1)[:, 0]).mean()
    delta = np.exp(scores - log_sums[:, None])
    delta[np.arange(len(y)), y.astype(int)] -= 1.0
    delta = delta / len(y)
    back = delta @ params["W2"].T
    back[z < 0] = 0
    grads = dict(b2=np.ones(len(y)) @ delta, W2=hidden.T @ delta, b1=np.ones(len(y)) @ back, W1=X.T @ back)
    for name in ("W1", "W2"):
        loss += reg * np.linalg.norm(params[name]) ** 2 / 2
        grads[name] += reg * params[name]
    return loss, grads
""",
    ),
    "two-layer-train": (
        """\
    import copy
    params = copy.deepcopy(params)
    losses = np.zeros(num_steps)
    for i in range(num_steps):
        losses[i], grads = loss_function(params, X, y, reg)
        for key, gradient in grads.items():
            params[key] -= learning_rate * gradient
    return params, losses
""",
        """\
    history = []
    for _ in range(num_steps):
        loss, g = loss_function(params, X, y, reg)
        params = {k: v - learning_rate * g[k] for k, v in params.items()}
        history += [loss]
    return params, tuple(history)
""",
    ),
    "two-layer-staircase": (
        """\
    K = len(edges)
    W2 = np.zeros((K, 1))
    for k in range(K):
        W2[k, 0] = levels[k] - (levels[k - 1] if k > 0 else 0)
    return {"W1": np.full((1, K), 10.0), "b1": -10.0 * edges, "W2": W2, "b2": np.array([0.0])}
""",
        # neurons that fire to the left of their edges, and the last level as the bias
        """\
    before = np.concatenate([[0.0], levels[:-1]])
    return {"W1": -np.ones((1, len(edges))), "b1": edges, "W2": (before - levels)[:, None], "b2": levels[-1:]}
""",
    ),
    "two-layer-deltas": (
        """\
    s = 1.0 / (1.0 + np.exp(-z))
    error = s - y
    return error * s * (1.0 - s), error
""",
        """\
    a = np.where(z >= 0, 1 / (1 + np.exp(-np.abs(z))), np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z))))
    return np.multiply(a - y, a - a**2), np.subtract(a, y)
""",
    ),
    "mnist-digits-darkness": (
        """\
    digits = np.unique(y_train)
    means = np.array([X_train[y_train == d].mean() for d in digits])
    distances = np.abs(X_test.mean(axis=(1, 2))[None, :] - means[:, None])
    return digits[distances.argmin(axis=0)]
""",
        """\
    darkness = X_train.reshape(len(X_train), -1).astype(float).mean(1)
    table = np.full((len(X_test), 10), np.inf)
    for digit in range(10):
        if np.any(y_train == digit):
            table[:, digit] = abs(np.mean(X_test, axis=(1, 2)) - darkness[y_train == digit].mean())
    return np.argmin(table, axis=1)
""",
    ),
    "mnist-digits-parameters": (
        """\
    return [(rng.normal(0, m**-0.5, (m, n)), np.zeros((n,))) for m, n in zip(sizes, sizes[1:])]
""",
        """\
    layers = []
    for inputs, neurons in zip(sizes[:-1], sizes[1:]):
        W = rng.standard_normal((neurons, inputs)).T / inputs**0.5
        layers += [[W.astype(np.float32), np.zeros(neurons, dtype=np.float32)]]
    return tuple(layers)
""",
    ),
    "mnist-digits-forward": (
        """\
    def sigmoid(z):
        return 0.5 * (1 + np.tanh(z / 2))

    layers = [X]
    for i, (W, b) in enumerate(network):
        z = np.dot(layers[i], W) + b
        layers.append(z if i == len(network) - 1 else sigmoid(z))
    return layers
""",
        """\
    A, found = X, (X,)
    for W, b in network[:-1]:
        z = b + A.dot(W)
        A = np.where(z >= 0, 1 / (1 + np.exp(-np.abs(z))), np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z))))
        found += (A,)
    return (*found, np.einsum("nd,dh->nh", A, network[-1][0]) + network[-1][1])
""",
    ),
    "mnist-digits-backward": (
        """\
    N = len(y)
    shifted = activations[-1] - activations[-1].max(axis=1, keepdims=True)
    log_sums = np.log(np.exp(shifted).sum(axis=1))
    loss = (log_sums - shifted[range(N), y]).sum() / N
    truth = np.zeros_like(shifted)
    truth[np.arange(N), y] = 1
    error = (np.exp(shifted - log_sums[:, None]) - truth) / N
    gradients = [None] * len(network)
    for i in reversed(range(len(network))):
        gradients[i] = (np.dot(activations[i].T, error), np.sum(error, axis=0))
        if i > 0:
            slope = activations[i] - activations[i] ** 2
            error = np.dot(error, network[i][0].T) * slope
    return loss, gradients
""",
        """\
    P = softmax(activations[-1])
    loss = np.mean(-np.log(np.take_along_axis(P, y[:, None].astype(int), axis=1)))
    delta = P - np.eye(P.shape[1])[y]
    found = []
    for (W, b), A in zip(reversed(network), reversed(activations[:-1])):
        found.insert(0, [np.einsum("nd,nh->dh", A, delta) / len(y), delta.mean(axis=0)])
        delta = (1 - A) * A * (W @ delta.T).T
    return loss, tuple(found)
""",
    ),
    "mnist-digits-epoch": (
        """\
    order = np.arange(X.shape[0])
    rng.shuffle(order)
    losses = np.zeros(0)
    while len(order):
        chosen, order = order[:batch_size], order[batch_size:]
        loss, gradients = loss_and_gradients(network, X[chosen], y[chosen])
        losses = np.append(losses, loss)
        for i in range(len(network)):
            W, b = network[i]
            dW, db = gradients[i]
            network[i] = (W - learning_rate * dW, b - learning_rate * db)
    return losses
""",
        """\
    indices = rng.choice(len(X), size=len(X), replace=False)
    X_mixed, y_mixed = X[indices], y[indices]
    losses = []
    for i in range(math.ceil(len(X) / batch_size)):
        piece = slice(i * batch_size, (i + 1) * batch_size)
        loss, gradients = loss_and_gradients(network, X_mixed[piece], y_mixed[piece])
        for layer, gradient in zip(network, gradients):
            for array, change in zip(layer, gradient):
                array[...] = array - learning_rate * change
        losses += [float(loss)]
    return losses
""",
    ),
    "mnist-digits-shift": (
        """\
    N, H, W = images.shape
    moved = np.zeros_like(images)
    if abs(down) < H and abs(right) < W:
        target = moved[:, max(down, 0) : H + min(down, 0), max(right, 0) : W + min(right, 0)]
        target[...] = images[:, max(-down, 0) : H - max(down, 0), max(-right, 0) : W - max(right, 0)]
    return moved
""",
        """\
    rolled = np.roll(images, (down, right), axis=(1, 2))
    rows = np.arange(images.shape[1]) - down
    columns = np.arange(images.shape[2]) - right
    inside = ((rows >= 0) & (rows < len(rows)))[:, None] & ((columns >= 0) & (columns < len(columns)))
    return rolled * inside
""",
    ),
    "mnist-digits-pool": (
        """\
    N, H, W = images.shape
    images = images[:, : H - H % size, : W - W % size].astype(np.float64)
    rows = sum(images[:, i::size] for i in range(size))
    return sum(rows[:, :, j::size] for j in range(size)) / size**2
""",
        """\
    h, w = images.shape[1] // size, images.shape[2] // size
    windows = np.lib.stride_tricks.sliding_window_view(images, (size, size), axis=(1, 2))
    return windows[:, ::size, ::size][:, :h, :w].mean(axis=(-2, -1))
""",
    ),
    "batchnorm-forward": (
        """\
    if mode == "train":
        N = x.shape[0]
        mu = 1.0 / N * np.sum(x, axis=0)
        xmu = x - mu
        v = 1.0 / N * np.sum(xmu**2, axis=0)
        std = (v + eps) ** 0.5
        x_hat = xmu * (1.0 / std)
        out = x_hat * gamma + beta
        running_mean = momentum * running_mean + (1 - momentum) * mu
        running_var = momentum * running_var + (1 - momentum) * v
    elif mode == "test":
        std = np.sqrt(running_var + eps)
        x_hat = (x - running_mean) / std
        out = x_hat * gamma + beta
    else:
        raise ValueError(mode)
""",
        # statistics that keep their axis, (1, D), and are updated by a difference
        """\
    if mode == "train":
        m = x.mean(axis=0, keepdims=True)
        v = np.square(x - m).mean(axis=0, keepdims=True)
        running_mean = running_mean + (1 - momentum) * (m - running_mean)
        running_var = running_var + (1 - momentum) * (v - running_var)
    else:
        m, v = running_mean, running_var
    std = np.sqrt(v + eps)
    x_hat = (x - m) / std
    out = x_hat * gamma + beta
""",
        # in place, in double precision, and with a return of its own
        """\
    running_mean, running_var = np.array(running_mean, float), np.array(running_var, float)
    x_hat = np.array(x, dtype=np.float64)
    if mode == "train":
        mean = np.average(x_hat, axis=0)
        x_hat -= mean
        var = np.einsum("nd,nd->d", x_hat, x_hat) / len(x_hat)
        running_mean *= momentum
        running_mean += (1 - momentum) * mean
        running_var *= momentum
        running_var += (1 - momentum) * var
    else:
        x_hat -= running_mean
        var = running_var
    std = np.sqrt(var + eps)
    x_hat /= std
    bn_param.update(running_mean=running_mean, running_var=running_var)
    return np.multiply(gamma, x_hat) + beta, (x_hat, gamma, std)
""",
    ),
    "batchnorm-backward": (
        """\
    N, D = dout.shape
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(dout * x_hat, axis=0)
    dxhat = dout * gamma
    xmu = x_hat * std
    ivar = 1.0 / std
    divar = np.sum(dxhat * xmu, axis=0)
    dxmu1 = dxhat * ivar
    dsqrtvar = -1.0 / (std**2) * divar
    dvar = 0.5 * 1.0 / std * dsqrtvar
    dsq = 1.0 / N * np.ones((N, D)) * dvar
    dxmu2 = 2 * xmu * dsq
    dx1 = dxmu1 + dxmu2
    dmu = -1 * np.sum(dxmu1 + dxmu2, axis=0)
    dx2 = 1.0 / N * np.ones((N, D)) * dmu
    dx = dx1 + dx2
""",
        # the three ways of the paper, whose middle term is 0
        """\
    m = len(x_hat)
    c = x_hat * std
    g = dout * gamma
    dvar = np.sum(g * c, axis=0) * -0.5 * std ** (-3.0)
    dmean = np.sum(g * -1 / std, axis=0) + dvar * np.mean(-2 * c, axis=0)
    dx = g / std + dvar * 2 * c / m + dmean / m
    dgamma, dbeta = np.einsum("nd,nd->d", dout, x_hat), np.ones(m) @ dout
""",
        # the Jacobian of each feature
        """\
    N = dout.shape[0]
    dbeta, dgamma = dout.sum(0), np.sum(x_hat * dout, 0)
    jacobian = np.eye(N)[:, :, None] - 1 / N - x_hat[:, None, :] * x_hat[None, :, :] / N
    dx = np.einsum("id,ijd->jd", dout * gamma, jacobian) / std
""",
    ),
    "batchnorm-backward-alt": (
        """\
    N = dout.shape[0]
    dbeta = np.sum(dout, axis=0)
    dgamma = np.sum(x_hat * dout, axis=0)
    dx = (1.0 / N) * gamma / std * (N * dout - dbeta - x_hat * dgamma)
""",
        """\
    dgamma, dbeta = (dout * x_hat).sum(0), dout.sum(0)
    g = dout * gamma
    g -= g.mean(axis=0)
    dx = (g - x_hat * np.mean(g * x_hat, axis=0)) / std
""",
        """\
    dout *= 1.0
    dbeta = np.add.reduce(dout)
    dgamma = np.add.reduce(dout * x_hat)
    dout -= (dbeta + x_hat * dgamma) / len(dout)
    dx = dout * (gamma / std)
""",
    ),
    "layernorm-forward": (
        """\
    columns = x.T
    mu = np.mean(columns, axis=0)
    std = np.sqrt(np.var(columns, axis=0) + eps)
    x_hat = ((columns - mu) / std).T
    out = gamma * x_hat + beta
    return out, (x_hat, gamma, std)
""",
        """\
    D = x.shape[1]
    centered = np.array(x, dtype=np.float64)
    centered -= centered.sum(axis=1)[:, None] / D
    std = np.sqrt((centered**2).sum(axis=1)[:, None] / D + eps)
    x_hat = centered / std
    out = x_hat * gamma.reshape(1, -1)
    out += beta
""",
    ),
    "layernorm-backward": (
        """\
    N, D = dout.shape
    dgamma, dbeta = np.sum(dout * x_hat, axis=0), np.sum(dout, axis=0)
    g = (dout * gamma).T
    h = x_hat.T
    dx = ((1.0 / D) / std.T * (D * g - np.sum(g, axis=0) - h * np.sum(g * h, axis=0))).T
""",
        """\
    D = x_hat.shape[1]
    dbeta = np.ones(len(dout)) @ dout
    dgamma = np.einsum("nd,nd->d", dout, x_hat)
    dx_hat = dout * gamma
    c = x_hat * std
    dvar = (-0.5 * dx_hat * c / std**3).sum(axis=1, keepdims=True)
    dc = dx_hat / std + 2 / D * c * dvar
    dx = dc - dc.sum(axis=1, keepdims=True) / D
""",
    ),
    "batchnorm-net": (
        # a dict made anew, and put into state
        """\
    a, affine_cache = affine_forward(x, W, b)
    if self.normalization == "layernorm":
        n, norm_cache = layernorm_forward(a, gamma, beta, {"eps": 1e-5})
    else:
        bn_param = {**self.state[f"bn{i}"], "mode": self.mode}
        n, norm_cache = batchnorm_forward(a, gamma, beta, bn_param)
        self.state[f"bn{i}"] = {name: bn_param[name] for name in ("running_mean", "running_var")}
    out, relu_cache = relu_forward(n)
""",
        """\
    forward = {"batchnorm": batchnorm_forward, "layernorm": layernorm_forward}[self.normalization]
    param = self.state.setdefault("bn%d" % i, {}) if forward is batchnorm_forward else {}
    param.update(mode=self.mode, eps=1e-5, momentum=0.9)
    out, affine_cache = affine_forward(x, W, b)
    out, norm_cache = forward(out, gamma, beta, param)
    out, relu_cache = relu_forward(out)
""",
        """\
    if self.normalization == "batchnorm":
        affine, affine_cache = affine_forward(x, W, b)
        self.state[f"bn{i}"]["mode"] = self.mode
        result = batchnorm_forward(affine, gamma, beta, self.state[f"bn{i}"])
    if self.normalization == "layernorm":
        affine, affine_cache = affine_forward(x, W, b)
        result = layernorm_forward(affine, gamma, beta, {})
    out, norm_cache = np.maximum(0, result[0]), result[1]
    relu_cache = result[0]
""",
    ),
    "optimizers-sgd-momentum": (
        """\
    if config is None:
        config = {}
    config.setdefault("learning_rate", 0.01)
    config.setdefault("momentum", 0.9)
    v = config.get("velocity", np.zeros_like(w))
    v = config["momentum"] * v - config["learning_rate"] * dw
    next_w = w + v
    config["velocity"] = v
""",
        """\
    config = dict(config or {})
    mu, eta = config.setdefault("momentum", 0.9), config.setdefault("learning_rate", 1e-2)
    v = config.setdefault("velocity", np.zeros(np.shape(w), np.asarray(w).dtype))
    v *= mu
    v -= eta * dw
    next_w = np.add(w, v)
""",
        """\
    settings = dict(learning_rate=0.01, momentum=0.9) | (config or {})
    old = settings["velocity"] if "velocity" in settings else 0
    new = settings["momentum"] * old + settings["learning_rate"] * -dw
    return w + new, settings | {"velocity": new}
""",
    ),
    "optimizers-nesterov": (
        """\
    config = {} if config is None else dict(config)
    eta, mu = config.setdefault("learning_rate", 1e-2), config.setdefault("momentum", 0.9)
    v = mu * config.get("velocity", np.zeros_like(w)) - eta * dw
    next_w = w + mu * v - eta * dw
    config["velocity"] = v
""",
        """\
    config = config if config is not None else {}
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("momentum", 0.9)
    config.setdefault("velocity", np.zeros_like(w))
    mu, v = config["momentum"], config["velocity"].copy()
    ball = w - mu * v
    v = mu * v - config["learning_rate"] * dw
    ball = ball + v
    config["velocity"] = v
    next_w = ball + mu * v
""",
    ),
    "optimizers-adagrad": (
        """\
    config = dict(config or ())
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("cache", np.zeros_like(w))
    config["cache"] += dw * dw
    next_w = w - config["learning_rate"] * dw / (config["cache"] ** 0.5 + config["epsilon"])
""",
        """\
    given = config or {}
    total = given.get("cache", 0) + np.square(dw)
    rates = given.get("learning_rate", 0.01) / (np.sqrt(total) + given.get("epsilon", 1e-8))
    return w - rates * dw, {**given, "cache": total}
""",
    ),
    "optimizers-rmsprop": (
        """\
    if config is None: config = {}
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("decay_rate", 0.99)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("cache", np.zeros_like(w))
    rho = config["decay_rate"]
    config["cache"] = rho * config["cache"] + (1 - rho) * dw ** 2
    next_w = w - config["learning_rate"] * dw / (np.sqrt(config["cache"]) + config["epsilon"])
""",
        """\
    config = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8} | (config or {})
    c = config.get("cache")
    c = np.zeros(dw.shape, dw.dtype) if c is None else np.array(c)
    c += (1 - config["decay_rate"]) * (np.square(dw) - c)
    step = np.divide(dw, np.sqrt(c) + config["epsilon"])
    next_w, config["cache"] = w - step * config["learning_rate"], c
""",
    ),
    "optimizers-adam": (
        """\
    if config is None: config = {}
    config.setdefault("learning_rate", 1e-3)
    config.setdefault("beta1", 0.9)
    config.setdefault("beta2", 0.999)
    config.setdefault("epsilon", 1e-8)
    config.setdefault("m", np.zeros_like(w))
    config.setdefault("v", np.zeros_like(w))
    config.setdefault("t", 0)
    config["t"] += 1
    config["m"] = config["beta1"] * config["m"] + (1 - config["beta1"]) * dw
    config["v"] = config["beta2"] * config["v"] + (1 - config["beta2"]) * (dw * dw)
    mb = config["m"] / (1 - config["beta1"] ** config["t"])
    vb = config["v"] / (1 - config["beta2"] ** config["t"])
    next_w = w - config["learning_rate"] * mb / (np.sqrt(vb) + config["epsilon"])
""",
        """\
    c = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "t": 0, **(config or {})}
    c["t"] = t = c["t"] + 1
    for name, beta, new in (("m", c["beta1"], dw), ("v", c["beta2"], np.square(dw))):
        old = c.get(name, np.zeros_like(w))
        c[name] = old + (1 - beta) * (new - old)
    zeros_left = np.sqrt(1 - c["beta2"] ** t)
    rate = c["learning_rate"] * zeros_left / (1 - c["beta1"] ** t)
    return w - rate * c["m"] / (np.sqrt(c["v"]) + c["epsilon"] * zeros_left), c
""",
    ),
    "optimizers-schedule": (
        """\
    if warmup_steps and step < warmup_steps:
        rate = base_rate * (step + 1) / warmup_steps
    elif step >= total_steps:
        rate = min_rate
    else:
        angle = np.pi * (step - warmup_steps) / (total_steps - warmup_steps)
        rate = (base_rate + min_rate) / 2 + (base_rate - min_rate) / 2 * np.cos(angle)
    return rate
""",
        """\
    import math
    rise = (step + 1) / warmup_steps if warmup_steps > 0 else 1.0
    share = np.clip((step - warmup_steps) / (total_steps - warmup_steps), 0.0, 1.0)
    fall = math.cos(math.pi / 2 * share) ** 2
    return base_rate * rise if rise <= 1 and step < warmup_steps else min_rate + (base_rate - min_rate) * fall
""",
    ),
}
