# %% [markdown]
r"""
# Networks from parts

A network with one hidden layer fits into one function: a few lines forward, a few lines back. With three hidden layers that
function becomes long, with dropout and normalization it becomes a place where mistakes live. But look at what such a
function does, and the same few pieces return: a matrix product, a bend, a loss. So let us build the *pieces*, each with its
own gradient, test each by itself, and then put networks together like chains of wagons, as long as we like.

This is how every deep-learning library works inside. At the end you will have a small one of your own, and the later
assignments build on it.

**You will write** the layers: affine, ReLU, sigmoid, leaky ReLU, maxout, and the two losses as last layers; then a network with
one hidden layer, and one with any number of them.

**Running time**, once everything is solved: about half a minute on two cores.
"""

# %% nbg="setup"
import matplotlib.pyplot as plt
import numpy as np

from cs231n_kit import Solver, add_to, check, get_cifar10_data, vis
from cs231n_kit.gradient_check import eval_numerical_gradient, eval_numerical_gradient_array, rel_error
from cs231n_kit.solver import Diverged

# %% [markdown]
r"""
## 1. A layer is two functions

`forward` computes. It gets the layer's inputs, and returns the output and a **cache**: whatever will be needed to find the
gradient later.

`backward` blames. It gets `dout`, which says how much the loss changes with each number of the output, and the cache. It
returns how much the loss changes with each number of each *input*. That is the chain rule, one link of it: what comes from
above, times the slope of this layer.
"""

# %%
axes = vis.layer_chain(["affine", "ReLU", "affine", "softmax loss"], ["X", "", "", "scores", "loss"])

# %% [markdown]
r"""
Forward runs to the right, and each layer puts something aside. Backward runs to the left, and each layer picks up what it
had put aside. No layer knows what stands in front of it or behind it. This is all that holds the chain together:

1. The gradient of an input has the **shape of that input**, always.
2. A layer leaves alone what it is given. Its input may be needed by somebody else, and the cache may hold that very array.
3. `dout` already contains everything that happens later: the other layers, the loss, the division by the number of
   examples. A layer multiplies by its own slope, and adds nothing.

Here is a complete one, as a model for those that you will write. The hyperbolic tangent works on each number by itself, and
its slope can be said with its output, $\tanh' = 1 - \tanh^2$, so that is what it remembers.
"""


# %% nbg="setup"
def tanh_forward(x):
    """Return tanh of every number, and the cache.

    x : array of any shape
    """
    t = np.tanh(x)
    return t, t


def tanh_backward(dout, cache):
    """Return the gradient at the input, of the shape of dout.

    dout : gradient at the output      cache : what tanh_forward remembered, its output
    """
    return dout * (1 - cache * cache)


# %% [markdown]
r"""
How do we know that it is right? We test a single layer just as a whole network: pick random inputs, pick a random `dout`, and
pretend that the loss is $\sum \text{out} \cdot \text{dout}$. Its gradient at the output is then exactly `dout`. The kit
wiggles every input and measures:
"""

# %%
rng = np.random.default_rng(0)
x, dout = rng.normal(size=(4, 5)), rng.normal(size=(4, 5))
t, cache = tanh_forward(x)
numerical = eval_numerical_gradient_array(lambda v: tanh_forward(v)[0], x, dout)
print(f"relative error: {rel_error(tanh_backward(dout, cache), numerical):.0e}")

# %% [markdown]
r"""
Keep that pattern: you can check each of your layers like this, in a cell of your own, before you run the graded check.

## 2. The affine layer

"Affine" is linear plus a constant: the matrix product of before, with a bias of its own now that we are tired of the column
of ones.

$$
\text{out} = x\,w + b
\qquad x: (N, D), \quad w: (D, M), \quad b: (M,), \quad \text{out}: (N, M)
$$

Images may arrive as images: `x` may have any shape $(N, d_1, \dots, d_k)$, and every example is laid out as one row of
$D = d_1 \cdots d_k$ numbers.

### Exercise: affine_forward

The last line is given: the cache holds the inputs *as they came*.
"""


# %% nbg="exercise modular-affine-forward"
def affine_forward(x, w, b):
    """Return out = x w + b, each example laid out as a row, and the cache (x, w, b).

    x : (N, d_1, ..., d_k), left as it is      w : (D, M) with D = d_1 * ... * d_k      b : (M,)
    out : (N, M)
    """
    # BEGIN SOLUTION
    out = x.reshape(len(x), -1) @ w + b
    # END SOLUTION
    return out, (x, w, b)


# %% nbg="check modular-affine-forward 1"
check("modular-affine-forward", affine_forward)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("modular-affine-forward", affine_forward)
# END HIDDEN TESTS

