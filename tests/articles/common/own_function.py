# Functions with a gradient of one's own, hooks, gradients of gradients, an L1 penalty.
import tinygrad_zh as torch
from tinygrad_zh.autograd import Function, Variable


class MyReLU(Function):
    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return input.clamp(min=0)

    @staticmethod
    def backward(ctx, grad_output):
        (input,) = ctx.saved_tensors
        grad_input = grad_output.clone()
        grad_input[input < 0] = 0
        return grad_input


class StraightThrough(Function):
    @staticmethod
    def forward(ctx, x, levels):
        ctx.levels = levels
        return torch.round(x * levels) / levels

    @staticmethod
    def backward(ctx, grad_output):
        return grad_output, None


N, D_in, H, D_out = 8, 6, 5, 2
x, y = torch.randn(N, D_in), torch.randn(N, D_out)
w1 = torch.randn(D_in, H, requires_grad=True) if False else Variable(torch.randn(D_in, H), requires_grad=True)
w2 = torch.randn(H, D_out).requires_grad_()
norms = []
handle = w1.register_hook(lambda grad: norms.append(grad.norm().item()))

learning_rate, l1_lambda = 1e-2, 1e-3
for t in range(4):
    y_pred = StraightThrough.apply(MyReLU.apply(x.mm(w1)), 16).mm(w2)
    loss = (y_pred - y).pow(2).mean() + l1_lambda * sum(p.abs().sum() for p in (w1, w2))
    loss.backward()
    with torch.no_grad():
        w1 -= learning_rate * w1.grad
        w2 -= learning_rate * w2.grad
        w1.grad.zero_()
        w2.grad = None
    print(t, loss.item())
handle.remove()

# the penalty of WGAN-GP: the gradient of a gradient
critic = torch.nn.Sequential(torch.nn.Linear(D_in, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))

# %%
alpha = torch.rand(N, 1)
interpolates = (alpha * x + (1 - alpha) * x.flip(0)).requires_grad_(True)
d_interpolates = critic(interpolates)
gradients = torch.autograd.grad(
    outputs=d_interpolates, inputs=interpolates, grad_outputs=torch.ones_like(d_interpolates),
    create_graph=True, retain_graph=True, only_inputs=True)[0]
gradient_penalty = ((gradients.view(N, -1).norm(2, dim=1) - 1) ** 2).mean()
gradient_penalty.backward()
print("{:.5f}".format(gradient_penalty))
