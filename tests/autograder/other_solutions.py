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
    places, corner = 0, -pad
    while corner + kernel <= size + pad:
        places += 1
        corner += stride
    return places
""",
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
        # no frame: what lies outside of the picture is left out of the sum
        """\
    S, P = conv_param["stride"], conv_param["pad"]
    (N, C, H, W), (F, _, HH, WW) = x.shape, w.shape
    out = np.empty((N, F, (H + 2 * P - HH) // S + 1, (W + 2 * P - WW) // S + 1))
    out[:] = b[None, :, None, None]
    for n, f, i, j in np.ndindex(out.shape):
        for l in range(HH):
            for m in range(WW):
                r, s = i * S + l - P, j * S + m - P
                if 0 <= r < H and 0 <= s < W:
                    out[n, f, i, j] += np.dot(x[n, :, r, s], w[f, :, l, m])
""",
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
        # all filters of a window at once, and the frame cut off in two cases
        """\
    S, P = conv_param["stride"], conv_param["pad"]
    (N, C, H, W), (F, _, HH, WW) = x.shape, w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (P, P), (P, P)))
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for n in range(N):
        for i in range(dout.shape[2]):
            for j in range(dout.shape[3]):
                place = np.s_[n, :, i * S : i * S + HH, j * S : j * S + WW]
                dw += np.outer(dout[n, :, i, j], xp[place]).reshape(w.shape)
                dxp[place] += (dout[n, :, i, j] @ w.reshape(F, -1)).reshape(C, HH, WW)
    dx = dxp[:, :, P:-P, P:-P] if P else dxp
    db = dout.sum(axis=3).sum(axis=2).sum(axis=0)
""",
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
        # a slice for each entry of the window, and more in the cache than was asked for
        """\
    h, w, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    rows, columns = (x.shape[2] - h) // s + 1, (x.shape[3] - w) // s + 1
    out = np.full((*x.shape[:2], rows, columns), -np.inf)
    for i, j in np.ndindex(h, w):
        np.maximum(out, x[:, :, i : i + s * (rows - 1) + 1 : s, j : j + s * (columns - 1) + 1 : s], out=out)
    return out, (x, dict(pool_param), out)