# %% [markdown]
r"""
### Backward, by shapes

Entry $(i, m)$ of the output is $\sum_d x_{id} w_{dm} + b_m$. Who depends on whom?

* $w_{dm}$ occurs in column $m$ of the output, for every example $i$, times $x_{id}$. So its gradient is
  $\sum_i x_{id}\, \text{dout}_{im}$.
* $x_{id}$ occurs in row $i$, for every $m$, times $w_{dm}$. So its gradient is $\sum_m \text{dout}_{im}\, w_{dm}$.
* $b_m$ occurs in column $m$, for every example, times 1.

The first two sums are matrix products, and the shapes leave no choice which: from `dout` of shape $(N, M)$ and $w$ of shape
$(D, M)$ there is one way to make something of shape $(N, D)$. The third makes $(M,)$ out of $(N, M)$.

**Predict first:** with $N = 1$, what is the gradient of $b$?

### Exercise: affine_backward
"""


# %% nbg="exercise modular-affine-backward"
def affine_backward(dout, cache):
    """Return the gradients dx, dw, db.

    dout  : (N, M)
    cache : (x, w, b) as affine_forward got them, x : (N, d_1, ..., d_k); left as they are
    dx, dw, db have the shapes of x, w and b.
    """
    x, w, _ = cache
    # BEGIN SOLUTION
    dx = (dout @ w.T).reshape(x.shape)
    dw = x.reshape(len(x), -1).T @ dout
    db = dout.sum(axis=0)
    # END SOLUTION
    return dx, dw, db


# %% nbg="check modular-affine-backward 3"
check("modular-affine-backward", affine_backward)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("modular-affine-backward", affine_backward)
# END HIDDEN TESTS

# %% [markdown]
r"""
## 3. The bend

A chain of affine layers only is one affine layer: $(x w_1) w_2 = x (w_1 w_2)$. Between them something has to bend. The
simplest bend is the **ReLU**, rectified linear unit: what is positive passes, what is negative becomes 0.
"""


# %% nbg="setup"
def relu_forward(x):
    """Return x with 0 in place of what is negative, and the cache, which is x."""
    return np.maximum(0, x), x


# %% [markdown]
r"""
### Question 1: spot the mistake

> *Backpropagation through a ReLU is easy: the gradient δ that arrives from above is passed on, and* **if it comes out
> negative, it is set to zero**, *just as in the forward pass.*

Take one unit with input $x = 3$ and $\delta = -2$, and another with $x = -3$ and $\delta = 2$. What do the formula and the text say in
each case? What would a network trained by this text never be able to do? (2 points)
"""

# %% [markdown] nbg="answer modular-question-mask 2"
r"""
The slope of the ReLU depends on its *input*: it is 1 for $x = 3$ and 0 for $x = -3$. So the right gradients at the input are −2
and 0. The text gives 0 and 2: wrong in both. It looks at the sign of the wrong thing; δ has nothing to do with whether the
unit was on.

A negative δ means "the loss falls if this number grows". If all of these are thrown away, gradients at the hidden units are never
negative: units can only ever be told to become smaller, never larger. In addition, units that were off are changed although
they had no influence.

*One point for the mask (of the forward input, with both cases), one for a consequence.*
"""

# %% [markdown]
r"""
### Exercise: relu_backward
"""


# %% nbg="exercise modular-relu-backward"
def relu_backward(dout, cache):
    """Return the gradient at the input of a ReLU, of the shape of dout.

    dout  : array of any shape, positive and negative
    cache : x, the input of relu_forward, of the same shape; left as it is
    """
    x = cache
    # BEGIN SOLUTION
    dx = dout * (x > 0)
    # END SOLUTION
    return dx


# %% nbg="check modular-relu-backward 2"
check("modular-relu-backward", relu_backward)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("modular-relu-backward", relu_backward)
# END HIDDEN TESTS

# %% [markdown]
r"""
Affine and ReLU come as a pair so often that we make a sandwich of them. This is given, and it shows what layers are good for:
the backward pass of the pair is the two backward passes, in the opposite order.
"""


# %% nbg="setup"
def affine_relu_forward(x, w, b):
    """Return the output of an affine layer followed by a ReLU, and both caches."""
    a, affine_cache = affine_forward(x, w, b)
    r, relu_cache = relu_forward(a)
    return r, (affine_cache, relu_cache)


def affine_relu_backward(dout, cache):
    """Return the gradients dx, dw, db of affine_relu_forward."""
    affine_cache, relu_cache = cache
    return affine_backward(relu_backward(dout, relu_cache), affine_cache)


# %% [markdown]
r"""
## 4. Other bends

### The sigmoid

$\sigma(x) = 1 / (1 + e^{-x})$ squeezes any number between 0 and 1. For decades it was *the* bend, and it is still what makes a
probability out of one score. Written as it stands it has a trap for numbers like −1000: $e^{1000}$ overflows. With
$e^{x} / (1 + e^{x})$ the trap lies on the other side. Both formulas are right, each has a side where its exponent is never
positive, and there nothing can overflow.

### Exercise: sigmoid_forward

For all numbers at once, without overflow anywhere, also not in numbers that you throw away afterwards. (`np.where` computes both of
its branches.) One exponential, $e^{-|x|}$, is enough for both sides. The cache is the output, since $\sigma' = \sigma (1 - \sigma)$.
"""


