"""Cases and known mistakes of the notebook of the trained convolutional network."""

import numpy as np

from autograder.tasks import Case, Mistake, Task, layers

# --- the network


def _params(rng, num_filters, input_dim, classes):
    """Draw parameters of a network of blocks and one affine layer, none of them 0."""
    (C, H, W), params = input_dim, {}
    for i, F in enumerate(num_filters, 1):
        params |= {f"W{i}": 0.5 * rng.normal(size=(F, C, 3, 3)), f"b{i}": 0.5 * rng.normal(size=F)}
        C, H, W = F, H // 2, W // 2
    last = len(num_filters) + 1
    return params | {f"W{last}": rng.normal(size=(C * H * W, classes)), f"b{last}": rng.normal(size=classes)}


def _net(num_filters=(3, 4), input_dim=(2, 8, 12), classes=5, N=3):
    def drawn(rng):
        return {"params": _params(rng, num_filters, input_dim, classes), "X": rng.normal(size=(N, *input_dim))}

    return drawn


def _descent(num_filters=(3, 4), input_dim=(2, 8, 12), classes=5, N=3, reg=0.0):
    def drawn(rng):
        inputs = _net(num_filters, input_dim, classes, N)(rng)
        return {**inputs, "dscores": rng.normal(size=(N, classes)), "reg": reg}

    return drawn


def _with_labels(num_filters=(3, 4), classes=4, N=5, reg=0.0, scored=False, scale=1.0):
    """The stand-in for the way up makes a score of each channel, so there are as many channels as classes."""

    def drawn(rng):
        input_dim = (classes, 4, 8)
        X = scale * rng.normal(size=(N, *input_dim))
        y = None if scored else rng.integers(0, classes, size=N)
        return {"params": _params(rng, num_filters, input_dim, classes), "X": X, "y": y, "reg": reg}

    return drawn


def _strided(draw):
    """Return a function that draws the same pictures with the channels behind, as they come from a file."""

    def drawn(rng):
        inputs = draw(rng)
        return {**inputs, "X": layers.channels_behind(inputs["X"])}

    return drawn


_BLOCK = 'self.block_forward(maps, self.params[f"W{i}"], self.params[f"b{i}"])'
_FORWARD = (
    Mistake(
        "pictures-for-every-block",
        "every block gets the pictures",
        "The second block looks at the maps of the first. What one step returns, the next one takes.",
        replace={_BLOCK: _BLOCK.replace("(maps", "(X")},
    ),
    Mistake(
        "first-block-again",
        "every block uses the parameters of the first",
        "Block i has parameters of its own, W{i} and b{i}. The number has to be part of the name that you look up.",
        replace={'f"W{i}"': '"W1"', 'f"b{i}"': '"b1"'},
    ),
    Mistake(
        "last-block-left-out",
        "the last block is left out",
        "There are num_blocks blocks, numbered from 1. Remember that `range` stops before its second number.",
        replace={"range(1, self.num_blocks + 1)": "range(1, self.num_blocks)"},
    ),
    Mistake(
        "two-blocks-always",
        "there are two blocks, whatever num_filters says",
        "The network of the text has two. Somebody else's may have one, or five: `self.num_blocks` says how many.",
        replace={"self.num_blocks + 1": "3"},
    ),
    Mistake(
        "another-relu",
        "there is another ReLU behind every block",
        "A block ends with its own ReLU and pooling, and for such a block a second ReLU changes nothing. But the "
        "block is an argument, and what it returns is what the next one should get.",
        replace={_BLOCK: f"{_BLOCK}\n        maps = np.maximum(0, maps)"},
    ),
    Mistake(
        "bias-forgotten",
        "the affine layer has no bias",
        "Scores that are all off by the same row: the last layer has a bias, too, one number for each class.",
        replace={'self.params[f"b{last}"])': '0 * self.params[f"b{last}"])'},
    ),
    Mistake(
        "caches-reversed",
        "the caches are in the order of the way down",
        "What `backward` expects is the order in which they were made: the first block's at the front, the affine "
        "layer's at the end. It walks through them from behind.",
        replace={"[*kept, cache]": "[cache, *kept[::-1]]"},
    ),
    Mistake(
        "affine-cache-missing",
        "the cache of the affine layer is missing",
        "The way down begins with the affine layer, and needs what that layer kept. The list holds num_blocks + 1 caches.",
        replace={"[*kept, cache]": "kept"},
    ),
    Mistake(
        "same-cache-for-all",
        "all caches are that of the last block",
        "Each block keeps its own input. If one name holds them all, a later block overwrites what an earlier one kept.",
        replace={"kept.append(cache)": "kept = [cache] * i"},
    ),
    Mistake(
        "softmax-added",
        "probabilities are returned instead of scores",
        "The softmax is part of the loss. `softmax_loss` takes scores, and so does everybody who compares them.",
        replace={"return scores, [*kept": "return softmax(scores), [*kept"},
    ),
)

