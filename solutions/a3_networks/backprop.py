# %% [markdown]
r"""
# Backpropagation

So far a gradient was something you derived on paper: one formula for the hinge, one for the cross-entropy. A network has many layers,
and its formula would fill pages. This notebook replaces the formula by a **procedure**. Break the computation into steps so
small that each one's derivative is obvious, and let each step do its own little part. Nobody needs to see the whole.

Why not just measure the gradient, as the checker does? It moves every number a bit to both sides and computes the loss again.
The small network that will read digits later has 13,002 weights and biases. That makes 26,004 computations of the loss for *one* step
downhill. Backpropagation gets all 13,002 slopes from one computation forward and one backward. You will measure the difference.

**You will write** the gates that everything is made of, a neuron, an engine that differentiates whatever you type, and the four
equations by which networks learn.

**Running time**, once everything is solved: about a quarter of a minute on two cores.
"""

# %% nbg="setup"
import time
from itertools import pairwise
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np

from cs231n_kit import add_to, check, load_mnist, vis
from cs231n_kit.data import make_circles
from cs231n_kit.gradient_check import eval_numerical_gradient, eval_numerical_gradient_array, rel_error

# %% [markdown]
r"""
## 1. A circuit

Take $f = (x + y) \cdot \max(u, z)$ with $x = 1$, $y = 3$, $u = 2$, $z = -1$. Two numbers are added, the larger of two
others is chosen, the results are multiplied: $f = 4 \cdot 2 = 8$. Think of three **gates** and of wires between them. Numbers flow through
it from left to right; that is the **forward** pass.

How much does $f$ change with each of the inputs? Ask each gate only about itself, beginning at the end:

* The last one multiplies 4 by 2. If the 4 grows by a little, $f$ grows by twice as much. If the 2 grows by a little, $f$ grows by
  four times as much.
* The sum $x + y$ grows by exactly as much as $x$ does. So $f$ grows with $x$ by $1 \cdot 2$, and with $y$ as well.
* The maximum follows $u$, which is the larger. So $f$ grows with $u$ by $1 \cdot 4$. And $z$? It could move a little and nobody would
  notice: 0.

That is all of backpropagation. In the picture, each box has its number, and below it the gradient: **how fast the result changes
with it**. Read the numbers from left to right, and the gradients from right to left.
"""


# %%
def box(data, grad, op="", *parents, name=""):
    return SimpleNamespace(data=data, grad=grad, op=op, parents=parents, name=name)


x, y, u, z = box(1, 2, name="x"), box(3, 2, name="y"), box(2, 4, name="u"), box(-1, 0, name="z")
f = box(8, 1, "multiply", box(4, 2, "add", x, y), box(2, 4, "max", u, z), name="f")
ax = vis.computation_graph(f)

# %% [markdown]
r"""
Each gate needed two things. Its **local gradient**, how fast its output changes with each input, which it knows as soon as
numbers have come through it. And the gradient that arrives at its output, from **upstream**. It multiplies the two and passes the
product on:

$$
\underbrace{\frac{\partial f}{\partial\, \text{input}}}_{\text{passed on}}
= \underbrace{\frac{\partial f}{\partial\, \text{output}}}_{\text{upstream}} \cdot
\underbrace{\frac{\partial\, \text{output}}{\partial\, \text{input}}}_{\text{local}}
$$

This is the chain rule, and it is a **local process**: no gate knows what circuit it is part of. Some gates have characters of
their own:

| gate | local gradients | what it does with the gradient from upstream |
|---|---|---|
| $x + y$ | 1 and 1 | a **distributor**: everybody gets all of it |
| $x \cdot y$ | $y$ and $x$ | a **swapper**: each gets it times *the other* number |
| $\max(x, y)$ | 1 for the larger, 0 for the other | a **router**: the winner takes all |

Look at the swapper again: if one input is tiny and the other huge, the tiny one gets the huge gradient. This is why the
scale of the data matters for the gradient of the weights that they are multiplied with.

### Exercise: gate

One function for five gates. The last two take one input: $e^x$, whose derivative is $e^x$ itself, and $1/x$, whose derivative is
$-1/x^2$. (If the two inputs of `max` are equal, give it to whichever you like.)
"""


# %% nbg="exercise backprop-gates"
def gate(op, *inputs):
    """Return the output of a gate and its local gradients.

    op     : "add", "multiply" or "max" with two inputs, "exp" or "inverse" (1/x) with one
    inputs : numbers
    Returns a number and a tuple: the derivative of the output with respect to each input, (slope,) if there is only one.
    """
    # BEGIN SOLUTION
    if op == "add":
        x, y = inputs
        return x + y, (1.0, 1.0)
    if op == "multiply":
        x, y = inputs
        return x * y, (y, x)
    if op == "max":
        x, y = inputs
        return max(x, y), (float(x >= y), float(x < y))
    (x,) = inputs
    if op == "exp":
        return np.exp(x), (np.exp(x),)
    return 1 / x, (-1 / x**2,)
    # END SOLUTION


# %% nbg="check backprop-gates 3"
check("backprop-gates", gate)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("backprop-gates", gate)
# END HIDDEN TESTS

# %% [markdown]
r"""
## 2. A neuron, in stages

A **neuron** multiplies each input by a weight, adds everything up with a bias, and squeezes the sum $z$ into the range from
0 to 1 by the **sigmoid**:

$$
z = \sum_i w_i x_i + b \qquad\qquad \sigma(z) = \frac{1}{1 + e^{-z}}
$$

The derivative of this looks like work. As a circuit it is four gates in a row: times −1, exponential, plus 1, one over. With weights 2 and
−3, bias −3, and inputs −1 and −2, the sum is $-2 + 6 - 3 = 1$. Here is the forward pass; behind it, from the last line up, the
backward pass.

**Predict first:** the gradient begins with 1 at the output. What does the gate 1/x make of it, whose input was 1.37?
"""

