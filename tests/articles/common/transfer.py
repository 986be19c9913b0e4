# Transfer learning: save a model, load what fits, freeze the rest, resume a checkpoint.
import copy
import os

import tinygrad_zh as torch
import tinygrad_zh.nn as nn
from tinygrad_zh.optim import SGD


class Backbone(nn.Module):
    def __init__(self, num_classes):
        super().__init__()
        self.features = nn.Sequential(nn.Linear(8, 10), nn.BatchNorm1d(10), nn.ReLU())
        self.classifier = nn.Linear(10, num_classes)

    def forward(self, x):
        return self.classifier(self.features(x))


pretrained = Backbone(num_classes=5)

# %% saving
torch.save(pretrained.state_dict(), "pretrained.pth")
state_dict = torch.load("pretrained.pth", map_location="cpu", weights_only=True)
print(list(state_dict.keys()))
del state_dict["classifier.weight"], state_dict["classifier.bias"]

model = Backbone(num_classes=2)

# %% fine-tuning
incompatible = model.load_state_dict(state_dict, strict=False)
missing, unexpected = incompatible.missing_keys, incompatible.unexpected_keys
print(missing, unexpected)
for name, param in model.named_parameters():
    if "classifier" not in name:
        param.requires_grad = False
model.features.eval()
trainable = [name for name, p in model.named_parameters() if p.requires_grad]
optimizer = SGD(filter(lambda p: p.requires_grad, model.parameters()), lr=0.1, momentum=0.9)
scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, milestones=[2, 4], gamma=0.1)

x, y = torch.randn(12, 8), torch.arange(12) % 2
best_loss, best_model_wts = float("inf"), copy.deepcopy(model.state_dict())
for epoch in range(3):
    optimizer.zero_grad()
    loss = nn.CrossEntropyLoss()(model(x), y)
    loss.backward()
    optimizer.step()
    scheduler.step()
    if loss.item() < best_loss:
        best_loss, best_model_wts = loss.item(), copy.deepcopy(model.state_dict())
    torch.save({
        "epoch": epoch,
        "model_state_dict": model.state_dict(),
        "optimizer_state_dict": optimizer.state_dict(),
        "scheduler_state_dict": scheduler.state_dict(),
        "loss": loss,
        "best": (best_loss, None, True),
    }, "checkpoint.pt")
assert os.path.exists("checkpoint.pt")

# %% resuming
checkpoint = torch.load("checkpoint.pt")
resumed = Backbone(num_classes=2)
resumed.load_state_dict(checkpoint["model_state_dict"])
resumed_optimizer = SGD(resumed.classifier.parameters(), lr=0.5, momentum=0.9)
resumed_optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
resumed_scheduler = torch.optim.lr_scheduler.MultiStepLR(resumed_optimizer, milestones=[2, 4], gamma=0.1)
resumed_scheduler.load_state_dict(checkpoint["scheduler_state_dict"])
start_epoch = checkpoint["epoch"] + 1
resumed.eval()
model.eval()
loss = checkpoint["loss"]
print(f"Resuming at epoch {start_epoch}, loss {loss:.4f}, lr {resumed_optimizer.param_groups[0]['lr']:.4g}")
assert torch.equal(resumed(x), model(x))