# %% nbg="exercise modular-sigmoid-forward"
def sigmoid_forward(x):
    """Return 1 / (1 + exp(-x)) of every number, and the cache, which is the same array.

    x : array of any shape and any size of numbers, left as it is. Nothing overflows.
    """
    # BEGIN SOLUTION
    small = np.exp(-np.abs(x))
    out = np.where(x >= 0, 1, small) / (1 + small)
    # END SOLUTION
    return out, out


# %% nbg="check modular-sigmoid-forward 2"
check("modular-sigmoid-forward", sigmoid_forward)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("modular-sigmoid-forward", sigmoid_forward)
# END HIDDEN TESTS


# %% nbg="exercise modular-sigmoid-backward"
def sigmoid_backward(dout, cache):
    """Return the gradient at the input of a sigmoid, of the shape of dout.

    dout  : array of any shape
    cache : the output of sigmoid_forward, of the same shape; left as it is
    """
    # BEGIN SOLUTION
    dx = dout * cache * (1 - cache)
    # END SOLUTION
    return dx


# %% nbg="check modular-sigmoid-backward 1"
check("modular-sigmoid-backward", sigmoid_backward)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("modular-sigmoid-backward", sigmoid_backward)
# END HIDDEN TESTS

# %% [markdown]
r"""
### The leaky ReLU

A ReLU that is negative for every example has slope 0 for every example: no gradient reaches its weights, and it stays like that.
It is *dead*. The leaky ReLU leaves the door ajar: on the negative side it has a small slope $\alpha$ instead of 0.
"""


# %% nbg="setup"
def leaky_relu_forward(x, alpha=0.01):
    """Return x where it is positive and alpha * x where it is not, and the cache (x, alpha)."""
    return np.where(x > 0, x, alpha * x), (x, alpha)


# %% nbg="exercise modular-leaky-relu-backward"
def leaky_relu_backward(dout, cache):
    """Return the gradient at the input of a leaky ReLU, of the shape of dout.

    dout  : array of any shape
    cache : (x, alpha), the input of leaky_relu_forward and the slope of its negative side
    """
    x, alpha = cache
    # BEGIN SOLUTION
    dx = dout * np.where(x > 0, 1, alpha)
    # END SOLUTION
    return dx


# %% nbg="check modular-leaky-relu-backward 1"
check("modular-leaky-relu-backward", leaky_relu_backward)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("modular-leaky-relu-backward", leaky_relu_backward)
# END HIDDEN TESTS

# %% [markdown]
r"""
### Side by side

The slope of a bend is what `backward` answers to a `dout` of ones. So we can draw every function with its slope, by your own code:

**Predict first:** which of the four slopes is largest, and which is nearly 0 at $x = 4$?
"""

# %% tags=["thumbnail"]
x = np.linspace(-5, 5, 401)
bends = {
    "sigmoid": (sigmoid_forward, sigmoid_backward),
    "tanh": (tanh_forward, tanh_backward),
    "ReLU": (relu_forward, relu_backward),
    "leaky ReLU, α = 0.1": (lambda v: leaky_relu_forward(v, 0.1), leaky_relu_backward),
}
_, axes = plt.subplots(1, 4, figsize=(9.5, 2.6), layout="constrained", sharey=True)
for ax, (name, (forward, backward)) in zip(axes, bends.items()):
    out, cache = forward(x)
    slope = backward(np.ones_like(x), cache)
    ax.plot(x, out, color=vis.OKABE_ITO[0], label="function")
    ax.plot(x, slope, color=vis.OKABE_ITO[5], linestyle="--", label="slope")
    ax.set(title=name, xlabel="x", ylim=(-1.2, 2.2))
    print(f"{name:20} largest slope {slope.max():.2f}, slope at 4: {slope[x.searchsorted(4)]:.4f}")
axes[0].legend(loc="upper left", fontsize=8)
vis.describe(
    axes,
    "Four functions with their slopes. Sigmoid and tanh are flat on both sides, with slopes that are bells of height 0.25 and 1. "
    "The ReLU and the leaky ReLU are straight lines with a corner at 0; their slopes are steps.",
)

# %% [markdown]
r"""
Sigmoid and tanh have the same form. In fact $\tanh x = 2\,\sigma(2x) - 1$: stretched to twice the height, squeezed to half the
width, shifted to be symmetric about 0. Your sigmoid can prove it:
"""

# %%
difference = np.abs(tanh_forward(x)[0] - (2 * sigmoid_forward(2 * x)[0] - 1)).max()
print(f"largest difference between tanh(x) and 2 σ(2x) - 1: {difference:.0e}")
assert difference < 1e-15

# %% [markdown]
r"""
Where a curve is flat, it is **saturated**: the slope is almost 0, and so is the gradient that gets through. Even at its best the
sigmoid lets a quarter through. Stack ten of them:
"""