# %%
stages, numbers = [("multiply", -1.0), ("exp",), ("add", 1.0), ("inverse",)], [1.0]
local = []
for op, *constant in stages:
    out, slopes = gate(op, numbers[-1], *constant)
    numbers.append(out)
    local.append(slopes[0])
gradients = [1.0]
for slope in reversed(local):
    gradients.insert(0, gradients[0] * slope)

for name, number, gradient in zip(["z", "times −1", "exp", "plus 1", "one over"], numbers, gradients):
    print(f"{name:9} {number:6.2f}    gradient {gradient:6.2f}")
assert round(numbers[-1], 2) == 0.73
assert round(gradients[0], 1) == 0.2

# %% [markdown]
r"""
The output is 0.73, and it changes with $z$ at a rate of 0.20. From there, each weight gets 0.20 times *its input*, each
input 0.20 times *its weight* (swappers), and the bias 0.20.

Where one draws the borders of a gate is a matter of convenience. Take the four together as **one** gate, and it gets a
derivative that is simpler than the way to it:

$$
\sigma'(z) = \frac{e^{-z}}{(1 + e^{-z})^2}
= \frac{1 + e^{-z} - 1}{1 + e^{-z}} \cdot \frac{1}{1 + e^{-z}} = (1 - \sigma(z))\, \sigma(z)
$$

With the output 0.73: $0.27 \cdot 0.73 = 0.20$. All that the backward pass needs is the *output* of the forward pass, so
that is what a sigmoid gate keeps. It is not only shorter.

**Predict first:** what do the two ways say for $z = -800$, where the sigmoid is practically 0, and so is its slope?
"""

# %%
with np.errstate(over="ignore", invalid="ignore"):
    power = np.exp(np.float64(800))  # e^(-z)
    print("four stages:  ", -1 / (1 + power) ** 2 * power * -1)
    s = 1 / (1 + power)
    print("as one module:", (1 - s) * s)

# %% [markdown]
r"""
Zero times infinity is not a number; the module never has to multiply them.

### Exercise: neuron

Forward and backward in one function. The last entry of `w` is the bias.
"""


# %% nbg="exercise backprop-neuron"
def neuron(w, x):
    """Return the output of a sigmoid neuron and its gradients.

    w : (D + 1,), D weights and then the bias      x : (D,), the inputs; both are left as they are
    Returns the output, a number; dw of shape (D + 1,) and dx of shape (D,), how fast it changes with each of them.
    Everything stays finite, also where the weighted sum is in the thousands.
    """
    # BEGIN SOLUTION
    z = w[:-1] @ x + w[-1]
    with np.errstate(over="ignore"):
        out = 1 / (1 + np.exp(-z))
    dz = (1 - out) * out
    dw = dz * np.append(x, 1)
    dx = dz * w[:-1]
    return out, dw, dx
    # END SOLUTION


# %% nbg="check backprop-neuron 3"
check("backprop-neuron", neuron)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("backprop-neuron", neuron)
# END HIDDEN TESTS

# %% [markdown]
r"""
## 3. Numbers that remember

If all a gate needs is local, a program can do the rest. All it takes is a number that remembers where it came from. The class
below does nothing else. Type `a * b + c` with three `Value`s, and Python calls `__mul__` and `__add__`, which send the numbers through
*your* gates and keep, beside the result, the Values that went in and the local gradients. After an
expression is computed, its whole circuit is there, to be walked through backward.
"""


# %% nbg="setup"
class Value:
    """A number that remembers where it came from.

    data            : the number
    parents         : a tuple of the Values that it was computed from; () for an input
    local_gradients : how fast it changes with each of its parents; a tuple of numbers, as long as `parents`
    grad            : how fast a result changes with it; what result.backward() is there to find out
    """

    def __init__(self, data, parents=(), local_gradients=(), op="", name=""):
        self.data, self.parents, self.local_gradients = data, parents, local_gradients
        self.op, self.name, self.grad = op, name, 0.0

    def __repr__(self):
        return f"Value({self.data:.4g}, grad={self.grad:.4g})"

    def __add__(self, other):
        return through_gate("add", self, other)

    def __mul__(self, other):
        return through_gate("multiply", self, other)

    def maximum(self, other):
        return through_gate("max", self, other)

    def exp(self):
        return through_gate("exp", self)

    def inverse(self):
        return through_gate("inverse", self)

    __radd__, __rmul__ = __add__, __mul__  # for 2 + a and 2 * a

    def __sub__(self, other):
        return self + -1 * other


def through_gate(op, *inputs):
    """Return the Value that comes out of a gate. Plain numbers become Values, too."""
    values = tuple(v if isinstance(v, Value) else Value(v) for v in inputs)
    out, local_gradients = gate(op, *(v.data for v in values))
    return Value(out, values, local_gradients, op)


# %%
x, y, u, z = Value(1.0, name="x"), Value(3.0, name="y"), Value(2.0, name="u"), Value(-1.0, name="z")
f = (x + y) * u.maximum(z)
print("f =", f.data)
print("its parents:        ", f.parents)
print("its local gradients:", f.local_gradients)

