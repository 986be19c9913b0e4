# A convolutional network with BatchNorm and Dropout, log_softmax and nll_loss, a step schedule.
import tinygrad_zh as torch
import tinygrad_zh.nn as nn
import tinygrad_zh.nn.functional as F
import tinygrad_zh.optim as optim
from tinygrad_zh.optim.lr_scheduler import StepLR


class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.conv1 = nn.Conv2d(1, 4, kernel_size=3, stride=1, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(4)
        self.conv2 = nn.Conv2d(4, 8, 3, padding="same")
        self.bn2 = nn.BatchNorm2d(8)
        self.dropout1 = nn.Dropout2d(0.25)
        self.dropout2 = nn.Dropout(0.5)
        self.fc1 = nn.Linear(8 * 3 * 3, 16)
        self.fc2 = nn.Linear(16, 10)
        self.apply(self._init_weights)

    def _init_weights(self, m):
        if isinstance(m, nn.Conv2d):
            nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
            if m.bias is not None:
                nn.init.zeros_(m.bias)
        elif isinstance(m, (nn.BatchNorm2d, nn.GroupNorm)):
            nn.init.constant_(m.weight, 1)
            nn.init.constant_(m.bias, 0)
        elif isinstance(m, nn.Linear):
            nn.init.xavier_uniform_(m.weight, gain=nn.init.calculate_gain("relu"))
            m.bias.data.fill_(0.01)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 2)
        x = F.max_pool2d(F.relu(self.bn2(self.conv2(x))), 2)
        x = self.dropout1(x)
        x = torch.flatten(x, start_dim=1)
        x = self.dropout2(F.relu(self.fc1(x)))
        return F.log_softmax(self.fc2(x), dim=1)


model = Net()
print(model)

# %% training
images = torch.rand(20, 1, 12, 12)
labels = torch.randint(0, 10, (20,))
optimizer = optim.SGD(model.parameters(), lr=0.05, momentum=0.9, nesterov=True, weight_decay=5e-4)
scheduler = StepLR(optimizer, step_size=1, gamma=0.7)
history = {"loss": [], "lr": []}

for epoch in range(3):
    model.train()
    for x, target in zip(images.split(10), labels.split(10)):
        optimizer.zero_grad()
        loss = F.nll_loss(model(x), target)
        loss.backward()
        optimizer.step()
        history["loss"].append(loss.item())
    history["lr"].append(optimizer.param_groups[0]["lr"])
    scheduler.step()

model.eval()
with torch.inference_mode():
    probabilities = model(images).exp()
print(f"mean loss {sum(history['loss']) / len(history['loss']):.4f}, lr {scheduler.get_last_lr()[0]:.5f}")
print(probabilities.sum(1).mean(), probabilities.shape[0])
