# What scripts do with tensors around the training: types, devices, NumPy, printing, indexing.
import numpy as np
import tinygrad_zh as torch

torch.set_printoptions(precision=3, sci_mode=False)
a = torch.tensor([[1.5, 2.25], [3.125, -4.0]])
print(a)
print(torch.arange(6).view(2, 3), torch.tensor([True, False]), torch.tensor(3.14159))
print(f"{a.mean().item():.3f} {a.sum():.1f} {torch.tensor(7)} {a.max():.2e}")
print(torch.get_default_dtype() in (torch.float32, torch.float64))
torch.set_printoptions(profile="default")

b = a.type(torch.LongTensor)
c = a.type(torch.FloatTensor)
d = torch.LongTensor([1, 0])
e = torch.FloatTensor(np.array([[1.0, 2.0]]))
f = torch.FloatTensor(2, 3).zero_()
g = torch.ByteTensor([1, 0]).bool()
h = torch.DoubleTensor(2).fill_(0.5)
empty_like_list = torch.LongTensor(3, 2).shape[0]
is_long, is_float = isinstance(d, torch.LongTensor), isinstance(d, torch.FloatTensor)
kinds = [x.type() for x in (b, c, g, h)]
dtype_checks = [isinstance(a.dtype, torch.dtype), d.dtype == torch.long, a.is_floating_point()]
infinite = torch.tensor([1.0, torch.inf, -torch.inf, torch.nan])
finite, circle = torch.isfinite(infinite), torch.pi * 2

picked = a.gather(1, d.view(-1, 1)).squeeze(1)
one_hot = torch.nn.functional.one_hot(d, num_classes=3).to(torch.float32)
scattered = torch.zeros(2, 3).scatter_(1, d.unsqueeze(1), 1.0)
from_numpy = torch.from_numpy(np.arange(4, dtype=np.float32)).reshape(2, 2).permute(1, 0).contiguous()
back = from_numpy.cpu().detach().numpy() + 1
values, indices = torch.sort(a, dim=1, descending=True)
where = torch.where(a > 0, a, torch.zeros_like(a))
batch = torch.stack([torch.cat([row, row]) for row in a]).unsqueeze(0).expand(3, -1, -1)
a.data.clamp_(min=-1.0)
a[0, :] *= 2
mean, std = a.mean(dim=0, keepdim=True), a.std(dim=0, unbiased=False)
total = torch.sum(a, dim=-1, dtype=torch.float64)
items = [x.item() for x in a.view(-1)]
sizes = [tuple(a.size()), a.size(0), a.dim(), a.numel(), a.element_size() * 0, len(a)]
product = torch.einsum("ij,jk->ik", a, a) + a @ a.t() + torch.matmul(a, a) + torch.mm(a, a)
moved = a.to("cpu", non_blocking=True).double().to(a)
mask = a.gt(0) & ~a.isnan() | (a == 1)
chosen, nonzero = a[mask], mask.nonzero(as_tuple=False)
linspace, eye = torch.linspace(0, 1, steps=5), torch.eye(2)[d]
allclose = torch.allclose(a, a + 1e-9)
variable = a.clone().detach().requires_grad_(True)
(variable ** 2).sum().backward()
gradient = variable.grad
version = isinstance(torch.__version__, str)
