# Parameter groups, weight decay for weights alone, several schedules, accumulated gradients, clipping, averages.
import math

import tinygrad_zh as torch
from tinygrad_zh import nn

model = nn.Sequential(nn.Linear(6, 12), nn.LayerNorm(12), nn.GELU(), nn.Linear(12, 1))

# %% training
decay = [p for name, p in model.named_parameters() if name.endswith("weight") and p.ndim >= 2]
no_decay = [p for name, p in model.named_parameters() if p.ndim < 2]
optimizer = torch.optim.AdamW(
    [{"params": decay, "weight_decay": 0.1}, {"params": no_decay, "weight_decay": 0.0, "lr": 2e-3}], lr=1e-3, eps=1e-4)
warmup = torch.optim.lr_scheduler.LinearLR(optimizer, start_factor=0.1, total_iters=2)
cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=4, eta_min=1e-5)
scheduler = torch.optim.lr_scheduler.SequentialLR(optimizer, schedulers=[warmup, cosine], milestones=[2])
plateau_optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5)
plateau = torch.optim.lr_scheduler.ReduceLROnPlateau(plateau_optimizer, mode="min", factor=0.5, patience=1)
average = torch.optim.swa_utils.AveragedModel(model)

x = torch.randn(24, 6)
y = x[:, :1].sin() + x[:, 1:2] ** 2
accumulation_steps, rates, best = 2, [], math.inf
for epoch in range(3):
    for i, (inputs, targets) in enumerate(zip(x.chunk(4), y.chunk(4))):
        loss = nn.functional.smooth_l1_loss(model(inputs), targets) / accumulation_steps
        loss.backward()
        if (i + 1) % accumulation_steps == 0:
            total_norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 0.5)
            nn.utils.clip_grad_value_(model.parameters(), clip_value=0.1)
            optimizer.step()
            optimizer.zero_grad()
            rates.append([group["lr"] for group in optimizer.param_groups])
            scheduler.step()
    average.update_parameters(model)
    with torch.no_grad():
        validation = nn.functional.mse_loss(model(x), y)
    plateau.step(1.0)
    if validation < best:
        best = float(validation)
    print(f"epoch {epoch:2d} loss {validation:.5f} best {best:.5f} lr {plateau_optimizer.param_groups[0]['lr']}")

vector = nn.utils.parameters_to_vector(model.parameters())
print(vector.numel(), len(optimizer.param_groups), sorted(optimizer.state_dict()))