# %% [markdown]
r"""
### Where wires fork

Now let one number be used twice: $f = (x + y) \cdot \max(y, z)$. If $y$ grows, the sum grows *and* the maximum grows. $f$ feels
both, so **the gradients that come back along the two wires add up**:

$$
\frac{\partial f}{\partial y} = \sum_{\text{wires from } y \text{ to a gate } g} \frac{\partial f}{\partial g} \cdot \frac{\partial g}{\partial y}
$$

In code this is one character: `y.grad += ...`, not `y.grad = ...`. It is among the most frequent mistakes of all, since without forks
nobody notices.

**Predict first:** with $x = 1$, $y = 3$, $z = -1$, what are the gradients of $x$, $y$ and $z$? And what is $\partial (a \cdot a) / \partial a$,
if the swapper does its work twice?

### Who goes first?

A Value may pass its gradient on only when that is *complete*: when everything that uses it has reported. Look at
$a = x y$, $f = a + e^a$. From the result, $a$ is one step away. If it passed its gradient on at once, the part that comes
through $e^a$ would be missing from all that lies behind $a$. So the order matters, and this one is right:

> **Every Value comes after all the Values that use it.**

It is called a topological order. One way to find it: walk from the result toward the inputs, and write down each Value *after* you have
been to everything that it was computed from. Then no Value stands before its parents in the list, and read from its end, the list
is the order we want. Another way: count for each Value how many times it is used, and let it go when that many reports
have come in.

And **go to each Value once**. It is tempting to walk along every path from the result to the inputs, and to add up what
comes along each. That is right, since sums of products of local gradients are what a gradient is. But look at $b = a + a$,
$c = b + b$, $d = c + c$: three additions, and 8 paths from $d$ to $a$. After 30 additions it is a billion.

### Exercise: backward

Use only `parents` and `local_gradients`: whatever comes out of a gate will do, also of gates that don't exist yet. Remember by
*identity* where you have been (`value in some_set` does that): two Values with the same number are still two. A function that calls itself
will do: the graphs here are not deep. (Python lets it go about a thousand calls deep.)
"""


# %% nbg="exercise backprop-value"
@add_to(Value)
def backward(self):
    """Set `grad` of this Value to 1, and of every Value that it was computed from to its derivative with respect to that.

    What stood in their `grad` before doesn't count: calling it twice gives the same as calling it once. Values that this
    one was not computed from keep what they have. Nothing but `grad` is changed. Returns nothing.
    Every Value is dealt with once, however many paths lead through it.
    """
    # BEGIN SOLUTION
    order, seen, waiting = [], set(), [(self, False)]
    while waiting:
        value, is_after_parents = waiting.pop()
        if is_after_parents:
            order.append(value)
        elif value not in seen:
            seen.add(value)
            value.grad = 0.0
            waiting.append((value, True))
            waiting.extend((parent, False) for parent in value.parents)
    self.grad = 1.0
    for value in reversed(order):
        for parent, slope in zip(value.parents, value.local_gradients):
            parent.grad += value.grad * slope
    # END SOLUTION


# %% nbg="check backprop-value 5"
check("backprop-value", Value)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("backprop-value", Value)
# END HIDDEN TESTS

# %%
x, y, z = Value(1.0, name="x"), Value(3.0, name="y"), Value(-1.0, name="z")
f = (x + y) * y.maximum(z)
f.backward()
ax = vis.computation_graph(f)
assert (x.grad, y.grad, z.grad) == (3.0, 7.0, 0.0)

# %% [markdown]
r"""
$y$ has 3 from the sum and 4 from the maximum: 7. (And $a \cdot a$ sends $a$ back along each of its two wires, which makes $2a$.) Now the neuron of the last section, as it was typed. You never told anybody how
to differentiate it.
"""

# %%
w0, w1, b = Value(2.0, name="w0"), Value(-3.0, name="w1"), Value(-3.0, name="b")
x0, x1 = Value(-1.0, name="x0"), Value(-2.0, name="x1")
out = ((w0 * x0 + w1 * x1 + b) * -1).exp() + 1
out = out.inverse()
out.backward()
ax = vis.computation_graph(out)
_, dw, dx = neuron(np.array([2.0, -3.0, -3.0]), np.array([-1.0, -2.0]))
assert np.allclose([w0.grad, w1.grad, b.grad, x0.grad, x1.grad], [*dw, *dx])

# %% [markdown]
r"""
Follow the gradient from right to left: 1, −0.53, −0.53, −0.197, 0.197. You have seen these numbers. Then a distributor hands 0.197 to
everybody, and the swappers finish it.

And since borders between gates are a matter of convenience, nobody stops you from adding the whole sigmoid as a gate of its own. Your
`backward` doesn't care what a gate is called:
"""


# %% tags=["thumbnail"]
def as_one_gate(z):
    s = 1 / (1 + np.exp(-z.data))
    return Value(s, (z,), ((1 - s) * s,), "σ")


out = as_one_gate(w0 * x0 + w1 * x1 + b)
out.backward()
ax = vis.computation_graph(out)

# %% [markdown]
r"""
Try what you like: put an expression into the next cell. It is differentiated twice, by your engine and numerically.
"""


# %%
def try_it(expression, *numbers):
    """Print the gradients of an expression, by the engine and by centered differences."""
    inputs = [Value(number) for number in numbers]
    expression(*inputs).backward()
    by_engine = np.array([value.grad for value in inputs])
    numerical = eval_numerical_gradient(lambda v: float(expression(*map(Value, v)).data), np.array(numbers))
    print("by the engine:", by_engine.round(6), "   numerically:", numerical.round(6))
    assert rel_error(by_engine, numerical) < 1e-6


try_it(lambda x, y: x * x * y + (x * y).exp(), 0.5, -1.2)
try_it(lambda x, y, z: (x + y * z).maximum(y) * (y - x).inverse(), 2.0, -1.0, 0.5)
try_it(lambda x: x * x.exp() * (x + 1).inverse() - x * 3, 0.7)

# %% [markdown]
r"""
What you have just written is, in small, what PyTorch does: it keeps the circuit, knows the local gradients of hundreds of
gates, and walks back. One difference: PyTorch does *not* forget what stood in `grad` before, it adds to it. That is why
training loops there begin with `zero_grad()`, and why forgetting it is a classic.

### Question 1: two versions of backward

1. In somebody's version it says `parent.grad = ...` instead of `+=`. For which of these is `x.grad` right all the same:
   `x * y`, `x * x`, `x + x * y`, `x.exp() * y`?
2. Somebody else's version adds up properly, but deals with the Values in the order of their distance from the result: first the
   result, then its parents, then the parents' parents, each once, when first met. Give an expression with an input
   `x` for which this goes wrong, and say what is missing from `x.grad`.

(2 points)
"""