# %%
four = np.full(1, 4.0)
sigmoid_at_4 = sigmoid_backward(np.ones(1), sigmoid_forward(four)[1])[0]
tanh_at_4 = tanh_backward(np.ones(1), tanh_forward(four)[1])[0]
print(f"through ten sigmoids   at best {0.25**10:.0e}     at x = 4 {sigmoid_at_4**10:.0e}")
print(f"through ten tanh       at best {1.0**10:.0e}     at x = 4 {tanh_at_4**10:.0e}")
print(f"through ten ReLUs      on: {1**10}            off: {0**10}")

# %% [markdown]
r"""
The first layer of such a network gets gradients a million times smaller than the last, at best. That is the *vanishing gradient*, and the reason
why hidden layers use ReLU and its relatives today. (Affine layers have a say in this, too; assignment 4 is about that.)

### Maxout

The ReLU is the larger of two straight lines: 0 and $x$. Why not let the network learn the lines? A **maxout** unit has $k$
affine *pieces*, each with weights of its own, and passes the largest on. The affine layer before it makes all the pieces, those
of one unit side by side; what is left for maxout is to choose.

### Question 2: spot two mistakes

> *The maxout unit computes* $f(x) = w_1^\top x + b_1, \; w_2^\top x + b_2$ *and so has twice as many parameters as a ReLU unit.
> As with all of these functions,* **most of the activations that it hands on are positive**.

1. What is missing in the formula? What would a network of units compute that just add both pieces?
2. Here are the shares of positive outputs for inputs that are normally distributed about 0. What does the sentence in bold overlook?
   For which of these functions can an output not be negative?

(2 points)
"""

# %%
normal = np.random.default_rng(0).normal(size=100_000)
for name, (forward, _) in bends.items():
    out, _ = forward(normal)
    print(f"{name:20} positive: {(out > 0).mean():4.0%}   negative: {(out < 0).mean():4.0%}")

# %% [markdown] nbg="answer modular-question-maxout 2"
r"""
1. The **max**: $f(x) = \max(w_1^\top x + b_1,\; w_2^\top x + b_2)$. A unit that adds its pieces is affine itself, with weights
   $w_1 + w_2$; there is no bend, and the whole network is one affine function, however deep. (The count of parameters is right.)
2. It is true of the sigmoid only, which is always positive, even for negative inputs. Of the others half the outputs are positive
   here; the ReLU's are never *negative*, but half of them are 0; tanh, leaky ReLU and maxout have positive and negative
   ones. Only sigmoid and ReLU can't be negative.

*One point each.*
"""


# %% nbg="setup"
def maxout_forward(x, k=2):
    """Return the largest of every k neighboring numbers of each row, and the cache.

    x : (N, M * k), the k pieces of each of M units side by side
    out : (N, M)      cache : (winners, k), winners : (N, M), which of its pieces was a unit's largest, 0 to k - 1
    """
    pieces = x.reshape(len(x), -1, k)
    return pieces.max(axis=2), (pieces.argmax(axis=2), k)


# %%
x = np.array([[3.0, 1.0, -5.0, -2.0], [0.0, 7.0, 4.0, 3.5]])
out, (winners, k) = maxout_forward(x, 2)
print("pieces\n", x.reshape(2, 2, 2).tolist(), "\nout\n", out.tolist(), "\nwinners\n", winners.tolist())

# %% [markdown]
r"""
### Exercise: maxout_backward

The winner of each unit was handed on unchanged; the losers could change a bit without anybody noticing. What are their slopes? The
result has the shape of the layer's input, $(N, M k)$, and there is no loop over examples or units.
"""


# %% nbg="exercise modular-maxout-backward"
def maxout_backward(dout, cache):
    """Return the gradient at the input of a maxout layer, (N, M * k).

    dout  : (N, M)
    cache : (winners, k) as maxout_forward returned them; left as they are
    No loops over examples or units.
    """
    winners, k = cache
    # BEGIN SOLUTION
    is_winner = winners[:, :, np.newaxis] == np.arange(k)
    dx = (dout[:, :, np.newaxis] * is_winner).reshape(len(dout), -1)
    # END SOLUTION
    return dx


# %% nbg="check modular-maxout-backward 2"
check("modular-maxout-backward", maxout_backward)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("modular-maxout-backward", maxout_backward)
# END HIDDEN TESTS

# %% [markdown]
r"""
## 5. The last layer is a loss

A loss takes scores and labels, and its output is a single number. It ends the chain: there is no `dout` to wait for (the loss changes
by 1 if the loss changes by 1), so forward and backward can be one function. You know both losses from the linear
classifiers; what is new is only where they stop. There you went on to the gradient of $W$. Here you stop at the gradient of the
*scores*, and the affine layer below takes it from there.

$$
\text{hinge:}\quad L = \frac{1}{N} \sum_i \sum_{j \neq y_i} \max(0, x_{ij} - x_{i y_i} + 1)
\qquad\qquad
\text{softmax:}\quad L = -\frac{1}{N} \sum_i \log p_{i, y_i}, \quad p_{ij} = \frac{e^{x_{ij}}}{\sum_k e^{x_{ik}}}
$$

The scores are called $x$ here, as the input of every layer. The penalty on large weights doesn't belong in here: a loss layer
sees no weights. The $1/N$ does.

### Exercise: svm_loss
"""