_DOWN = "self.block_backward(upstream, caches[i - 1])"
_BACKWARD = (
    Mistake(
        "first-block-first",
        "the blocks are run through upwards, or get each other's caches",
        "The gradient arrives at the top. The block next to the affine layer is the first to get it, and the one next "
        "to the picture the last. Each needs the cache that it made itself on the way up.",
        replace={"range(self.num_blocks, 0, -1)": "range(1, self.num_blocks + 1)"},
    ),
    Mistake(
        "same-upstream-for-all",
        "every block gets the gradient that leaves the affine layer",
        "A chain: what comes out of one step at the bottom goes into the next at the top.",
        replace={
            'upstream, grads[f"W{last}"]': 'dmaps, grads[f"W{last}"]',
            _DOWN: "self.block_backward(dmaps, caches[i - 1])",
            "    return upstream": "    upstream = dmaps if last == 1 else upstream\n    return upstream",
        },
    ),
    Mistake(
        "names-exchanged",
        "the gradients of the blocks have each other's names",
        "You walk from the last block to the first, and count from the first to the last. The gradient of block i's "
        "weights belongs under the name that its weights have.",
        replace={
            'grads[f"W{i}"]': 'grads[f"W{last - i}"]',
            'grads[f"b{i}"]': 'grads[f"b{last - i}"]',
        },
    ),
    Mistake(
        "weights-and-biases-exchanged",
        "gradients of weights and biases have each other's names",
        "A backward function returns dx, dw and db, in this order. What you store under a name should have the "
        "shape of the parameter of that name.",
        replace={
            'upstream, grads[f"W{i}"], grads[f"b{i}"]': 'upstream, grads[f"b{i}"], grads[f"W{i}"]',
        },
    ),
    Mistake(
        "first-block-left-out",
        "the first block has no gradients",
        "The loop ends one block too early. `range` stops before its second number, also when it counts down.",
        replace={"range(self.num_blocks, 0, -1)": "range(self.num_blocks, 1, -1)"},
    ),
    Mistake(
        "two-blocks-always",
        "there are two blocks, whatever num_filters says",
        "The network of the text has two. Somebody else's may have one, or five: `self.num_blocks` says how many.",
        replace={"last = {}, self.num_blocks + 1": "last = {}, 3", "range(self.num_blocks, 0, -1)": "range(2, 0, -1)"},
    ),
    Mistake(
        "penalty-here",
        "the penalty's gradient is added here",
        "The penalty belongs to the loss, not to the way down. Here it would come along with every gradient that somebody "
        "sends down, also for a saliency map, and `loss` would add it again.",
        replace={
            "    return upstream": "    for i in range(1, last + 1):\n"
            '        grads[f"W{i}"] = grads[f"W{i}"] + self.reg * self.params[f"W{i}"]\n    return upstream'
        },
    ),
    Mistake(
        "averaged",
        "the gradients are divided by the number of pictures",
        "The mean is part of the loss: where dscores comes from a mean, it has been divided already. On the "
        "way down, sum up.",
        replace={"affine_backward(dscores, caches[-1])": "affine_backward(dscores / len(dscores), caches[-1])"},
    ),
    Mistake(
        "negative-upstream-dropped",
        "negative gradients are dropped between the blocks",
        "The ReLU is inside a block, and it looks at its input, not at the gradient's sign. Pass on what the "
        "block returned.",
        replace={_DOWN: "self.block_backward(np.maximum(0, upstream), caches[i - 1])"},
    ),
    Mistake(
        "gradient-of-the-scores-returned",
        "what is returned first is not the gradient at the pictures",
        "The first thing to return is what came out at the very bottom, of the shape of the pictures. "
        "You return what went in at the top.",
        replace={"    return upstream, grads": "    return dscores, grads"},
    ),
)