# %% [markdown] nbg="answer backprop-question-order 2"
r"""
1. For those in which x is used once: `x * y` and `x.exp() * y`. With `x * x` the second report replaces the first: x instead of
   2x. With `x + x * y`, one of 1 and y is lost, depending on the order.
2. For example a = x · y, f = a + e^a. Both a and e^a are parents of f, so a may come first. It passes the gradient 1 on to x,
   and only then gets its second part, e^a, which never arrives at x: x.grad is y instead of y · (1 + e^a). Any expression will do in which
   a gate's output (not an input) is used both directly by the result and by something else that the result needs.

*One point for each part. In part 2, an input that is used twice is not enough: an input has nothing to pass on.*
"""

# %% [markdown]
r"""
## 4. A chain of neurons

Now layers. The simplest network has one neuron in each: the output of one is the input of the next,

$$
z_l = w_l\, a_{l-1} + b_l \qquad a_l = \sigma(z_l) \qquad a_0 = x \qquad C = \tfrac{1}{2} (a_L - y)^2
$$

$C$ is the **cost**, the squared distance from what we wanted, $y$. (The ½ is there to cancel the 2 of the derivative. Some leave it
out.) How does $C$ depend on a weight far from the end? Nudge it by 0.001 and watch the change travel:

**Predict first:** will the change be larger or smaller at the end of the chain?
"""


# %% nbg="setup"
def sigmoid(z):
    """The sigmoid of every entry, in a form that cannot overflow."""
    return 0.5 * (1 + np.tanh(0.5 * z))


# %%
def along_the_chain(w, b, x, y):
    """Return every number on the way from the first weight to the cost."""
    numbers, a = [w[0]], x
    for weight, bias in zip(w, b):
        z = weight * a + bias
        a = sigmoid(z)
        numbers += [z, a]
    return [*numbers, 0.5 * (a - y) ** 2]


w, b, x, y = np.array([0.8, -1.5, 2.0]), np.array([0.3, 0.5, -0.4]), 1.2, 1.0
before = along_the_chain(w, b, x, y)
after = along_the_chain(w + np.array([0.001, 0, 0]), b, x, y)
ax = vis.nudges(["$w_1$", "$z_1$", "$a_1$", "$z_2$", "$a_2$", "$z_3$", "$a_3$", "$C$"], before, after)
changes = np.subtract(after, before)
factors = changes[1:] / changes[:-1]
print("the factors:", np.round(factors, 3))
print(f"their product, {np.prod(factors):.6f}, is the slope of C with respect to w_1")

# %% [markdown]
r"""
Between two lines stands a factor: how many times larger the change is on the next line. From $w_1$ to $z_1$ it is $a_0 = 1.2$. From
$z$ to $a$ it is $\sigma'(z) = a(1 - a)$, which is never more than ¼. From $a_{l-1}$ to $z_l$ it is the weight $w_l$, here once negative, which turns
the arrow around. The last is $a_3 - y$.

The slope is the product of all. Of the 0.001 at the beginning, 0.000015 has arrived. Written as fractions:

$$
\frac{\partial C}{\partial w_l} = \frac{\partial z_l}{\partial w_l}\, \frac{\partial a_l}{\partial z_l}\, \frac{\partial C}{\partial a_l}
= a_{l-1} \; \sigma'(z_l) \; \frac{\partial C}{\partial a_l}
\qquad
\frac{\partial C}{\partial b_l} = 1 \cdot \sigma'(z_l)\, \frac{\partial C}{\partial a_l}
\qquad
\frac{\partial C}{\partial a_{l-1}} = w_l \; \sigma'(z_l)\, \frac{\partial C}{\partial a_l}
$$

The third is what makes it a procedure: $\partial C / \partial a_{l-1}$ is what the layer before needs. Everything from layer $l$
on is used again for all the layers below, and never computed twice.

(Each sigmoid costs a factor of ¼ or less. After ten layers, little is left of the gradient unless the weights make up for it: it
**vanishes**. There will be more about that.)

### Exercise: chain_gradients

`sigmoid` is given, above. For its slope, mind what it is a function of: $\sigma'$ of $z$, or $a(1 - a)$ of what has become of $z$.
"""


# %% nbg="exercise backprop-chain"
def chain_gradients(w, b, x, y):
    """Return the cost of a chain of sigmoid neurons, and its gradients.

    w, b : (L,), weight and bias of each layer      x, y : the input, and the output that is wanted, numbers
    Returns the cost (a_L - y)**2 / 2, dw and db of shape (L,), and dx, a number.
    """
    # BEGIN SOLUTION
    activations = [x]
    for layer in range(len(w)):
        activations.append(sigmoid(w[layer] * activations[-1] + b[layer]))
    error = activations[-1] - y
    dw, db = np.zeros(len(w)), np.zeros(len(w))
    da = error
    for layer in reversed(range(len(w))):
        a_before, a = activations[layer], activations[layer + 1]
        dz = da * a * (1 - a)
        dw[layer] = dz * a_before
        db[layer] = dz
        da = dz * w[layer]
    return 0.5 * error**2, dw, db, da
    # END SOLUTION


# %% nbg="check backprop-chain 3"
check("backprop-chain", chain_gradients)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("backprop-chain", chain_gradients)
# END HIDDEN TESTS

# %%
_, dw, db, dx = chain_gradients(w, b, x, y)
print(f"dw_1 by your formulas: {dw[0]:.6f}     by the nudge: {np.prod(factors):.6f}")
assert rel_error(dw, eval_numerical_gradient(lambda v: chain_gradients(v, b, x, y)[0], w)) < 1e-8