# %% nbg="exercise modular-svm-loss"
def svm_loss(x, y):
    """Return the mean hinge loss with margin 1, and its gradient at the scores.

    x : (N, C), scores, left as they are      y : (N,), ints from 0 to C - 1
    Returns the loss, a number, and dx : (N, C). No loops.
    """
    # BEGIN SOLUTION
    right = np.arange(len(x)), y
    gaps = np.maximum(0, x - x[right][:, np.newaxis] + 1)
    gaps[right] = 0
    loss = gaps.sum() / len(x)
    dx = (gaps > 0).astype(x.dtype)
    dx[right] = -dx.sum(axis=1)
    return loss, dx / len(x)
    # END SOLUTION


# %% nbg="check modular-svm-loss 2"
check("modular-svm-loss", svm_loss)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("modular-svm-loss", svm_loss)
# END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise: softmax_loss

Remember the trap: subtract each row's largest score before you take exponentials.
"""


# %% nbg="exercise modular-softmax-loss"
def softmax_loss(x, y):
    """Return the mean cross-entropy of the softmax of the scores, and its gradient at the scores.

    x : (N, C), scores of any size, left as they are      y : (N,), ints from 0 to C - 1
    Returns the loss, a number, and dx : (N, C). No loops, and no overflow.
    """
    # BEGIN SOLUTION
    right = np.arange(len(x)), y
    shifted = x - x.max(axis=1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    dx = np.exp(log_p)
    dx[right] -= 1
    return -log_p[right].mean(), dx / len(x)
    # END SOLUTION


# %% nbg="check modular-softmax-loss 2"
check("modular-softmax-loss", softmax_loss)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("modular-softmax-loss", softmax_loss)
# END HIDDEN TESTS

# %% [markdown]
r"""
## 6. One hidden layer

Now the chain of the picture at the top, as a class. A model, from here to the end of the course, is anything with

* `params`, a dict of arrays: what can be learned, each under its name;
* `loss(X)`, which returns the scores, for use;
* `loss(X, y)`, which returns the loss and a dict of gradients under the same names, for training.

The loss has a penalty on the weights, but not on the biases (a bias moves a unit's threshold, it doesn't make the network
wilder):

$$
L = \text{softmax loss} + \tfrac12 \lambda \Big( \sum W_1^2 + \sum W_2^2 \Big)
$$

**There is a ½ here**, as everywhere in networks from now on, and there was none in the linear classifiers. It is a habit of the field, no
more: the gradient of the penalty is now $\lambda W$, without a 2.

**Predict first:** should there be a ReLU after the second affine layer, too? What would it do to the score of a class that should be
"certainly not"?

### Exercise: TwoLayerNet.loss

affine – ReLU – affine – softmax. All layers are there; what is left is to connect them, and to bring the penalty into the loss *and* the
gradients. The parameters are given: small random weights, so that the units of the hidden layer are not all the same, and biases 0.
"""


# %% nbg="setup"
class TwoLayerNet:
    """affine - ReLU - affine - softmax, with a penalty of ½ reg ΣW² on both weight matrices."""

    def __init__(self, input_dim=3 * 32 * 32, hidden_dim=100, num_classes=10, weight_scale=1e-3, reg=0.0, rng=None):
        """Draw W1 : (input_dim, hidden_dim) and W2 : (hidden_dim, num_classes) from a normal distribution.

        weight_scale : its standard deviation      reg : strength of the penalty
        rng          : a np.random.Generator; np.random.default_rng(0) if None
        """
        if rng is None:
            rng = np.random.default_rng(0)
        self.reg = reg
        self.params = {
            "W1": weight_scale * rng.standard_normal((input_dim, hidden_dim), dtype=np.float32),
            "b1": np.zeros(hidden_dim, dtype=np.float32),
            "W2": weight_scale * rng.standard_normal((hidden_dim, num_classes), dtype=np.float32),
            "b2": np.zeros(num_classes, dtype=np.float32),
        }


# %% nbg="exercise modular-two-layer-net"
@add_to(TwoLayerNet)
def loss(self, X, y=None):
    """Return the scores, (N, C), if y is None; otherwise the loss and a dict of gradients, named as in self.params.

    X : (N, d_1, ..., d_k)      y : (N,), ints from 0 to C - 1
    self.params are left as they are.
    """
    # BEGIN SOLUTION
    hidden, hidden_cache = affine_relu_forward(X, self.params["W1"], self.params["b1"])
    scores, scores_cache = affine_forward(hidden, self.params["W2"], self.params["b2"])
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    loss += 0.5 * self.reg * (np.sum(self.params["W1"] ** 2) + np.sum(self.params["W2"] ** 2))
    grads = {}
    dhidden, grads["W2"], grads["b2"] = affine_backward(dscores, scores_cache)
    _, grads["W1"], grads["b1"] = affine_relu_backward(dhidden, hidden_cache)
    grads["W1"] = grads["W1"] + self.reg * self.params["W1"]
    grads["W2"] = grads["W2"] + self.reg * self.params["W2"]
    return loss, grads
    # END SOLUTION


# %% nbg="check modular-two-layer-net 3"
check("modular-two-layer-net", TwoLayerNet)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("modular-two-layer-net", TwoLayerNet)
# END HIDDEN TESTS

# %% [markdown]
r"""
Two looks before any training, always. The loss of an untrained network: with ten classes it should be log 10. And every gradient
against the measured one, on a network so small that all its entries can be tried (in float64, for float32 has too few digits):
"""

# %%
data = get_cifar10_data(full=False)
untrained = TwoLayerNet()
print(f"untrained: {untrained.loss(data['X_dev'][:100], data['y_dev'][:100])[0]:.4f}     log 10: {np.log(10):.4f}")

rng = np.random.default_rng(1)
X_tiny, y_tiny = rng.normal(size=(4, 6)), np.array([0, 2, 1, 2])
net = TwoLayerNet(input_dim=6, hidden_dim=5, num_classes=3, reg=0.7)
net.params = {name: rng.normal(size=value.shape) for name, value in net.params.items()}
_, grads = net.loss(X_tiny, y_tiny)
for name in sorted(net.params):
    numerical = eval_numerical_gradient(lambda _: net.loss(X_tiny, y_tiny)[0], net.params[name])
    print(f"{name}: relative error {rel_error(grads[name], numerical):.0e}")

# %% [markdown]
r"""
## 7. Training