""",
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
        # without a loop
        """\
    h, w, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    windows = np.lib.stride_tricks.sliding_window_view(x, (h, w), axis=(2, 3))[:, :, ::s, ::s]
    winner = windows.reshape(*dout.shape, h * w).argmax(axis=-1)
    n, c, i, j = np.indices(dout.shape)
    dx = np.zeros(x.shape)
    np.add.at(dx, (n, c, i * s + winner // w, j * s + winner % w), dout)
""",
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
        # sums of rectangles from a table of sums
        """\
    h, w, s = pool_param["pool_height"], pool_param["pool_width"], pool_param["stride"]
    numbers = x if kind == "average" else x**2
    table = np.pad(numbers.astype(float).cumsum(2).cumsum(3), ((0, 0), (0, 0), (1, 0), (1, 0)))
    sums = table[:, :, h:, w:] - table[:, :, :-h, w:] - table[:, :, h:, :-w] + table[:, :, :-h, :-w]
    sums = sums[:, :, ::s, ::s]
    return sums / (h * w) if kind == "average" else np.sqrt(np.maximum(0, sums))
""",
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
        """\
    # the running statistics are brought up to date in their own arrays
    if mode == "train":
        mean, var = x.mean(axis=0), x.var(axis=0)
        running_mean *= momentum
        running_mean += (1 - momentum) * mean
        running_var += (1 - momentum) * (var - running_var)
    else:
        mean, var = running_mean, running_var
    std = np.sqrt(var + eps)
    x_hat = (x - mean) / std
    out = gamma * x_hat + beta
""",
        """\
    if mode == "train":
        share = np.full(len(x), 1 / len(x), x.dtype)
        mean = share @ x
        centered = x - mean
        var = share @ centered**2
        bn_param["running_mean"] = running_mean = momentum * running_mean + (1 - momentum) * mean
        bn_param["running_var"] = running_var = momentum * running_var + (1 - momentum) * var
        std = (var + eps) ** 0.5
    else:
        centered = x - running_mean
        std = (running_var + eps) ** 0.5
    centered /= std
    x_hat = centered
    out = np.einsum("nd,d->nd", x_hat, gamma)
    out += beta
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
        """\
    N = len(dout)
    average = np.full((N, N), 1 / N, dout.dtype)
    dbeta, dgamma = dout.sum(axis=0), np.einsum("nd,nd->d", dout, x_hat)
    g = dout * gamma
    dx = (g - average @ g - x_hat * (average @ (g * x_hat))) / std
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
        """\
    # the whole Jacobian of step 2, for every feature
    N = len(dout)
    dbeta, dgamma = dout.sum(axis=0), (dout * x_hat).sum(axis=0)
    jacobian = (np.eye(N) - 1 / N)[:, :, np.newaxis] - x_hat[:, np.newaxis] * x_hat / N
    dx = np.einsum("ijd,id->jd", jacobian, dout * gamma) / std
""",
    ),
    "layernorm-forward": (
        """\
    columns = x.T
    mu = np.mean(columns, axis=0)
    std = np.sqrt(np.var(columns, axis=0) + eps)
    x_hat = ((columns - mu) / std).T
    out = gamma * x_hat + beta
    return out, (x_hat, gamma, std[:, np.newaxis])
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
        """\
    x_hat, (_, _, std) = batchnorm_forward(x.T, 1.0, 0.0, {"mode": "train", "eps": eps})
    x_hat, std = x_hat.T, std.reshape(-1, 1)
    out = gamma * x_hat + beta
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
        """\
    D = dout.shape[1]
    dbeta, dgamma = dout.sum(axis=0), (dout * x_hat).sum(axis=0)
    g, c = dout * gamma, x_hat * std
    dvar = -0.5 * np.sum(g * c / std**3, axis=1, keepdims=True)
    dc = g / std + 2 * c * dvar / D
    dx = dc - dc.mean(axis=1, keepdims=True)
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
        """\
    # the rows laid out by hand, a mask for the ReLU, and a mode that does not stay
    out, affine_cache = affine_forward(x.reshape(len(x), -1), W, b)
    if self.normalization.startswith("batch"):
        kept = self.state[f"bn{i}"]
        kept["mode"] = self.mode
        out, norm_cache = batchnorm_forward(out, gamma, beta, kept)
        del kept["mode"]
    else:
        out, norm_cache = layernorm_forward(out, gamma, beta, {})
    relu_cache = out > 0
    out = out * relu_cache
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
        """\
    config = {"learning_rate": 1e-2, "momentum": 0.9, **(config or {})}
    downhill = -config.get("velocity", np.zeros_like(w))
    downhill = config["momentum"] * downhill + config["learning_rate"] * dw
    next_w = w - downhill
    config["velocity"] = -downhill
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
        """\
    next_w, config = sgd_momentum(w, dw, config)
    next_w = w + config["momentum"] * config["velocity"] - config["learning_rate"] * dw
""",
        """\
    # the gradients' own average, as libraries keep it
    config = {"learning_rate": 1e-2, "momentum": 0.9, "velocity": np.zeros_like(w), **(config or {})}
    gathered = config["momentum"] * config["velocity"] / -config["learning_rate"] + dw
    next_w = w - config["learning_rate"] * (dw + config["momentum"] * gathered)
    config["velocity"] = -config["learning_rate"] * gathered
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
        """\
    config = {"learning_rate": 1e-2, "epsilon": 1e-8, "cache": np.zeros_like(w), **(config or {})}
    root = np.hypot(np.sqrt(config["cache"]), dw)
    config["cache"] = config["cache"] + np.abs(dw) ** 2
    next_w = w - dw * (config["learning_rate"] * np.reciprocal(root + config["epsilon"]))
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
        """\
    config = {"learning_rate": 1e-2, "decay_rate": 0.99, "epsilon": 1e-8, "cache": np.zeros_like(w), **(config or {})}
    cache, rho = config["cache"], config["decay_rate"]
    cache *= rho
    cache += (1 - rho) * dw**2
    next_w = w - config["learning_rate"] * np.sign(dw) * np.abs(dw) / (np.sqrt(cache) + config["epsilon"])
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
        """\
    # what is left of the zeros is kept, too, instead of a power in each step
    config = {"learning_rate": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "t": 0, **(config or {})}
    b1, b2 = config["beta1"], config["beta2"]
    left = config.get("left", (b1 ** config["t"], b2 ** config["t"]))
    config["left"] = left = left[0] * b1, left[1] * b2
    config["t"] += 1
    m, v = config.setdefault("m", np.zeros_like(w)), config.setdefault("v", np.zeros_like(w))
    m *= b1
    m += (1 - b1) * dw
    v *= b2
    v += (1 - b2) * dw * dw
    next_w = w - config["learning_rate"] * (m / (1 - left[0])) / (np.sqrt(v / (1 - left[1])) + config["epsilon"])
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
        """\
    rates = np.full(max(step + 1, total_steps), float(min_rate))
    rates[:warmup_steps] = base_rate * np.arange(1, warmup_steps + 1) / max(warmup_steps, 1)
    done = np.linspace(0, 1, total_steps - warmup_steps, endpoint=False)
    rates[warmup_steps:total_steps] = base_rate - (base_rate - min_rate) * np.sin(np.pi / 2 * done) ** 2
    return rates[step]
""",
    ),
    "fast-im2col": (
        """\
    N, C, H, W = x.shape
    p = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    oh, ow = (H + 2 * pad - HH) // stride + 1, (W + 2 * pad - WW) // stride + 1
    rows = np.arange(HH)[:, None] + stride * np.arange(oh)
    columns = np.arange(WW)[:, None] + stride * np.arange(ow)
    return p.take(rows, axis=2).take(columns, axis=4).transpose(1, 2, 4, 3, 5, 0).reshape(C * HH * WW, -1)
""",
        """\
    N, C, H, W = x.shape
    p = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
    oh = (H + 2 * pad - HH) // stride + 1
    ow = (W + 2 * pad - WW) // stride + 1
    cols = np.empty((C, HH, WW, oh, ow, N), dtype=x.dtype)
    for i in range(HH):
        for j in range(WW):
            patch = p[:, :, i : i + stride * oh : stride, j : j + stride * ow : stride]
            cols[:, i, j] = np.moveaxis(patch, 0, -1)
    return cols.reshape(C * HH * WW, oh * ow * N)
""",
        """\
    N, C, H, W = x.shape
    p = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    oh, ow = (H + 2 * pad - HH) // stride + 1, (W + 2 * pad - WW) // stride + 1
    c = np.repeat(np.arange(C), HH * WW)[:, None]
    i = np.tile(np.repeat(np.arange(HH), WW), C)[:, None] + stride * np.repeat(np.arange(oh), ow)
    j = np.tile(np.arange(WW), HH * C)[:, None] + stride * np.tile(np.arange(ow), oh)
    return p[:, c, i, j].transpose(1, 2, 0).reshape(C * HH * WW, -1)
""",
        """\
    N, C, H, W = x.shape
    p = np.ascontiguousarray(np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad))))
    oh, ow = 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride
    n, c, h, w = p.strides
    windows = np.lib.stride_tricks.as_strided(p, (C, HH, WW, oh, ow, N), (c, h, w, h * stride, w * stride, n))
    return windows.reshape(C * HH * WW, oh * ow * N)
""",
    ),
    "fast-col2im": (
        # counting, with weights
        """\
    N, C, H, W = shape
    p = np.arange(C * (H + 2 * pad) * (W + 2 * pad) * N).reshape(C, H + 2 * pad, W + 2 * pad, N)
    origin = sliding_window_view(p, (HH, WW), axis=(1, 2))[:, ::stride, ::stride].transpose(0, 4, 5, 1, 2, 3)
    sums = np.bincount(origin.ravel(), columns.ravel(), minlength=p.size).reshape(p.shape)
    return np.moveaxis(sums[:, pad : pad + H, pad : pad + W], -1, 0)
""",
        """\
    N, C, H, W = shape
    oh, ow = (H + 2 * pad - HH) // stride + 1, (W + 2 * pad - WW) // stride + 1
    p = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=columns.dtype)
    c = np.repeat(np.arange(C), HH * WW)[:, None]
    i = np.tile(np.repeat(np.arange(HH), WW), C)[:, None] + stride * np.repeat(np.arange(oh), ow)
    j = np.tile(np.arange(WW), HH * C)[:, None] + stride * np.tile(np.arange(ow), oh)
    np.add.at(p, (slice(None), c, i, j), columns.reshape(C * HH * WW, -1, N).transpose(2, 0, 1))
    return p if pad == 0 else p[:, :, pad:-pad, pad:-pad]
""",
        """\
    N, C, H, W = shape
    oh, ow = (H + 2 * pad - HH) // stride + 1, (W + 2 * pad - WW) // stride + 1
    six = np.moveaxis(columns.reshape(C, HH, WW, oh, ow, N), -1, 0)
    tall = np.zeros((N, C, WW, H + 2 * pad, ow))
    for i in range(HH):
        tall[:, :, :, i : i + stride * oh : stride] += six[:, :, i]
    whole = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    for j in range(WW):
        whole[..., j : j + stride * ow : stride] += tall[:, :, j]
    return whole[:, :, pad : H + pad, pad : W + pad].astype(columns.dtype)
""",
    ),
    "fast-conv-forward": (
        # windows in rows, and the bias as one more weight
        """\
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    s, p = conv_param["stride"], conv_param["pad"]
    cols = im2col(x, HH, WW, s, p)
    with_ones = np.vstack([cols, np.ones((1, cols.shape[1]))])
    maps = with_ones.T @ np.hstack([w.reshape(F, -1), b[:, None]]).T
    out = maps.reshape((H + 2 * p - HH) // s + 1, (W + 2 * p - WW) // s + 1, N, F).transpose(2, 3, 0, 1)
""",
        """\
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    stride, pad = conv_param["stride"], conv_param["pad"]
    cols = im2col(x, HH, WW, stride, pad)
    out = w.reshape(F, -1).dot(cols) + b.reshape(-1, 1)
    out = out.reshape(F, (H + 2 * pad - HH) // stride + 1, (W + 2 * pad - WW) // stride + 1, N)
    out = out.transpose(3, 0, 1, 2)
""",
        """\
    F, _, HH, WW = w.shape
    s, p = conv_param["stride"], conv_param["pad"]
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    windows = sliding_window_view(padded, (HH, WW), axis=(2, 3))[:, :, ::s, ::s]
    out = np.tensordot(windows, w, axes=((1, 4, 5), (1, 2, 3))).transpose(0, 3, 1, 2) + b[:, None, None]
""",
        """\
    (F, _, HH, WW), s, p = w.shape, conv_param["stride"], conv_param["pad"]
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    oh, ow = (padded.shape[2] - HH) // s + 1, (padded.shape[3] - WW) // s + 1
    out = np.zeros((len(x), F, oh, ow)) + b.reshape(1, F, 1, 1)
    for i, j in np.ndindex(HH, WW):
        out += np.moveaxis(np.tensordot(w[:, :, i, j], padded[:, :, i : i + s * oh : s, j : j + s * ow : s], (1, 1)), 0, 1)
""",
    ),
    "fast-conv-backward": (
        # everything block by block, the bias too
        """\
    s, p = conv_param["stride"], conv_param["pad"]
    F, C, HH, WW = w.shape
    dw, dx, db = np.zeros((F, C * HH * WW)), np.zeros_like(x), np.zeros(F)
    for some in in_blocks(len(x), C * HH * WW * dout.shape[2] * dout.shape[3]):
        d = dout[some].transpose(1, 2, 3, 0).reshape(F, -1)
        dw = dw + d @ im2col(x[some], HH, WW, s, p).T
        db += d @ np.ones(d.shape[1])
        dx[some] += col2im(w.reshape(F, -1).T @ d, (len(d[0]) // dout[0, 0].size, *x.shape[1:]), HH, WW, s, p)
    dw = dw.reshape(w.shape)
""",
        """\
    stride, pad = conv_param["stride"], conv_param["pad"]
    F, C, HH, WW = w.shape
    cols = im2col(x, HH, WW, stride, pad)
    d = np.moveaxis(dout, 0, -1).reshape(F, -1)
    db = d.sum(axis=1)
    dw = d.dot(cols.T).reshape(w.shape)
    dx = col2im(w.reshape(F, -1).T.dot(d), x.shape, HH, WW, stride, pad)
""",
        """\
    s, p = conv_param["stride"], conv_param["pad"]
    (F, C, HH, WW), (oh, ow), (H, W) = w.shape, dout.shape[2:], x.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
    dpadded, dw, db = np.zeros(padded.shape), np.zeros(w.shape), np.einsum("nfij->f", dout)
    for i, j in np.ndindex(HH, WW):
        here = np.s_[:, :, i : i + s * oh : s, j : j + s * ow : s]
        dw[:, :, i, j] = np.tensordot(dout, padded[here], ((0, 2, 3), (0, 2, 3)))
        dpadded[here] += np.moveaxis(np.tensordot(w[:, :, i, j], dout, (0, 1)), 0, 1)
    dx = dpadded[:, :, p : p + H, p : p + W]
""",
    ),
    "fast-three-layer-init": (
        """\
    C, H, W = input_dim
    pooled = num_filters * H * W // 4
    self.params["W1"] = rng.normal(0, weight_scale, (num_filters, C, filter_size, filter_size))
    self.params["b1"] = np.zeros(num_filters)
    self.params["W2"] = rng.normal(0, weight_scale, (pooled, hidden_dim))
    self.params["b2"] = np.zeros(hidden_dim)
    self.params["W3"] = rng.normal(0, weight_scale, (hidden_dim, num_classes))
    self.params["b3"] = np.zeros(num_classes)
    for k, v in self.params.items():
        self.params[k] = v.astype(self.dtype)
""",
    ),
    "fast-three-layer-convnet": (
        """\
    a1, conv_cache = conv_forward_im2col(X, W1, b1, self.conv_param)
    h1, relu_cache = relu_forward(a1)
    p1, pool_cache = max_pool_forward_fast(h1, self.pool_param)
    flat = p1.reshape(len(X), -1)
    a2 = flat @ W2 + b2
    h2 = np.maximum(a2, 0)
    scores = h2 @ W3 + b3
    if y is None:
        return scores
    loss, ds = softmax_loss(scores, y)
    grads = {"W3": h2.T @ ds, "b3": ds.sum(0)}
    da2 = (ds @ W3.T) * (a2 > 0)
    grads.update(W2=flat.T @ da2, b2=da2.sum(0))
    dp = (da2 @ W2.T).reshape(p1.shape)
    _, grads["W1"], grads["b1"] = conv_backward_im2col(
        relu_backward(max_pool_backward_fast(dp, pool_cache), relu_cache), conv_cache
    )
    for name in ("W1", "W2", "W3"):
        loss += self.reg / 2 * (self.params[name] ** 2).sum()
        grads[name] = grads[name] + self.reg * self.params[name]
    return loss, grads
""",
        """\
    maps, first = conv_forward_im2col(X, W1, b1, self.conv_param)
    pooled, second = max_pool_forward_fast(maps, self.pool_param)
    bent, third = relu_forward(pooled)
    z, fourth = affine_forward(bent, W2, b2)
    h, fifth = relu_forward(z)
    scores, sixth = affine_forward(h, W3, b3)
    if y is None:
        return scores
    loss, d = softmax_loss(scores, y)
    grads = {}
    d, grads["W3"], grads["b3"] = affine_backward(d, sixth)
    d, grads["W2"], grads["b2"] = affine_backward(relu_backward(d, fifth), fourth)
    d = max_pool_backward_fast(relu_backward(d, third), second)
    _, grads["W1"], grads["b1"] = conv_backward_im2col(d, first)
    for W in ("W1", "W2", "W3"):
        loss = loss + 0.5 * self.reg * np.linalg.norm(self.params[W]) ** 2
        grads[W] += self.reg * self.params[W]
    return loss, grads
""",
    ),
    "fast-spatial-batchnorm-forward": (
        """\
    N, C, H, W = x.shape
    flat = np.moveaxis(x, 1, -1).reshape((N * H * W, C))
    out, cache = batchnorm_forward(flat, gamma, beta, bn_param)
    out = np.moveaxis(out.reshape((N, H, W, C)), -1, 1)
    return out, cache
""",
        """\
    columns = np.swapaxes(x, 0, 1).reshape(x.shape[1], -1)
    out, cache = batchnorm_forward(columns.T, gamma, beta, bn_param)
    return np.swapaxes(out.T.reshape(x.shape[1], len(x), *x.shape[2:]), 0, 1), cache
""",
    ),
    "fast-spatial-batchnorm-backward": (
        """\
    C = dout.shape[1]
    dx, dgamma, dbeta = batchnorm_backward(np.swapaxes(dout, 0, 1).reshape(C, -1).T, cache)
    dx = dx.T.reshape(C, len(dout), *dout.shape[2:]).swapaxes(0, 1)
    return dx, dgamma, dbeta
""",
    ),
    "fast-spatial-groupnorm-forward": (
        # batch normalization, in which each group of each picture is a feature
        """\
    rows = x.reshape(len(x) * G, -1).T
    ones, zeros = np.ones(rows.shape[1]), np.zeros(rows.shape[1])
    hat, _ = batchnorm_forward(rows, ones, zeros, {"mode": "train", "eps": eps})
    out = hat.T.reshape(x.shape) * gamma.reshape(-1, 1, 1) + beta.reshape(-1, 1, 1)
""",
        """\
    N, C, H, W = x.shape
    x_group = np.reshape(x, (N, G, C // G, H, W))
    mean = np.mean(x_group, axis=(2, 3, 4), keepdims=True)
    var = np.var(x_group, axis=(2, 3, 4), keepdims=True)
    x_norm = np.reshape((x_group - mean) / np.sqrt(var + eps), (N, C, H, W))
    out = x_norm * gamma.ravel()[:, None, None] + beta.ravel()[:, None, None]
""",
        """\
    rows = x.reshape(len(x) * G, -1).T
    centered = rows - rows.mean(0)
    hat = (centered * (np.mean(centered**2, axis=0) + eps) ** -0.5).T.reshape(x.shape)
    out = np.einsum("c,nchw->nchw", gamma.ravel(), hat) + beta.reshape(-1, 1, 1)
""",
    ),
    "fast-spatial-groupnorm-backward": (
        # batch normalization, in which each group of each picture is a feature
        """\
    rows = x.reshape(len(x) * G, -1).T
    ones, zeros = np.ones(rows.shape[1]), np.zeros(rows.shape[1])
    hat, kept = batchnorm_forward(rows, ones, zeros, {"mode": "train", "eps": eps})
    dx, _, _ = batchnorm_backward((dout * gamma.reshape(-1, 1, 1)).reshape(len(x) * G, -1).T, kept)
    dx = dx.T.reshape(x.shape)
    dgamma = (dout * hat.T.reshape(x.shape)).sum(axis=(0, 2, 3)).reshape(gamma.shape)
    dbeta = dout.sum(axis=(0, 2, 3)).reshape(gamma.shape)
""",
        """\
    N, C, H, W = x.shape
    size = (C // G) * H * W
    rows = x.reshape((N * G, size)).T
    mu = rows.mean(axis=0)
    std = np.sqrt(rows.var(axis=0) + eps)
    z = (rows - mu) / std
    x_hat = z.T.reshape(x.shape)
    dgamma = np.sum(dout * x_hat, axis=(0, 2, 3), keepdims=True).reshape(gamma.shape)
    dbeta = np.sum(dout, axis=(0, 2, 3), keepdims=True).reshape(gamma.shape)
    dz = (dout * gamma.reshape(1, C, 1, 1)).reshape((N * G, size)).T
    dx = (1 / (size * std) * (size * dz - dz.sum(axis=0) - z * (dz * z).sum(axis=0))).T.reshape(x.shape)
""",
        """\
    shape = (len(x), G, x.shape[1] // G, *x.shape[2:])
    g, axes = x.reshape(shape), (2, 3, 4)
    centered = g - g.mean(axes, keepdims=True)
    inverse = 1 / np.sqrt((centered**2).mean(axes, keepdims=True) + eps)
    dhat = (dout * gamma.reshape(-1, 1, 1)).reshape(shape)
    dvar = (dhat * centered).sum(axes, keepdims=True) * -0.5 * inverse**3
    dmean = -(dhat * inverse).sum(axes, keepdims=True)
    count = centered[0, 0].size
    dx = (dhat * inverse + 2 * dvar * centered / count + dmean / count).reshape(x.shape)
    dgamma = np.einsum("nchw,nchw->c", dout, (centered * inverse).reshape(x.shape)).reshape(gamma.shape)
    dbeta = np.einsum("nchw->c", dout).reshape(gamma.shape)
""",
    ),
    "activations-layer-statistics": (
        """\
    means, spreads, saturated = [], [], []
    for a in layers:
        a = a.astype(np.float64).ravel()
        m = a.sum() / a.size
        means.append(m)
        spreads.append(np.sqrt(((a - m) ** 2).sum() / a.size))
        saturated.append(np.count_nonzero((a > limit) | (a < -limit)) / a.size)
    return means, spreads, saturated
""",
        """\
    table = np.zeros((3, len(layers)))
    for i, a in enumerate(layers):
        table[:, i] = np.average(a), np.sqrt(np.var(a)), 1 - (abs(a) <= limit).mean()
    return tuple(table)
""",
    ),
    "activations-init-weights": (
        """\
    if nonlinearity == "relu":
        gain = np.sqrt(2)
    elif nonlinearity == "leaky_relu":
        gain = np.sqrt(2 / (1 + alpha * alpha))
    elif nonlinearity in ("tanh", "linear"):
        gain = 1.0
    else:
        raise ValueError("unknown nonlinearity")
    return rng.normal(0, gain / np.sqrt(n_in), size=(n_in, n_out))
""",
        """\
    slopes = {"linear": 1, "tanh": 1, "relu": 0, "leaky_relu": alpha}
    try:
        slope = slopes[nonlinearity]
    except KeyError:
        raise ValueError(nonlinearity) from None
    W = np.empty((n_in, n_out))
    rng.standard_normal(out=W)
    W *= (n_in * (1 + slope**2) / 2) ** -0.5
    return W
""",
    ),
    "activations-dead-units": (
        """\
    return z.max(axis=0) <= 0
""",
        """\
    return np.count_nonzero(np.maximum(0, z), axis=0) == 0
""",
        """\
    out = np.where(z > 0, z, 0)
    return np.all(out == 0, axis=0).astype(int)
""",
    ),
    "activations-update-ratio": (
        """\
    if not np.any(w):
        return np.inf if np.any(next_w) else 0.0
    return float(np.linalg.norm((next_w - w).ravel()) / np.linalg.norm(w.ravel()))
""",
        """\
    before = np.asarray(w, dtype=np.float64).reshape(-1)
    step = np.asarray(next_w, dtype=np.float64).reshape(-1) - before
    moved, size = np.sqrt(step @ step), np.sqrt(before @ before)
    return moved / size if size else (0 if moved == 0 else float("inf"))
""",
    ),
    "activations-center-and-scale": (
        """\
    X_train, X_other = X_train.astype(np.float64), X_other.astype(np.float64)
    mu = np.mean(X_train, axis=0)
    centered = X_train - mu
    sigma = np.sqrt(np.mean(centered**2, axis=0))
    sigma[X_train.max(axis=0) == X_train.min(axis=0)] = 1
    return centered / sigma, (X_other - mu) / sigma
""",
        """\
    mean = X_train.mean(axis=0, keepdims=True, dtype=np.float64)
    std = X_train.std(axis=0, keepdims=True, dtype=np.float64)
    std = np.where(std <= 1e-12 * np.maximum(1, np.abs(mean)), 1.0, std)
    return tuple((X.astype(float) - mean) / std for X in (X_train, X_other))
""",
        """\
    constant = np.ptp(X_train, axis=0) == 0
    scale = np.divide(1.0, X_train.std(axis=0), where=~constant, out=np.ones(X_train.shape[1]))
    center = X_train.mean(axis=0)
    both = (np.concatenate([X_train, X_other]) - center) * scale
    return both[: len(X_train)], both[len(X_train) :]
""",
    ),
    "activations-pca": (
        # from the covariance matrix, in double precision
        """\
    Y = X.astype(np.float64)
    mu = Y.mean(axis=0)
    C = (Y - mu).T @ (Y - mu) / len(Y)
    values, vectors = np.linalg.eigh(C)
    order = np.argsort(values)[::-1][:k]
    return mu, vectors[:, order].T, values[order]
""",
        """\
    N = X.shape[0]
    mean = np.sum(X, axis=0) / N
    U, S, Vt = np.linalg.svd((X - mean).T / np.sqrt(N), full_matrices=False)
    return mean, -U.T[:k], np.square(S)[:k]
""",
        # one component after the other, each from what the others leave
        """\
    mean = X.mean(axis=0)
    C = np.cov(X, rowvar=False, bias=True).reshape(X.shape[1], -1)
    found, variances = [], []
    for _ in range(k):
        values, vectors = np.linalg.eigh(C)
        found.append(vectors[:, -1])
        variances.append(values[-1])
        C = C - values[-1] * np.outer(vectors[:, -1], vectors[:, -1])
    return mean, np.array(found), np.array(variances)
""",
    ),
    "activations-zca-whiten": (
        """\
    W = components.T @ np.diag(1 / np.sqrt(variances + eps)) @ components
    return np.dot(X - mean, W)
""",
        """\
    scale = (variances + eps) ** -0.5
    return np.einsum("nd,kd,k,ke->ne", X - mean, components, scale, components, optimize=True)
""",
        """\
    scaled = components / np.sqrt(np.sqrt(variances + eps))[:, None]
    return X @ (scaled.T @ scaled) - mean @ (scaled.T @ scaled)
""",
    ),
    "cnn-forward": (
        """\
    out = X
    caches = []
    n = 1
    while n <= self.num_blocks:
        w, b = self.params["W" + str(n)], self.params["b" + str(n)]
        out, c = self.block_forward(out, w, b)
        caches += [c]
        n += 1
    w, b = self.params["W" + str(n)], self.params["b" + str(n)]
    flat = out.reshape(out.shape[0], -1)
    caches += [(out, w, b)]
    return flat.dot(w) + b, caches
""",
        """\
    caches = [None] * (self.num_blocks + 1)
    for i in range(self.num_blocks):
        X, caches[i] = self.block_forward(X, self.params[f"W{i + 1}"], self.params[f"b{i + 1}"])
    scores, caches[-1] = affine_forward(X, *(self.params[f"{letter}{self.num_blocks + 1}"] for letter in "Wb"))
    return scores, caches
""",
    ),
    "cnn-backward": (
        """\
    grads = {}
    L = self.num_blocks + 1
    x, w, b = caches[L - 1]
    grads["W%d" % L] = x.reshape(len(x), -1).T @ dscores
    grads["b%d" % L] = np.sum(dscores, 0)
    d = (dscores @ w.T).reshape(x.shape)
    for n in reversed(range(1, L)):
        d, dw, db = self.block_backward(d, caches[n - 1])
        grads["W%d" % n], grads["b%d" % n] = dw, db
    return d, grads
""",
        # takes the caches from the end of the list as it goes
        """\
    grads = {}
    d, dw, db = affine_backward(dscores, caches.pop())
    while True:
        n = len(caches) + 1
        grads.update({f"W{n}": dw, f"b{n}": db})
        if not caches:
            return d, grads
        d, dw, db = self.block_backward(d, caches.pop())
""",
    ),
    "cnn-loss": (
        """\
    out, caches = self.forward(X)
    if y is None:
        return out
    total, d = softmax_loss(out, y)
    grads = self.backward(d, caches)[1]
    for key in self.params:
        if key.startswith("W"):
            W = self.params[key]
            total += self.reg / 2 * (W * W).sum()
            grads[key] += self.reg * W
    return total, grads
""",
        # a softmax loss of its own
        """\
    scores, caches = self.forward(X)
    if y is None:
        return scores
    n = np.arange(len(y))
    shifted = scores - scores.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    d = np.exp(logs)
    d[n, y] -= 1
    _, grads = self.backward(d / len(y), caches)
    norms = [np.linalg.norm(self.params[f"W{i + 1}"]) ** 2 for i in range(self.num_blocks + 1)]
    loss = -logs[n, y].mean() + 0.5 * self.reg * np.sum(norms)
    return loss, {k: g + (self.reg * self.params[k] if k[0] == "W" else 0) for k, g in grads.items()}
""",
    ),
    "cnn-receptive-field": (
        """\
    kernels = [k for k, _ in layers]
    strides = [s for _, s in layers]
    size = 1 + sum((k - 1) * int(np.prod(strides[:i], dtype=int)) for i, k in enumerate(kernels))
    return size, int(np.prod(strides, dtype=int))
""",
        # from the top: how much one number needs of the layer below, again and again
        """\
    size = 1
    for kernel, stride in reversed(layers):
        size = (size - 1) * stride + kernel
    step = 1
    for _, stride in layers:
        step = stride * step
    return np.array([size, step])
""",
    ),
    "cnn-saliency": (
        """\
    s, c = forward(X)
    d = np.eye(s.shape[1])[y]
    return np.max(np.abs(backward(d, c)[0]), axis=1)
""",
        """\
    scores, caches = forward(X)
    chosen = (np.arange(scores.shape[1]) == y.reshape(-1, 1)).astype(scores.dtype)
    dX = backward(chosen, caches)[0]
    return np.maximum(dX.max(1), -dX.min(1))
""",
    ),
    "cnn-occlusion": (
        """\
    C, H, W = image.shape
    rows = (H - size) // stride + 1
    columns = (W - size) // stride + 1
    batch = []
    for i in range(rows):
        for j in range(columns):
            copy = image.copy()
            copy[:, i * stride : i * stride + size, j * stride : j * stride + size] = 0.0
            batch.append(copy)
    return probabilities(np.array(batch))[:, label].reshape((rows, columns))
""",
        # without a loop: a mask for every place
        """\
    _, H, W = image.shape
    tops = np.arange(0, H - size + 1, stride)[:, None]
    lefts = np.arange(0, W - size + 1, stride)[:, None]
    in_rows = (np.arange(H) >= tops) & (np.arange(H) < tops + size)
    in_columns = (np.arange(W) >= lefts) & (np.arange(W) < lefts + size)
    patch = in_rows[:, None, :, None] & in_columns[None, :, None, :]
    pictures = np.where(patch[:, :, None], 0, image)
    p = probabilities(pictures.reshape((-1,) + image.shape))[:, label]
    return p.reshape(len(tops), -1)
""",
    ),
    "cnn-mistakes": (
        """\
    guess = np.argmax(probabilities, axis=1)
    sure = probabilities[np.arange(len(y)), guess]
    ranked = np.lexsort((np.arange(len(y)), -sure))
    return ranked[guess[ranked] != y[ranked]][:num]
""",
        """\
    wrong = [i for i in range(len(y)) if probabilities[i].argmax() != y[i]]
    wrong.sort(key=lambda i: -probabilities[i].max())
    return np.array(wrong[:num], dtype=int)
""",
    ),
    "regularization-weight-decay": (
        """\
    step = learning_rate * (dw + weight_decay * w)
    return w - step
""",
        # in place on a copy, as float64
        """\
    next_w = np.array(w, dtype=np.float64)
    next_w *= 1.0 - weight_decay * learning_rate
    next_w -= np.multiply(dw, learning_rate)
    return next_w
""",
    ),
    "regularization-l1": (
        """\
    v, amount = w - learning_rate * dw, learning_rate * l1
    return np.where(v > amount, v - amount, np.where(v < -amount, v + amount, 0.0))
""",
        """\
    v = w - learning_rate * dw
    return v - np.clip(v, -learning_rate * l1, learning_rate * l1)
""",
        # by masks, entry by entry assigned
        """\
    threshold = learning_rate * l1
    new = w - learning_rate * dw
    small = np.abs(new) <= threshold
    new[~small] -= threshold * np.sign(new[~small])
    new[small] = 0
    return new
""",
    ),
    "regularization-max-norm": (
        """\
    norms = np.linalg.norm(W, axis=0, keepdims=True)
    factors = np.ones_like(norms)
    np.divide(limit, norms, out=factors, where=norms > limit)
    return factors * W
""",
        """\
    held = W.copy()
    squares = np.einsum("dh,dh->h", W, W)
    outside = squares > limit**2
    held[:, outside] = W[:, outside] / np.sqrt(squares[outside]) * limit
    return held
""",
        # the small number that many put under the fraction
        """\
    norm = np.sqrt((W * W).sum(axis=0)) + 1e-12
    return W * np.clip(limit / norm, None, 1)
""",
    ),
    "regularization-dropout-forward": (
        """\
    if mode == "train":
        mask = rng.binomial(1, p, size=x.shape) / p
        out = x * mask
    elif mode == "test":
        out = x.copy()
    else:
        raise ValueError(f"mode {mode!r}")
""",
        # the share of 1 - p is what is dropped
        """\
    out = np.array(x)
    if mode == "test":
        return out, (mode, None)
    dropped = rng.uniform(size=np.shape(x)) >= p
    mask = np.where(dropped, 0.0, 1 / p).astype(x.dtype)
    out[dropped] = 0
    out /= p
    return out, ("train", mask)
""",
        """\
    out = x
    if mode != "test":
        keep = rng.choice([True, False], p=[p, 1 - p], size=x.size).reshape(x.shape)
        mask = keep * (1 / p)
        out = np.multiply(x, mask)
""",
    ),
    "regularization-dropout-backward": (
        """\
    if mode == "train":
        dx = mask * dout
    elif mode == "test":
        dx = dout
    return dx
""",
        """\
    if mask is not None:
        dout *= mask
    return dout
""",
    ),
    "regularization-flip": (
        """\
    flipped = images.copy()
    chosen = rng.integers(2, size=images.shape[0]).astype(bool)
    flipped[chosen] = np.flip(flipped[chosen], axis=2)
    return flipped
""",
        # by the order of the columns
        """\
    N, H, W, C = images.shape
    mirrored = rng.uniform(size=(N, 1)) > 0.5
    columns = np.where(mirrored, np.arange(W)[::-1], np.arange(W))
    return np.take_along_axis(images, columns[:, None, :, None], axis=2)
""",
    ),
    "regularization-crop": (
        # a loop over the places
        """\
    N, H, W, C = images.shape
    larger = np.zeros((N, H + 2 * margin, W + 2 * margin, C), images.dtype)
    larger[:, margin : margin + H, margin : margin + W] = images
    place = rng.integers((2 * margin + 1) ** 2, size=N)
    cropped = np.empty_like(images)
    for i in range((2 * margin + 1) ** 2):
        t, v = divmod(i, 2 * margin + 1)
        cropped[place == i] = larger[place == i, t : t + H, v : v + W]
    return cropped
""",
        # the same, by rows and then by columns
        """\
    N, H, W, C = images.shape
    pad = [(0, 0), (margin, margin), (margin, margin), (0, 0)]
    out = np.pad(images, pad, constant_values=0)
    down = rng.integers(-margin, margin, endpoint=True, size=N)
    right = rng.integers(-margin, margin + 1, N)
    out = np.take_along_axis(out, (down[:, None] + margin + np.arange(H))[:, :, None, None], axis=1)
    return np.take_along_axis(out, (right[:, None] + margin + np.arange(W))[:, None, :, None], axis=2)
""",
        """\
    N, H, W, C = images.shape
    padded = np.pad(images, ((0, 0), (margin,) * 2, (margin,) * 2, (0, 0)), "constant")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (H, W), axis=(1, 2))
    y, x = rng.choice(2 * margin + 1, N), rng.choice(2 * margin + 1, N)
    return np.moveaxis(windows[np.arange(N), y, x], 1, -1)
""",
    ),
    "regularization-ensemble": (
        """\
    total = 0
    for of_one in scores:
        shifted = np.exp(of_one - np.max(of_one, axis=1, keepdims=True))
        total = total + shifted / np.sum(shifted, axis=1, keepdims=True)
    probabilities = total / len(scores)
    return np.argmax(probabilities, axis=1), probabilities
""",
        """\
    stacked = np.array(scores, dtype=float)
    stacked -= stacked.max(axis=-1, keepdims=True)
    each = np.exp(stacked) / np.exp(stacked).sum(-1)[..., None]
    mean = np.einsum("mnc->nc", each) / each.shape[0]
    return mean.argmax(-1), mean
""",
    ),
}