# %% [markdown]
r"""
The last digits differ, for a nudge of 0.001 is small but not infinitely small, and the slope changes a little on the way.

## 5. Many neurons: a sum of wishes

With several neurons in a layer, each feeds *all* neurons of the next. You know what happens at forks: the gradients add up, one
for each path,

$$
\frac{\partial C}{\partial a^{l-1}_j} = \sum_k w^l_{jk}\; \sigma'(z^l_k)\; \frac{\partial C}{\partial a^l_k} .
$$

Here is a way to read it. Imagine a picture of a handwritten 2, six hidden neurons, and ten outputs, one for each digit. The output neuron "2" wishes to be higher, and the other nine wish to
be lower, the more urgently the farther off they are. None of them can change itself, but each can tell the neurons before it what it would
like them to do: go up if the weight between them has the right sign, down if not, and in proportion to that weight. A hidden
neuron hears ten wishes. It adds them up, and passes its own on in the same manner. On the left below (with made-up weights and activations), a row is what one output
neuron wishes of the six hidden ones; the last row is the sum.

And every image has wishes of its own. What is good for this 2 may be bad for the next 7. So in the end one takes the **average over the
examples** of what they wish for each weight: that is minus the gradient of the average cost.
"""

# %%
rng = np.random.default_rng(3)
W, hidden = 0.6 * rng.normal(size=(6, 10)), rng.uniform(size=(8, 6))  # weights to ten outputs, eight images
shown = np.array([2, 7, 1, 0, 2, 9, 4, 3])
dz = sigmoid(hidden @ W) - np.eye(10)[shown]  # (8, 10), of the cross-entropy, of which more below
by_output = -dz[0][:, None] * W.T  # (10, 6), for the first image
by_image = -hidden * dz[:, [2]]  # (8, 6), for the weights into the output neuron "2"


def table(ax, numbers, rows, columns, strongest, form):
    """Draw numbers as a table, violet above zero and orange below."""
    ax.imshow(numbers, cmap="PuOr", vmin=-strongest, vmax=strongest, aspect="auto")
    for (row, column), number in np.ndenumerate(numbers):
        color = "white" if abs(number) > 0.65 * strongest else "black"
        ax.text(column, row, form.format(number).replace("-", "−"), ha="center", va="center", fontsize=9, color=color)
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(rows)), rows)


_, (left, right) = plt.subplots(1, 2, figsize=(8.5, 4.2), layout="constrained")
totals = np.vstack([by_output, by_output.sum(axis=0)])
table(left, totals, [*range(10), "sum"], [f"$a_{j}$" for j in range(6)], 1.6, "{:+.2f}")
left.axhline(9.5, color="black", linewidth=2)
left.set_title("one image of a 2: what outputs wish of $a_j$", fontsize=10)
vis.describe(left, "Ten rows of wishes, of both signs in each column, and their sum below.")
means = np.vstack([by_image, by_image.mean(axis=0)])
table(right, means, [*(f"a {d}" for d in shown), "mean"], [f"$w_{j}$" for j in range(6)], 1.6, "{:+.2f}")
right.axhline(7.5, color="black", linewidth=2)
right.set_title('what images wish of the weights into "2"', fontsize=10)
vis.describe(
    right,
    "Eight rows of wishes: all positive for the two images of a 2, all negative for the others, and negative in the mean.",
)
assert np.array_equal(np.all(by_image > 0, axis=1), shown == 2)
assert np.array_equal(np.all(by_image < 0, axis=1), shown != 2)
assert np.all(means[-1] < 0)

# %% [markdown]
r"""
The average on the right says *less*, since only two of these eight images are 2s. You see something else there: the rows of the two 2s
are all positive, *more weight, from everybody*, and the other rows are all negative. Why? By $\partial C / \partial w_{jk} = a_j \, \partial C / \partial z_k$, each weight's wish is proportional to the
activation that it carries, and these activations lie between 0 and 1. The more active a neuron was, the more its weight is
changed. Those who know about brains are reminded of Hebb's rule: what fires together, wires together.

### Question 2: spot the mistake

> *Activations are positive, for nearly every activation function in use. So all the weights that lead into a neuron are always moved in
> the same direction by one example: all up, or all down.*

The next cell pushes standard normal numbers through five activation functions. For which of them is the first sentence true? What is
right about the second one, if one repairs the first? And why might one *not* like activations that are all positive? (2 points)
"""

# %%
z = np.random.default_rng(0).normal(size=100_000)
functions = {
    "sigmoid": sigmoid(z),
    "tanh": np.tanh(z),
    "ReLU": np.maximum(0, z),
    "leaky ReLU": np.where(z > 0, z, 0.01 * z),
    "linear": z,
}
for name, a in functions.items():
    print(f"{name:10}  positive {np.mean(a > 0):4.0%}   zero {np.mean(a == 0):4.0%}   negative {np.mean(a < 0):4.0%}")

# %% [markdown] nbg="answer backprop-question-positive 2"
r"""
Only for the sigmoid are all of them positive. ReLU is never negative, but half of its activations are exactly 0; tanh, leaky ReLU
and linear units are negative half of the time.

Right: the gradient of a weight is its activation times the δ of the neuron, which is one number for all of its weights. If
the activations are all positive, then all these gradients have the sign of δ. (With ReLU: that sign, or 0.)

One might not like it since all weights of a neuron can then only go up together or down together in a step on one example. If some
should go up and others down, the way there is a zigzag. Averaging over a batch softens this, for different examples have different signs of δ.

*One point for which functions; one for the common sign and its drawback.*
"""