The loop that walks downhill is the same for every model, so it is written once: the kit's `Solver`. It shuffles the training images,
goes through them in batches until each was seen once (an **epoch**), takes a step of plain gradient descent after each batch, measures
the accuracies after each epoch, and leaves the parameters of the best epoch in the model. You can interrupt it with the square
button: it keeps what it has, and `solver.train()` goes on. With `checkpoint_name="my_run"` even a computer that is switched off does no
harm. (It takes other rules than the plain step, too; assignment 4 writes them.)

If you have fetched all of CIFAR-10 (`cs231n-kit data fetch cifar10`), set the switch: 49,000 training images instead of 4,500, and
some minutes instead of some seconds for the rest of the notebook.
"""

# %% tags=["nbval-ignore-output"]
FULL = False
data = get_cifar10_data(full=FULL)
net = TwoLayerNet(hidden_dim=100, reg=0.2)
solver = Solver(net, data, optim_config={"learning_rate": 1e-3}, lr_decay=0.95, num_epochs=8 if FULL else 16)
solver.train()
axes = vis.history(solver.loss_history, solver.train_acc_history, solver.val_acc_history, first_epoch=0)

# %% tags=["nbval-ignore-output", "accuracy"]
print(f"best validation accuracy: {solver.best_val_acc:.3f}, after {solver.best_epoch} epochs")
assert solver.best_val_acc > (0.48 if FULL else 0.43)

# %% [markdown]
r"""
The linear classifiers stopped below .40 on these images. On the right, the two curves part: the network begins to learn its training
images by heart, which helps nobody else. More images are the best remedy. With all of CIFAR-10 the same network reaches .51 after 8
epochs, and with 200 hidden units, reg = 0.5 and 12 epochs .53, while the two curves stay together much longer.

What has the hidden layer learned? Each of its 100 units holds the image against a template of its own. One class no longer has to make do
with a single one. Here are the 20 units with the largest weights:
"""

# %% tags=["nbval-ignore-output"]
strongest = np.argsort(-np.linalg.norm(net.params["W1"], axis=0))[:20]
axes = vis.weight_grid(net.params["W1"][:, strongest], (32, 32, 3))

# %% [markdown]
r"""
Blobs and bands of color, here and there something like a car seen from the front, or an animal before a green ground. The grain is the
random beginning: 4,500 images were not enough to wipe it away. With all of CIFAR-10 the templates become smoother.

### Question 3

1. Somebody puts a ReLU after the last affine layer as well. The loss of the untrained network is still log 10, and the gradient check
   passes. What goes wrong in training?
2. Loss and gradient contain reg·ΣW² and reg·W. The gradient check at reg = 0 passes. What do you see at reg = 0.7, and what would training
   actually minimize?
3. In the picture above the training accuracy still rises while the validation accuracy does not. Name two things that you would try,
   and how you would decide between them.

(2 points)
"""

# %% [markdown] nbg="answer modular-question-training 2"
r"""
1. No score can fall below 0, so no class can be made less likely than "score 0": the probabilities of wrong classes stay too
   large. Where a score is 0, its gradient is 0 as well; once the right class's score is negative for an image, nothing pulls it up again.
2. The check fails for the weights (the measured gradient is 2·reg·W), and passes for the biases. Training follows the gradient that is
   given to it, not the loss that is printed: it minimizes data loss + ½·reg·ΣW².