_PENALTY = "0.5 * self.reg * sum(np.sum(self.params[name] ** 2) for name in names)"
_PENALTY_GRADIENT = "grads[name] + self.reg * self.params[name]"
_ALL_NAMES = '[f"W{i}" for i in range(1, self.num_blocks + 2)]'
_LOSS = (
    Mistake(
        "no-penalty",
        "there is no penalty",
        "The loss has a second part, ½ reg ΣW², and so have the gradients.",
        replace={_PENALTY: "0", _PENALTY_GRADIENT: "grads[name]"},
    ),
    Mistake(
        "penalty-in-the-loss-only",
        "the penalty is in the loss, but not in the gradients",
        "Training follows the gradients, and never sees the loss. What the loss contains, they have to contain.",
        replace={_PENALTY_GRADIENT: "grads[name]"},
    ),
    Mistake(
        "penalty-in-the-gradients-only",
        "the penalty is in the gradients, but not in the loss",
        "The network would be trained with it, and every number that you look at would leave it out.",
        replace={_PENALTY: "0"},
    ),
    Mistake(
        "penalty-without-half",
        "the penalty is reg·ΣW², without the ½",
        "This is a convention, not a misunderstanding: your loss and gradient agree. The linear classifiers "
        "of this course have no ½; its networks have one, and the gradient of the penalty is then reg·W.",
        replace={"0.5 * self.reg": "self.reg", "+ self.reg * self.params[name]": "+ 2 * self.reg * self.params[name]"},
    ),
    Mistake(
        "penalty-gradient-twice",
        "the gradient of the penalty is twice what the loss says",
        "The loss has ½·reg·W², whose derivative has no 2 any more. That is what the ½ is for.",
        replace={"+ self.reg * self.params[name]": "+ 2 * self.reg * self.params[name]"},
    ),
    Mistake(
        "loss-without-half",
        "the loss contains reg·ΣW², its gradient only half of that slope",
        "The derivative of reg·W² is 2·reg·W. With the ½ that is meant here, loss and gradient belong together.",
        replace={"0.5 * self.reg": "self.reg"},
    ),
    Mistake(
        "filters-not-penalized",
        "only the affine layer is penalized",
        "The penalty is on the weights of all layers. That filters have four axes makes no difference: square, and add up.",
        replace={_ALL_NAMES: '[f"W{self.num_blocks + 1}"]'},
    ),
    Mistake(
        "affine-not-penalized",
        "only the filters are penalized",
        "The affine layer has number num_blocks + 1, and most of the weights. `range` stops before its second number.",
        replace={"self.num_blocks + 2": "self.num_blocks + 1"},
    ),
    Mistake(
        "biases-penalized",
        "the biases are penalized, too",
        "The penalty is on the weights only. A bias only moves the threshold of a unit, and there is "
        "no reason to keep that near 0.",
        replace={_ALL_NAMES: "list(self.params)"},
    ),
    Mistake(
        "penalty-averaged",
        "the penalty is divided by the number of pictures",
        "The mean is over the pictures, and the penalty isn't part of it: it depends on the weights alone, "
        "and is the same for small batches and large ones.",
        replace={"0.5 * self.reg": "0.5 / len(X) * self.reg", "+ self.reg *": "+ self.reg / len(X) *"},
    ),
    Mistake(
        "divided-twice",
        "the gradients are divided by the number of pictures twice",
        "`softmax_loss` is a mean, and its gradient has the 1/N in it. Run down from it as it is.",
        replace={"self.backward(dscores, caches)": "self.backward(dscores / len(X), caches)"},
    ),
    Mistake(
        "caches-returned",
        "the scores come with the caches",
        "`forward` returns two things. Whoever asks for scores, such as the Solver when it measures an "
        "accuracy, wants the first.",
        replace={"        return scores\n": "        return scores, caches\n"},
    ),
)

# --- receptive field


def _stack(*layers):
    return lambda rng: {"layers": np.array(layers, dtype=int).reshape(-1, 2)}


def _random_stack(length):
    def drawn(rng):
        first = [[rng.integers(3, 6), rng.integers(2, 4)]]  # so that what a stride does, and to which layers, shows
        kernels = rng.choice([2, 3, 5, 7], size=length - 1)
        return {"layers": np.concatenate([first, np.stack([kernels, rng.integers(1, 4, size=length - 1)], axis=1)])}

    return drawn