# %% [markdown]
r"""
## 6. Four equations

Time to drop the indices. Put the batch into rows: $A^0 = X$ has the shape $(N, D_0)$, the weights of layer $l$ are $W^l: (D_{l-1}, D_l)$, and

$$
Z^l = A^{l-1} W^l + b^l \qquad A^l = \sigma(Z^l) \qquad Z^l, A^l: (N, D_l) .
$$

The quantity that travels backward is usually the gradient *before* the sigmoid. It is called the **error** of a layer,
$\delta^l = \partial C / \partial Z^l$, and has the shape of $Z^l$. With $\odot$ for products entry by entry, everything is in four
lines:

$$
\begin{aligned}
\text{(BP1)} && \delta^L &= \frac{\partial C}{\partial A^L} \odot \sigma'(Z^L) && (N, D_L) \\
\text{(BP2)} && \delta^{l} &= \delta^{l+1} (W^{l+1})^\top \odot \sigma'(Z^l) && (N, D_{l+1}) \cdot (D_{l+1}, D_l) \to (N, D_l) \\
\text{(BP3)} && \frac{\partial C}{\partial b^l} &= \sum_i \delta^l_i && (D_l,) \\
\text{(BP4)} && \frac{\partial C}{\partial W^l} &= (A^{l-1})^\top \delta^l && (D_{l-1}, N) \cdot (N, D_l) \to (D_{l-1}, D_l)
\end{aligned}
$$

They say what you know. BP2 is the sum over paths, as a matrix product. BP3: a bias is shared by all examples, a fork, so it
collects from all of them. BP4: activation times error, summed over the examples. (In books where an example is a column, all
products stand the other way around. And beware of summaries in which *every* product is entry by entry: in BP2 and BP4 there
are sums inside.)

**Two costs.** Only BP1 depends on it. For the **mean squared error**

$$
C = \frac{1}{2N} \sum_{i,k} (a_{ik} - y_{ik})^2
\qquad\Longrightarrow\qquad \delta^L = \tfrac{1}{N} (A^L - Y) \odot \sigma'(Z^L) .
$$

For the **cross-entropy**, with each output neuron seen as a probability of a yes-or-no question of its own,

$$
C = -\frac{1}{N} \sum_{i,k} \big[\, y_{ik} \ln a_{ik} + (1 - y_{ik}) \ln (1 - a_{ik}) \,\big]
\qquad\Longrightarrow\qquad
\frac{\partial C}{\partial a} = \frac{1}{N} \cdot \frac{a - y}{a (1 - a)}
\qquad\Longrightarrow\qquad \delta^L = \tfrac{1}{N} (A^L - Y) ,
$$

since $a(1-a)$ is just $\sigma'(z)$, and cancels. *What you said, minus what was true*, once more. An output that is surely wrong ($a$ near 1,
$y = 0$) has a large error here; with the squared one it has almost none, because $\sigma'$ is almost 0. A network like that learns slowly just
when it is most wrong.

The mean over the examples needs to be taken once, and BP1 is a good place: with $1/N$ in $\delta^L$, it is in everything that
follows.

### Check the shapes, and write a tiny example first

Nobody remembers where the transposes go. You don't have to: a gradient has the **shape of what it is the gradient of**, and mostly there
is only one way to multiply two matrices into that shape. For $Z = AW$ with $A: (3, 2)$ and $W: (2, 4)$, and an upstream gradient of the shape
of $Z$: which products could give something of the shape of $W$? Then try it on these few numbers, against the kit's
numerical gradient.
"""

# %%
rng = np.random.default_rng(0)
A, W, upstream = rng.normal(size=(3, 2)), rng.normal(size=(2, 4)), rng.normal(size=(3, 4))
dW, dA = A.T @ upstream, upstream @ W.T
print("dW", dW.shape, "   dA", dA.shape)
assert rel_error(dW, eval_numerical_gradient_array(lambda v: A @ v, W, upstream)) < 1e-8
assert rel_error(dA, eval_numerical_gradient_array(lambda v: v @ W, A, upstream)) < 1e-8

# %% [markdown]
r"""
Choose sizes that are *all different*. With square matrices a forgotten transpose has the right shape, and wrong numbers.

Below is the cost, to be differentiated. (It computes the cross-entropy from $z$ rather than from $a$, which is the same, and can't meet the logarithm
of 0.)
"""


# %% nbg="setup"
def network_cost(weights, biases, X, Y, cost):
    """Return the mean cost of a network of sigmoid layers: "mse" or "cross-entropy". Arguments as in `backpropagate`."""
    A = X
    for W, b in zip(weights, biases):
        Z = A @ W + b
        A = sigmoid(Z)
    if cost == "mse":
        return 0.5 * np.sum((A - Y) ** 2) / len(X)
    return np.sum(np.logaddexp(0, Z) - Y * Z) / len(X)


# %% [markdown]
r"""
### Exercise: backpropagate

Forward, with everything kept that the way back needs; then back, layer by layer. A loop over the layers, but none over
the examples.
"""


# %% nbg="exercise backprop-matrix"
def backpropagate(weights, biases, X, Y, cost):
    """Return the gradient of network_cost(weights, biases, X, Y, cost) for every layer.

    weights : a list of (D_{l-1}, D_l)      biases : a list of (D_l,)      all of them are left as they are
    X : (N, D_0), the inputs                Y : (N, D_L), the outputs that are wanted
    cost : "mse", which is half of the squared error, summed over outputs and averaged over examples, or "cross-entropy"
    Returns two lists of arrays, of the shapes of `weights` and `biases` and in their order.
    """
    # BEGIN SOLUTION
    activations = [X]
    for layer, W in enumerate(weights):
        activations.append(sigmoid(activations[-1] @ W + biases[layer]))
    slopes = [a * (1 - a) for a in activations[1:]]
    delta = (activations[-1] - Y) / len(X)
    if cost == "mse":
        delta = delta * slopes[-1]
    dweights, dbiases = [], []
    for layer in reversed(range(len(weights))):
        dweights.insert(0, activations[layer].T @ delta)
        dbiases.insert(0, delta.sum(axis=0))
        if layer > 0:
            delta = delta @ weights[layer].T * slopes[layer - 1]
    return dweights, dbiases
    # END SOLUTION