3. For example a stronger penalty, fewer hidden units, stopping earlier, more (or altered) images, a smaller learning rate toward the end. Decide
   by the validation accuracy, not by the training accuracy, and not by the test images.

*Two points for all three, one for two of them.*
"""

# %% [markdown]
r"""
## 8. Any number of layers

The same with a loop: $\{\text{affine – ReLU}\} \times (L - 1)$, affine, softmax. Layer $i$ has `W{i}` and `b{i}`, counted from 1: with
`hidden_dims = [100, 50]` there are `W1`, `b1`, `W2`, `b2`, `W3`, `b3`.

The class comes with what is dull, and with one hidden layer, forward and backward. Whatever else a hidden layer may contain one
day (normalization, dropout), it will go into these two methods, and the loop that you are about to write can stay as it is.
"""


# %% nbg="setup"
class FullyConnectedNet:
    """(affine - ReLU) for each hidden layer, then affine - softmax, with a penalty of ½ reg ΣW² on all weight matrices."""

    def __init__(
        self, hidden_dims, input_dim=3 * 32 * 32, num_classes=10, reg=0.0, weight_scale=1e-2, dtype=np.float32, rng=None
    ):
        """Make a network with untrained parameters.

        hidden_dims  : the sizes of the hidden layers      input_dim : how many numbers an example has
        reg          : strength of the penalty             weight_scale : standard deviation of the weights
        dtype        : of all parameters                   rng : a np.random.Generator; np.random.default_rng(0) if None
        """
        self.reg, self.dtype = reg, dtype
        self.num_layers = 1 + len(hidden_dims)
        self.params = {}
        self.init_params(
            [input_dim, *hidden_dims, num_classes], weight_scale, np.random.default_rng(0) if rng is None else rng
        )

    def hidden_forward(self, i, x):
        """Return what hidden layer i makes of x, and the cache."""
        return affine_relu_forward(x, self.params[f"W{i}"], self.params[f"b{i}"])

    def hidden_backward(self, i, dout, cache):
        """Return the gradient at the input of hidden layer i, and a dict of those of its parameters."""
        dx, dw, db = affine_relu_backward(dout, cache)
        return dx, {f"W{i}": dw, f"b{i}": db}


# %% [markdown]
r"""
### Exercise: init_params

First the parameters. `sizes` holds the sizes of everything in a row, input and output included: layer $i$ leads from one to the
next.
"""


# %% nbg="exercise modular-fully-connected-init"
@add_to(FullyConnectedNet)
def init_params(self, sizes, weight_scale, rng):
    """Put W1, b1, W2, b2, ... into self.params, arrays of dtype self.dtype.

    sizes        : how many numbers go into the first layer, come out of it and go into the second, ..., come out of the last
    weight_scale : standard deviation of the weights, which are normally distributed about 0; biases are 0
    rng          : the np.random.Generator that draws them
    """
    # BEGIN SOLUTION
    for i in range(1, len(sizes)):
        W = weight_scale * rng.normal(size=(sizes[i - 1], sizes[i]))
        self.params[f"W{i}"] = W.astype(self.dtype)
        self.params[f"b{i}"] = np.zeros(sizes[i], self.dtype)
    # END SOLUTION


# %% nbg="check modular-fully-connected-init 2"
check("modular-fully-connected-init", FullyConnectedNet)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("modular-fully-connected-init", FullyConnectedNet)
# END HIDDEN TESTS

# %% [markdown]
r"""
### Exercise: FullyConnectedNet.loss

Forward, keep the caches in a list. Backward, go through them from the end. The last layer has no ReLU, and the penalty is on the
weights of all layers.
"""


# %% nbg="exercise modular-fully-connected-loss"
@add_to(FullyConnectedNet)
def loss(self, X, y=None):
    """Return the scores, (N, C), if y is None; otherwise the loss and a dict of gradients, named as in self.params.

    X : (N, d_1, ..., d_k)      y : (N,), ints from 0 to C - 1
    self.params are left as they are.
    """
    X = X.astype(self.dtype)
    # BEGIN SOLUTION
    last, out, caches = self.num_layers, X, []
    for i in range(1, last):
        out, cache = self.hidden_forward(i, out)
        caches.append(cache)
    scores, cache = affine_forward(out, self.params[f"W{last}"], self.params[f"b{last}"])
    if y is None:
        return scores
    loss, dscores = softmax_loss(scores, y)
    grads = {}
    dout, grads[f"W{last}"], grads[f"b{last}"] = affine_backward(dscores, cache)
    for i in range(last - 1, 0, -1):
        dout, of_layer = self.hidden_backward(i, dout, caches[i - 1])
        grads.update(of_layer)
    for i in range(1, last + 1):
        W = self.params[f"W{i}"]
        loss += 0.5 * self.reg * np.sum(W**2)
        grads[f"W{i}"] = grads[f"W{i}"] + self.reg * W
    return loss, grads
    # END SOLUTION


# %% nbg="check modular-fully-connected-loss 4"
check("modular-fully-connected-loss", FullyConnectedNet)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("modular-fully-connected-loss", FullyConnectedNet)
# END HIDDEN TESTS

# %% [markdown]
r"""
### Can it learn fifty images by heart?