_GROW = "size += (kernel - 1) * step"
_FIELD = (
    Mistake(
        "strides-ignored",
        "the strides have no influence on the size",
        "Behind a pooling, neighbors in the maps lie further apart in the picture. A window there covers more pixels "
        "than it has numbers.",
        replace={_GROW: "size += kernel - 1"},
    ),
    Mistake(
        "own-stride-first",
        "the stride of a layer already counts for its own window",
        "The numbers that a window takes lie next to each other in the maps *below* it. How far apart they are, the "
        "layers below have decided. The stride of the layer itself matters to those above.",
        replace={"        " + _GROW + "\n        step *= stride": "        step *= stride\n        " + _GROW},
    ),
    Mistake(
        "whole-windows-added",
        "every window is added with all its numbers",
        "One of the k numbers in the window is there already, with its field. Only the k - 1 others move the far end on.",
        replace={_GROW: "size += kernel * step"},
    ),
    Mistake(
        "steps-added",
        "the steps are added up instead of multiplied",
        "Two poolings by 2, one behind the other: a step in the second is two steps in the first, each of "
        "which is two pixels.",
        replace={"step *= stride": "step += stride - 1"},
    ),
    Mistake(
        "own-stride-as-step",
        "the step is that of the last layer alone",
        "A step of S in the maps is S times what a step was in the maps below. All strides on the way up count.",
        replace={"step *= stride": "step = stride"},
    ),
    Mistake(
        "from-the-top",
        "the layers are taken from the top",
        "The first layer of the list is the one next to the picture. Its stride spreads the windows of all layers above it.",
        replace={"in layers:": "in layers[::-1]:"},
    ),
    Mistake(
        "sizes-multiplied",
        "the sizes are multiplied",
        "Three pixels, seen through a window of three: windows of neighbors overlap. What is added is only what the "
        "outer ones see beyond the first.",
        replace={_GROW: "size *= kernel"},
    ),
    Mistake(
        "begins-at-zero",
        "the size begins at 0",
        "A number of the picture itself, with no layer in between, sees one pixel: itself.",
        replace={"size, step = 1, 1": "size, step = 0, 1"},
    ),
)

# --- maps


def _pictures(N=3, C=3, H=4, W=5, classes=4, same=False):
    def drawn(rng):
        templates = rng.normal(size=(classes, C, H, W))
        y = np.full(N, classes - 1) if same else rng.integers(0, classes, size=N)
        return {"X": rng.normal(size=(N, C, H, W)), "y": y, "templates": templates}

    return drawn


def _small_labels(rng):
    inputs = _pictures(N=6, classes=9)(rng)
    return {**inputs, "y": inputs["y"].astype(np.uint8)}