# %% nbg="check backprop-matrix 6"
check("backprop-matrix", backpropagate)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("backprop-matrix", backpropagate)
# END HIDDEN TESTS


# %% [markdown]
r"""
Three ways to the same gradient. The numerical one: slow, and only nearly right. Your engine, which knows nothing of matrices, for
one image and one neuron after the other. And the four equations.
"""


# %%
def new_network(sizes, seed=0):
    rng = np.random.default_rng(seed)
    weights = [rng.normal(size=(m, n)) / np.sqrt(m) for m, n in pairwise(sizes)]
    return weights, [np.zeros(n) for n in sizes[1:]]


weights, biases = new_network([2, 3, 1], seed=4)
X, Y = np.array([[0.5, -1.2]]), np.array([[1.0]])
dweights, dbiases = backpropagate(weights, biases, X, Y, "mse")
numerical = eval_numerical_gradient(lambda W: network_cost([W, weights[1]], biases, X, Y, "mse"), weights[0])

as_values = [[[Value(w) for w in row] for row in W] for W in weights]
a = [Value(x) for x in X[0]]
for W, b in zip(as_values, biases):
    sums = [sum(a[j] * W[j][k] for j in range(len(a))) + b[k] for k in range(len(b))]
    a = [as_one_gate(z) for z in sums]
error = a[0] - Y[0, 0]
(error * error * 0.5).backward()
by_engine = np.array([[w.grad for w in row] for row in as_values[0]])

print("four equations", dweights[0][0], "\nyour engine   ", by_engine[0], "\nnumerical     ", numerical[0])
assert rel_error(dweights[0], by_engine) < 1e-12
assert rel_error(dweights[0], numerical) < 1e-8

# %% [markdown]
r"""
Now the network for digits, 784 inputs, two hidden layers of 16, ten outputs, with 100 images. How long does its gradient take, and
how long *would* the numerical one take?
"""

# %% tags=["nbval-ignore-output"]
digits, labels = load_mnist()[:2]
X, Y = digits[:100].reshape(100, 784).astype(np.float64) / 255, np.eye(10)[labels[:100]]
weights, biases = new_network([784, 16, 16, 10])
count = sum(p.size for p in weights + biases)


def shortest(function, repeats=50):
    """Return the least time that a call takes, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        function(weights, biases, X, Y, "cross-entropy")
        times.append(time.perf_counter() - start)
    return min(times)


forward, both = shortest(network_cost), shortest(backpropagate)
print(f"{count:,} parameters")
print(f"the cost once:              {1e3 * forward:8.2f} ms")
print(f"all gradients, by backprop: {1e3 * both:8.2f} ms")
print(f"all gradients, numerically: {1e3 * 2 * count * forward:8.2f} ms, if we waited for it")

# %% [markdown]
r"""
The gradient costs a few times what the cost itself does, however many parameters there are. Without that, there would be no deep
learning.

It learns, too. Two classes that no straight line can part, eight hidden neurons, and two thousand steps downhill:
"""

# %%
X, y = make_circles(np.random.default_rng(0))
Y = y[:, None].astype(np.float64)
weights, biases = new_network([2, 8, 1], seed=1)
losses = []
for _ in range(2000):
    dweights, dbiases = backpropagate(weights, biases, X, Y, "cross-entropy")
    weights = [W - 3.0 * dW for W, dW in zip(weights, dweights)]
    biases = [b - 3.0 * db for b, db in zip(biases, dbiases)]
    losses.append(network_cost(weights, biases, X, Y, "cross-entropy"))


def predict(points):
    return (sigmoid(sigmoid(points @ weights[0] + biases[0]) @ weights[1] + biases[1])[:, 0] > 0.5).astype(int)


print(f"right: {np.mean(predict(X) == y):.3f} of the training points, cost {losses[0]:.2f} → {losses[-1]:.3f}")
assert np.mean(predict(X) == y) > 0.97
ax = vis.decision_regions(predict, X, y)

# %% [markdown]
r"""
A hidden neuron by itself draws a straight border. Eight of them, added up, close a ring.

## 7. Jacobians, and how not to compute them

One more way to see it, which covers every layer there will ever be. A layer turns a row of $n$ numbers $x$ into $m$ numbers
$y$. All its local gradients fill a table, the **Jacobian**

$$
J_{kj} = \frac{\partial y_k}{\partial x_j} \qquad J: (m, n),
\qquad\qquad
\underbrace{g_x}_{(1, n)} = \underbrace{g_y}_{(1, m)} \; J
$$

with $g_y$ for the gradient from upstream, as a row. *Gradient = upstream times J*: sum over paths, again. Chains of layers are products of Jacobians, and
backpropagation computes them **from the left**, where a row stands, so that there is never more than a row times a matrix.

But hardly anyone ever writes a Jacobian down. For a ReLU, $y_k$ depends on $x_k$ only, so that $J$ is zero but for its diagonal. For a
batch of 100 rows with 1,000 neurons, taken as one long row, $J$ has $100{,}000^2$ entries, 80 gigabytes, and all it does is to
multiply every entry of $g_y$ by 0 or 1. So one asks of a layer only for a function that gives $g_y J$, whatever way it likes.

### Question 3: spot the mistake

> *Going back through a ReLU, $y = \max(0, x)$: look at the gradient $\delta$ that comes from upstream. Where it is negative, set it to zero;
> otherwise, leave it as it is.*

