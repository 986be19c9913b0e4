# A multilayer perceptron with DataLoader and Adam, accuracy, and the usual first lines.
import random

import numpy as np
import tinygrad_zh as torch
from tinygrad_zh import nn, optim
from tinygrad_zh.utils.data import DataLoader, TensorDataset, random_split

SEED = 42
random.seed(SEED)
np.random.seed(SEED)
torch.manual_seed(SEED)
torch.cuda.manual_seed(SEED)
torch.cuda.manual_seed_all(SEED)
torch.backends.cudnn.deterministic = True
torch.backends.cudnn.benchmark = False

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
print(f"Using device: {device}")


class MLP(nn.Module):
    def __init__(self, in_features=4, hidden=16, classes=3):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(in_features, hidden),
            nn.ReLU(),
            nn.Dropout(p=0.2),
            nn.Linear(hidden, classes),
        )

    def forward(self, x):
        return self.net(x.view(x.size(0), -1))


model = MLP().to(device)
print(model)
print("parameters:", sum(p.numel() for p in model.parameters() if p.requires_grad))

# %% data
X = torch.randn(150, 2, 2)
y = (X.sum(dim=(1, 2)) > 0).long() + (X[:, 0, 0] > 1).long()
dataset = TensorDataset(X, y)
train_set, test_set = random_split(dataset, [120, 30])
train_loader = DataLoader(train_set, batch_size=32, shuffle=True, num_workers=0)
test_loader = DataLoader(test_set, batch_size=30, shuffle=False)
print(len(train_loader), len(train_loader.dataset), len(test_loader.dataset))

criterion = nn.CrossEntropyLoss()
optimizer = optim.Adam(model.parameters(), lr=1e-2)


def train(epoch):
    model.train()
    for batch_idx, (data, target) in enumerate(train_loader):
        data, target = data.to(device), target.to(device)
        optimizer.zero_grad(set_to_none=True)
        loss = criterion(model(data), target)
        loss.backward()
        optimizer.step()
        if batch_idx % 2 == 0:
            print(f"Epoch {epoch} [{batch_idx * len(data)}/{len(train_loader.dataset)}]\tLoss: {loss.item():.6f}")


def test():
    model.eval()
    test_loss, correct, total = 0, 0, 0
    with torch.no_grad():
        for data, target in test_loader:
            output = model(data.to(device))
            test_loss += criterion(output, target).item() * data.size(0)
            pred = output.argmax(dim=1, keepdim=True)
            correct += pred.eq(target.view_as(pred)).sum().item()
            _, predicted = torch.max(output.data, 1)
            total += (predicted == target).sum().item()
    assert correct == total
    print("Average loss: {:.4f}, Accuracy: {}/{} ({:.0f}%)".format(
        test_loss / len(test_loader.dataset), correct, len(test_loader.dataset),
        100.0 * correct / len(test_loader.dataset)))


for epoch in range(1, 4):
    train(epoch)
    test()