_ONE_HOT = "    dscores[np.arange(len(y)), y] = 1\n"
_LARGEST = "np.abs(dX).max(axis=1)"
_SALIENCY = (
    Mistake(
        "gradient-of-the-probability",
        "this is the gradient of the probability, not of the score",
        "The softmax brings the scores of all classes in, and where the network is sure it makes everything almost 0. "
        "The question was about the score alone: no softmax, and no other class.",
        replace={
            "    dscores = np.zeros_like(scores)\n": "    p = softmax(scores)\n    dscores = -p * "
            "p[np.arange(len(y)), y][:, None]\n",
            "y] = 1\n": "y] += p[np.arange(len(y)), y]\n",
        },
    ),
    Mistake(
        "gradient-of-the-loss",
        "this is the gradient of the loss, not of the score",
        "That is what training runs down from. It goes to 0 for pictures that the network knows, and mixes in "
        "all other classes.",
        replace={_ONE_HOT: "    dscores = softmax_loss(scores, y)[1]\n"},
    ),
    Mistake(
        "of-the-highest-score",
        "the score of the predicted class is taken, not that of the label",
        "For pictures that are recognized it is the same. For the others you would like to know where the network looks "
        "for the *right* class, or for any class that you pass as y.",
        replace={"dscores[np.arange(len(y)), y]": "dscores[np.arange(len(y)), scores.argmax(axis=1)]"},
    ),
    Mistake(
        "all-scores",
        "the scores of all classes are taken together",
        "A 1 in every column is the gradient of the sum of the scores. Each row needs a single 1, in the "
        "column of its label.",
        replace={"dscores[np.arange(len(y)), y]": "dscores[:, y]"},
    ),
    Mistake(
        "score-times-gradient",
        "the gradient is multiplied by the score",
        "The gradient of s with respect to s is 1, whatever s is. What you run down from belongs to ½ s².",
        replace={_ONE_HOT: "    dscores[np.arange(len(y)), y] = scores[np.arange(len(y)), y]\n"},
    ),
    Mistake(
        "averaged-over-pictures",
        "the gradient is divided by the number of pictures",
        "No mean is taken here: every picture has a map of its own, which should be the same in a batch as alone.",
        replace={"y] = 1\n": "y] = 1 / len(y)\n"},
    ),
    Mistake(
        "sign-kept",
        "the absolute value is missing",
        "A pixel that lowers the score by a lot matters as much as one that raises it. Without the absolute "
        "value, it is lost.",
        replace={_LARGEST: "dX.max(axis=1)"},
    ),
    Mistake(
        "absolute-value-too-late",
        "the absolute value is taken after the maximum",
        "By then a channel with a large negative gradient has lost to one with a small positive one.",
        replace={_LARGEST: "np.abs(dX.max(axis=1))"},
    ),
    Mistake(
        "summed-over-channels",
        "the channels are added up",
        "It makes a map that looks much the same, but it is another one. Here the largest of the channels is asked for.",
        replace={_LARGEST: "np.abs(dX).sum(axis=1)"},
    ),
    Mistake(
        "last-axis",
        "the maximum runs over the wrong axis",
        "In (N, C, H, W) the channels are the second axis. A map should be left for each picture, with its "
        "height and width.",
        replace={_LARGEST: "np.abs(dX).max(axis=-1)"},
    ),
    Mistake(
        "times-the-picture",
        "the gradient is multiplied by the picture",
        "That is a method of its own, gradient times input. A saliency map doesn't care how bright a pixel is.",
        replace={_LARGEST: "np.abs(dX * X).max(axis=1)"},
    ),
    Mistake(
        "stretched",
        "the maps are stretched to reach from 0 to 1",
        "For looking at them, that is up to whoever draws. The values themselves say which picture's score "
        "depends more on its pixels.",
        replace={_LARGEST: "np.abs(dX).max(axis=1) / np.abs(dX).max(axis=(1, 2, 3))[:, None, None]"},
    ),
    Mistake(
        "one-picture-at-a-time",
        "the pictures go through the network one by one",
        "The values are right, but a batch can go up and down as a whole: the row of each picture in dscores says what is "
        "asked of it, and no row has an influence on another's map.",
        body="""\
    found = []
    for n in range(len(y)):
        scores, caches = forward(X[n : n + 1])
        dscores = np.zeros(scores.shape)
        dscores[0, y[n]] = 1
        found.append(np.abs(backward(dscores, caches)[0][0]).max(axis=0))
    return np.array(found)
""",
    ),
)


def _picture(C=3, H=8, W=10, classes=3, size=3, stride=2, label=1, dtype="float64"):
    def drawn(rng):
        image = rng.uniform(0.5, 1.5, size=(C, H, W)) * rng.choice([-1, 1], size=(C, H, W))
        templates = rng.normal(size=(classes, C, H, W)) / np.sqrt(C * H * W)
        where = {"label": label, "size": size, "stride": stride}
        return {"image": image.astype(dtype), **where, "templates": templates}

    return drawn


def _turned(rng):
    inputs = _picture(H=7, W=6)(rng)
    return {**inputs, "image": np.ascontiguousarray(inputs["image"].transpose(1, 2, 0)).transpose(2, 0, 1)}