Say what it should be. What comes out, and what should, for $x = (1, -2, 3, -1)$ and $\delta = (-4, 5, 6, -7)$? And what can
a network that is trained like this never do? (2 points)
"""

# %% [markdown] nbg="answer backprop-question-relu 2"
r"""
What counts is the sign of the number that went *in* on the way forward, not the sign of what comes back: the local gradient is 1 where
x > 0 and 0 where x < 0 (a router between x and 0), and upstream gradients of either sign pass where x > 0. So the forward pass
has to keep x, or the mask. (At x = 0 exactly, 0 and 1 are both accepted.)

It should be (−4, 0, 6, 0). The rule in the text gives (0, 5, 6, 0): wrong at the first entry, which is stopped, and the second,
which passes.

No activation could ever be pushed *up*: a negative gradient means that the cost falls if this number grows, and all of these
are thrown away. Gradients also get into neurons that were off, and had no influence on the cost.

*One point for the mask and the numbers, one for a consequence.*
"""

# %% [markdown]
r"""
### The Jacobian of the softmax

Here is one that is *not* diagonal: every probability depends on every score. With $p = \text{softmax}(s)$,

$$
\frac{\partial p_k}{\partial s_j} = \begin{cases} p_k (1 - p_k) & \text{if } k = j \\ -p_k\, p_j & \text{if } k \neq j \end{cases}
\qquad\text{or}\qquad J = \text{diag}(p) - p^\top p .
$$

Raise one score and its own probability grows; all others shrink to make room, the large ones most.

**Predict first:** what is the sum of each row, and why?
"""

# %%
p = np.array([0.5, 0.3, 0.15, 0.05])
J = np.diag(p) - np.outer(p, p)
_, ax = plt.subplots(figsize=(3.6, 3.2), layout="constrained")
table(ax, J, [f"$p_{k}$ = {value}" for k, value in enumerate(p)], [f"$s_{j}$" for j in range(4)], 0.3, "{:.3f}")
vis.describe(ax, "A table of four by four: positive on the diagonal, .25 at most, and negative everywhere else.")
print("sums of the rows:", J.sum(axis=1).round(12))

# %% [markdown]
r"""
Zero: if all scores rise alike, nothing changes, as you used when you subtracted the maximum.

With $N$ rows and $C$ classes there are $N$ such tables, $N C^2$ numbers. Multiply $g J$ out on paper with the two cases, for one entry $j$, and
look for a sum that is the same for all $j$. Then neither the tables nor a loop is needed.

### Exercise: softmax_backward
"""


# %% nbg="exercise backprop-jacobian"
def softmax_backward(probabilities, upstream):
    """Return the gradient at the scores, given the gradient at the probabilities that the softmax made of them.

    probabilities : (N, C), what the softmax gave, row by row      upstream : (N, C), the gradient of a loss at each of them
    Returns (N, C). No loops, and no array of the shape (N, C, C).
    """
    # BEGIN SOLUTION
    shared = np.sum(probabilities * upstream, axis=1, keepdims=True)
    return probabilities * (upstream - shared)
    # END SOLUTION


# %% nbg="check backprop-jacobian 3"
check("backprop-jacobian", softmax_backward)
# BEGIN HIDDEN TESTS
from autograder import grade

grade("backprop-jacobian", softmax_backward)
# END HIDDEN TESTS

# %% [markdown]
r"""
For a classifier, the loss of a row is the **log-likelihood** cost $C = -\ln p_y$, where $y$ is the right class. Its gradient at the probabilities is
$-1/p_y$ in the place of the right class, and 0 in all others. Send that through the softmax:
"""

# %%
rng = np.random.default_rng(0)
p, labels = rng.dirichlet(np.ones(4), size=3), np.array([2, 0, 1])
Y = np.eye(4)[labels]
upstream = -Y / p
print("from upstream:\n", upstream.round(2))
print("at the scores:\n", softmax_backward(p, upstream).round(2))
print("p − Y:\n", (p - Y).round(2))
assert rel_error(softmax_backward(p, upstream), p - Y) < 1e-12

# %% [markdown]
r"""
### Question 4: prove it

The cell shows for a few numbers that softmax with the log-likelihood cost gives $\delta_j = p_j - y_j$, where $y_j$ is 1 for the right class
and 0 for the others: the same as sigmoid outputs with their cross-entropy. Prove it with the Jacobian above. Treat the two
cases, $j$ the right class and $j$ another one, separately. (2 points)
"""

# %% [markdown] nbg="answer backprop-question-softmax 2"
r"""
Let r be the right class. Upstream is $g_k = -1/p_r$ for $k = r$ and 0 otherwise, so that of the sum over $k$ only one term is left:
$\delta_j = \sum_k g_k J_{kj} = -\frac{1}{p_r} J_{rj}$.

Case $j = r$: $J_{rr} = p_r (1 - p_r)$, hence $\delta_r = -(1 - p_r) = p_r - 1$, and $y_r = 1$.

Case $j \neq r$: $J_{rj} = -p_r p_j$, hence $\delta_j = p_j$, and $y_j = 0$.

In both cases $\delta_j = p_j - y_j$.

*One point for each case. An argument by the logarithm of the sum, as in the softmax notebook, is right, too, if both cases are told apart.*
"""

# %% [markdown]
r"""
## What to take with you

* Backpropagation is the chain rule, done locally: **passed on = upstream × local**. Forward, every gate keeps what its local
  gradient needs; backward, it multiplies.
* Add distributes, multiply swaps, max routes. Where wires fork, gradients add up.
* Deal with each value once, and after all that use it. Then the whole gradient costs about as much as computing the function a few times.
* In matrices: error times transposed weights, times slope; activation transposed times error. **A gradient has the shape of its
  variable**; try a tiny example with sizes that are all different.
* The mask of a ReLU and the slope of a sigmoid come from the *forward* pass.
* Sigmoid with cross-entropy and softmax with log-likelihood both give *what you said minus what was true*.

**Next:** `two_layer_net`: the same by hand for one real network, and what it can do that no template can.
"""