The third look, after the initial loss and the gradient check: a network with hundreds of thousands of parameters should have no
trouble with 50 images. If it can't even do that, something is broken, or the learning rate and the weight scale are far off.
Learning by heart is useless in itself. As a test it takes a second, and it finds mistakes that nothing else finds.
"""

# %% tags=["nbval-ignore-output"]
few = {**data, "X_train": data["X_train"][:50], "y_train": data["y_train"][:50]}
net = FullyConnectedNet([100, 100], weight_scale=2e-2)
solver = Solver(net, few, optim_config={"learning_rate": 2e-3}, num_epochs=20, batch_size=25, verbose=False)
solver.train()
axes = vis.history(solver.loss_history, solver.train_acc_history, solver.val_acc_history, first_epoch=0)
print(f"right after 20 epochs: {solver.train_acc_history[-1]:.0%} of the 50 images it has seen")
assert solver.train_acc_history[-1] > 0.95

# %% [markdown]
r"""
By heart, and hardly better than guessing on images that it has not seen: the validation curve stays at the bottom.

### Deeper is not simply better

**Predict first:** one, two and four hidden layers of 100 units, everything else the same, no penalty. Which is the best after 16 epochs?
"""


# %% tags=["nbval-ignore-output"]
def try_net(hidden_dims, weight_scale, learning_rate=1e-3, reg=0.0):
    """Train, print a line, and return the solver."""
    net = FullyConnectedNet(hidden_dims, weight_scale=weight_scale, reg=reg)
    rate = {"learning_rate": learning_rate}
    solver = Solver(net, data, optim_config=rate, lr_decay=0.95, num_epochs=16, verbose=False)
    what = f"{len(hidden_dims)} hidden, weight scale {weight_scale:g}"
    try:
        with np.errstate(all="ignore"):
            solver.train()
        end = np.mean(solver.loss_history[-solver.steps_per_epoch :])
        print(f"{what}: loss {solver.loss_history[0]:.3f} → {end:.3f}, validation {solver.best_val_acc:.3f}")
    except Diverged as error:
        print(f"{what}: {str(error).splitlines()[0]}")
    return solver


found = [try_net(hidden_dims, 1e-2).best_val_acc for hidden_dims in ([100], [100] * 2, [100] * 4)]
assert FULL or found[0] > found[1] + 0.01
assert found[2] < 0.2

# %% [markdown]
r"""
More layers are worse, and with four of them the loss stays at log 10. Nothing is wrong with your code. Look at the numbers that
run through the untrained network:
"""

# %% tags=["nbval-ignore-output"]
net, sizes = FullyConnectedNet([100] * 4, weight_scale=1e-2), []
out = data["X_dev"]
for i in range(1, 5):
    out, _ = net.hidden_forward(i, out)
    sizes.append(np.abs(out).mean())
    print(f"after hidden layer {i}: mean size {sizes[-1]:.1e}")
shrinks = np.array(sizes[:-1]) / sizes[1:]
assert (shrinks > 8).all()

# %% [markdown]
r"""
From layer to layer they become more than ten times smaller, and the gradients shrink likewise on their way back. So larger weights?
"""

# %% tags=["nbval-ignore-output"]
larger = [try_net([100] * 4, weight_scale) for weight_scale in (5e-2, 2e-1)]
assert 0.2 < larger[0].best_val_acc < found[0]

# %% [markdown]
r"""
With five times as much the network learns something, with twenty times as much the first steps explode. For one hidden layer almost
any scale will do; for four it has to be right. What the right scale is, and how to depend less on it, is the subject of assignment 4,
and so are steps that are cleverer than plain gradient descent.

For now, other numbers, found by trying. This is where two hidden layers get with plain steps:
"""

# %% tags=["nbval-ignore-output"]
solver = try_net([100, 100], 2e-2, learning_rate=3e-3, reg=0.2)
print(f"on the test images, once: {solver.check_accuracy(data['X_test'], data['y_test']):.3f}")
assert solver.best_val_acc > (0.49 if FULL else 0.36)

# %% [markdown]
r"""
That is no better than one hidden layer, on so few images. With all of CIFAR-10 it is, a little: .527 after 14 epochs, against .516.
"""

# %% [markdown]
r"""
## What to take with you

* A layer is a forward function with a cache, and a backward function that turns the gradient at its output into gradients at
  its inputs, each of the shape of that input.
* The mask of a ReLU comes from its input, not from the gradient. A max sends the gradient to its winner.
* A loss layer ends at the scores and has the 1/N in it. The penalty is the network's business.
* Before training: the initial loss, the gradient check, fifty images by heart.
* Depth has to be earned. It depends on the scale of the weights whether anything gets through.

**Next:** `mnist_digits` looks into a network that reads handwritten digits.
"""