_COVER = "top : top + size, left : left + size] = 0"
_RANGES = "range(0, H - size + 1, stride), range(0, W - size + 1, stride)"
_OCCLUSION = (
    Mistake(
        "patches-stay",
        "earlier patches stay where they were",
        "From place to place more of your picture is covered. All covered pictures are the same memory, or each is made "
        "from the one before. Every place needs a fresh copy of the picture.",
        replace={
            "        for j, left in enumerate(lefts):\n": "        for j, left in enumerate(lefts):\n"
            "            covered[i, j] = covered[i, j - 1] if j else covered[i - 1, -1] if i else image\n"
        },
    ),
    Mistake(
        "picture-painted-over",
        "the patches are painted into the picture itself",
        "A second name for an array is not a second array. The picture that you were given is gray in the end, and each "
        "place sees the patches of all earlier ones. Cover copies.",
        body="""\
    _, H, W = image.shape
    tops, lefts = range(0, H - size + 1, stride), range(0, W - size + 1, stride)
    heat = np.zeros((len(tops), len(lefts)))
    for i, top in enumerate(tops):
        for j, left in enumerate(lefts):
            covered = image
            covered[:, top : top + size, left : left + size] = 0
            heat[i, j] = probabilities(covered[np.newaxis])[0, label]
    return heat
""",
    ),
    Mistake(
        "one-channel",
        "the patch covers one channel only",
        "In (C, H, W) the channels come first. A gray patch is 0 in all of them.",
        replace={"covered[i, j, :,": "covered[i, j, 0,"},
    ),
    Mistake(
        "last-place-left-out",
        "the last place is left out",
        "A patch of the size of the picture has one place. `range` stops before its end, so that the last "
        "corner, H - size, has to lie before that.",
        replace={_RANGES: "range(0, H - size, stride), range(0, W - size, stride)"},
    ),
    Mistake(
        "beyond-the-edge",
        "the patch moves beyond the edge",
        "It should always lie within the picture as a whole, so that everything is covered by as much at every place.",
        replace={_RANGES: "range(0, H, stride), range(0, W, stride)"},
    ),
    Mistake(
        "stride-ignored",
        "the patch moves by 1, whatever the stride is",
        "Entry [i, j] belongs to the patch whose corner is at row i·stride and column j·stride.",
        replace={_RANGES: "range(0, H - size + 1), range(0, W - size + 1)"},
    ),
    Mistake(
        "patch-moves-by-its-size",
        "the patch moves by its own size",
        "Your patches stand side by side. They may overlap, or leave gaps: the stride says how far apart they are.",
        replace={_RANGES: "range(0, H - size + 1, size), range(0, W - size + 1, size)"},
    ),
    Mistake(
        "height-and-width-exchanged",
        "rows and columns are exchanged",
        "The map's first axis goes down, its second to the right, as in the picture.",
        replace={".reshape(len(tops), len(lefts))": ".reshape(len(tops), len(lefts)).T"},
    ),
    Mistake(
        "patch-is-black",
        "the patch is not 0",
        "The mean picture was subtracted, so that 0 is gray, the least remarkable color. Other values would be "
        "strong colors.",
        replace={_COVER: _COVER.replace("= 0", "= image.min()")},
    ),
    Mistake(
        "patch-is-the-mean",
        "the patch has the mean color of the picture",
        "That is a reasonable patch as well, but another one. Here it is 0 in all channels, for every picture.",
        replace={_COVER: _COVER.replace("= 0", "= image.mean(axis=(1, 2), keepdims=True)")},
    ),
    Mistake(
        "everything-else-covered",
        "everything but the patch is covered",
        "You show the network only what lies under the patch. Cover the patch, and leave all the rest as it is.",
        replace={
            "covered[i, j, :, " + _COVER: "covered[i, j] = 0\n"
            "            covered[i, j, :, top : top + size, left : left + size] = "
            "image[:, top : top + size, left : left + size]"
        },
    ),
    Mistake(
        "highest-probability",
        "the largest probability is taken, not that of the label",
        "When the patch hides the object, another class may become the likeliest. What is asked for is what "
        "becomes of *this* label.",
        replace={"found[:, label]": "found.max(axis=1)"},
    ),
    Mistake(
        "probability-lost",
        "this is how much is lost, not what is left",
        "Your map is the complement. Return the probability of the label itself: it is low where something "
        "important was covered.",
        replace={"found[:, label]": "(1 - found[:, label])"},
    ),
    Mistake(
        "one-place-at-a-time",
        "the covered pictures go through the network one by one",
        "The values are right, but the network is called for each place. Collect the covered pictures, which is quick, and "
        "let all of them go through together.",
        replace={
            "found = probabilities(covered.reshape(-1, *image.shape))": "found = np.array(\n"
            "        [probabilities(x[np.newaxis])[0] for x in covered.reshape(-1, *image.shape)]\n    )"
        },
    ),
)

# --- confident mistakes


def _answers(N=12, classes=4, num=3, wrong=7):
    """Probabilities without ties; `wrong` of the answers are wrong, and the most confident answers are right."""

    def drawn(rng):
        top = np.sort(rng.permutation(np.linspace(0.55, 0.95, N)))
        rest = rng.dirichlet(np.ones(classes - 1), size=N) * (1 - top)[:, np.newaxis]
        predicted = rng.integers(0, classes, size=N)
        probabilities = np.zeros((N, classes))
        for row, (p, others, c) in enumerate(zip(top, rest, predicted, strict=True)):
            probabilities[row] = np.insert(others, c, p)
        y = predicted.copy()
        y[:wrong] = (y[:wrong] + rng.integers(1, classes, size=wrong)) % classes
        order = rng.permutation(N)
        return {"probabilities": probabilities[order], "y": y[order], "num": num}

    return drawn


