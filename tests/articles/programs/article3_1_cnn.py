# %% 4.1 使用PyTorch实现卷积神经网络
import tinygrad_zh as torch
import tinygrad_zh.nn as nn
import tinygrad_zh.nn.functional as F

class CNN(nn.Module):
    def __init__(self):
        super(CNN, self).__init__()
        self.conv1 = nn.Conv2d(3, 32, 3, padding=1)
        self.conv2 = nn.Conv2d(32, 64, 3, padding=1)
        self.pool = nn.MaxPool2d(2, 2)
        self.fc1 = nn.Linear(64 * 8 * 8, 128)  # mended: 64 * 6 * 6 fits images of 24×24; CIFAR-10's are 32×32
        self.fc2 = nn.Linear(128, 10)

    def forward(self, x):
        x = self.pool(F.relu(self.conv1(x)))
        x = self.pool(F.relu(self.conv2(x)))
        x = x.view(x.size(0), -1)  # mended: view(-1, 64 * 6 * 6) cuts a batch of another size into wrong rows
        x = F.relu(self.fc1(x))
        x = self.fc2(x)
        return x

net = CNN()

# %% mended: the article stops here; three steps of training on random images
images, labels = torch.randn(8, 3, 32, 32), torch.arange(8)
optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
for step in range(3):
    outputs = net(images)
    loss = F.cross_entropy(outputs, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"Step {step + 1}, Loss: {loss.item()}")