def _ties(rng):
    """Several mistakes are equally confident, exactly."""
    predicted = rng.integers(0, 3, size=20)
    probabilities = np.full((20, 3), 0.125)
    probabilities[np.arange(20), predicted] = 0.75
    surer = rng.choice(20, size=4, replace=False)
    probabilities[surer] = 0.0625
    probabilities[surer, predicted[surer]] = 0.875
    y = (predicted + (rng.uniform(size=20) < 0.8)) % 3
    y[surer[0]] = (predicted[surer[0]] + 1) % 3
    return {"probabilities": probabilities, "y": y, "num": 9}


_TAKEN = "    return mistakes[order][:num]"
_WORST = (
    Mistake(
        "least-confident",
        "the least confident mistakes come first",
        "`argsort` sorts from the smallest to the largest. The most confident mistake has the largest probability.",
        replace={"-confidence[mistakes]": "confidence[mistakes]"},
    ),
    Mistake(
        "positions-among-the-mistakes",
        "these are positions among the mistakes, not among the examples",
        "Index 0 of yours is the first *mistake*. Whoever wants to see the picture needs its place among all examples.",
        replace={_TAKEN: "    return order[:num]"},
    ),
    Mistake(
        "right-ones-included",
        "right answers are among them",
        "You have sorted all examples by confidence. Only those whose predicted class isn't their label are mistakes.",
        replace={"predicted != y": "predicted != -1"},
    ),
    Mistake(
        "filled-up-with-right-ones",
        "where mistakes run out, right answers follow",
        "Setting the confidence of right answers to 0 puts them last, and they are still there. If there are "
        "fewer than `num` mistakes, there is nothing else to return.",
        body="""\
    predicted, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    return np.argsort(-confidence * (predicted != y), kind="stable")[:num]
""",
    ),
    Mistake(
        "right-ones-only",
        "these are right answers",
        "The comparison is turned around: a mistake is where the predicted class and the label differ.",
        replace={"predicted != y": "predicted == y"},
    ),
    Mistake(
        "by-the-label",
        "they are sorted by the probability of the label",
        "A label can be very unlikely although the network hesitates between two other classes. Confidence is "
        "what it gives to the class that it names.",
        replace={"-confidence[mistakes]": "probabilities[mistakes, y[mistakes]]"},
    ),
    Mistake(
        "cut-before-choosing",
        "only the most confident answers are searched for mistakes",
        "Of the `num` most confident answers many are right, so that too few are left. First find the mistakes, then take "
        "the first of them.",
        body="""\
    order = np.argsort(-probabilities.max(axis=1), kind="stable")[:num]
    return order[probabilities.argmax(axis=1)[order] != y[order]]
""",
    ),
    Mistake(
        "not-sorted",
        "the mistakes are not sorted",
        "These are the first mistakes that there are, in the order of the examples. The most confident one "
        "should come first.",
        replace={_TAKEN: "    return mistakes[:num]"},
    ),
    Mistake(
        "not-cut",
        "all mistakes are returned",
        "At most `num` are asked for. The others are mistakes as well, but less confident ones.",
        replace={_TAKEN: "    return mistakes[order]"},
    ),
    Mistake(
        "ties-backwards",
        "equally confident mistakes come in reverse order",
        "Sorting upwards and turning the result around turns the ties around as well. Sort by the negative, "
        "with a stable sort.",
        replace={
            'np.argsort(-confidence[mistakes], kind="stable")': 'np.argsort(confidence[mistakes], kind="stable")[::-1]'
        },
    ),
)

TASKS = (
    Task(
        "cnn-forward",
        (
            Case("two blocks", _net()),
            Case("one block", _net((4,))),
            Case("three blocks", _net((3, 5, 2), (2, 16, 8))),
        ),
        (
            Case("two blocks, a single picture", _net((5, 2), (1, 12, 8), N=1)),
            Case("one block on pictures that are views", _strided(_net((4,), (3, 6, 4), N=5))),
            Case("three blocks of equal size", _net((3, 3, 3), (3, 8, 8), classes=3)),
            Case("sides that pooling does not divide", _net((2, 3), (2, 7, 10))),
            Case("no block at all", _net((), (2, 3, 4))),
        ),
        _FORWARD,
    ),
    Task(
        "cnn-backward",
        (
            Case("two blocks", _descent()),
            Case("one block", _descent((4,))),
            Case("three blocks, a network with a penalty", _descent((3, 5, 2), (2, 16, 8), reg=0.5)),
        ),
        (
            Case("two blocks, a single picture", _descent((5, 2), (1, 12, 8), N=1)),
            Case("three blocks of equal size, a network with a penalty", _descent((3, 3, 3), (3, 8, 8), 3, reg=0.3)),
            Case("four blocks", _descent((2, 3, 2, 4), (3, 32, 16), N=2)),
            Case("pictures that are views", _strided(_descent((3, 4), (2, 4, 12), N=4))),
            Case("no block at all", _descent((), (2, 3, 4))),
        ),
        _BACKWARD,
    ),
    Task(
        "cnn-loss",
        (
            Case("the scores, when there are no labels", _with_labels(scored=True)),
            Case("loss and gradients without a penalty", _with_labels(), weight=2.0),
            Case("with a penalty", _with_labels(reg=0.7), weight=2.0),
        ),
        (
            Case("the scores for a single picture", _with_labels(N=1, scored=True)),
            Case("loss and gradients without a penalty", _with_labels((2,), 6, 7), weight=2.0),
            Case("three blocks with a penalty", _with_labels((3, 2, 4), 3, 4, reg=0.3)),
            Case("one block with another penalty", _with_labels((5,), 4, 6, reg=1.2)),
            Case("scores in the thousands", _with_labels(reg=0.1, scale=1e4)),
        ),
        _LOSS,
    ),
    Task(
        "cnn-receptive-field",
        (
            Case("one convolution", _stack((3, 1))),
            Case("a convolution and a pooling", _stack((3, 1), (2, 2))),
            Case("a stride of 4, then other windows", _stack((11, 4), (3, 2), (5, 1))),
        ),
        (
            Case("no layer at all", _stack()),
            Case("a single pooling", _stack((2, 2))),
            Case("windows of 1 that skip", _stack((1, 3), (4, 2), (3, 1))),
            Case("three layers", _random_stack(3)),
            Case("six layers", _random_stack(6)),
            Case("ten layers", _random_stack(10)),
        ),
        _FIELD,
    ),
    Task(
        "cnn-saliency",
        (
            Case("three pictures", _pictures()),
            Case("a single picture", _pictures(N=1, classes=6)),
            Case("more pictures than classes", _pictures(N=7, C=2, H=3, W=6, classes=3)),
        ),
        (
            Case("wide pictures", _pictures(N=5, H=3, W=8)),
            Case("a single picture with a single channel", _pictures(N=1, C=1, H=6, W=3, classes=5)),
            Case("as many channels as the picture is wide", _pictures(N=4, C=5, H=5, W=5, classes=7)),
            Case("the same label for all", _pictures(N=6, same=True)),
            Case("labels in bytes", _small_labels),
            Case("pictures that are views", _strided(_pictures(N=4, H=7, W=4))),
        ),
        _SALIENCY,
    ),
    Task(
        "cnn-occlusion",
        (
            Case("a patch of 3 that moves by 2", _picture()),
            Case("a patch of 2 that moves by 1", _picture(C=1, H=4, W=6, size=2, stride=1, label=0)),
            Case("a patch that leaves gaps", _picture(H=9, W=7, size=2, stride=3, label=2)),
        ),
        (
            Case("a stride that does not divide", _picture(C=2, H=10, W=8, size=3, stride=2, classes=5, label=4)),
            Case("a patch as large as the picture", _picture(H=5, W=5, size=5, stride=2)),
            Case("a patch as high as the picture", _picture(H=4, W=9, size=4, stride=1)),
            Case("a patch of a single pixel", _picture(C=4, H=5, W=4, size=1, stride=1)),
            Case("an array that is a view", _turned),
            Case("float32", _picture(H=6, W=9, size=4, stride=1, dtype="float32")),
        ),
        _OCCLUSION,
        1e-5,
    ),
    Task(
        "cnn-mistakes",
        (
            Case("three of seven mistakes", _answers()),
            Case("fewer mistakes than asked for", _answers(N=9, classes=3, num=8, wrong=4)),
            Case("mistakes of equal confidence", _ties),
        ),
        (
            Case("five of many mistakes", _answers(N=30, classes=6, num=5, wrong=20)),
            Case("fewer mistakes than asked for", _answers(N=15, num=12, wrong=6)),
            Case("no mistake at all", _answers(N=6, wrong=0)),
            Case("every answer wrong", _answers(N=8, classes=3, num=8, wrong=8)),
            Case("one mistake", _answers(N=7, num=1, wrong=1)),
            Case("mistakes of equal confidence", _ties),
        ),
        _WORST,
    ),
)
