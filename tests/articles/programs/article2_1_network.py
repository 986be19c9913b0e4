# %% 1.4 and 5: the article prints the same program twice
import tinygrad_zh as torch
import tinygrad_zh.nn as nn
import tinygrad_zh.optim as optim

# 定义神经网络结构
class Net(nn.Module):
    def __init__(self):
        super(Net, self).__init__()
        self.fc1 = nn.Linear(784, 128)
        self.fc2 = nn.Linear(128, 64)
        self.fc3 = nn.Linear(64, 10)

    def forward(self, x):
        x = torch.flatten(x, 1)
        x = torch.relu(self.fc1(x))
        x = torch.relu(self.fc2(x))
        x = self.fc3(x)
        return x

# 初始化模型、损失函数和优化器
net = Net()
criterion = nn.CrossEntropyLoss()
optimizer = optim.SGD(net.parameters(), lr=0.01, momentum=0.9)

# %% mended: trainloader was undefined; here images of random pixels, in which the label's row of pixels is bright
from tinygrad_zh.utils.data import DataLoader, TensorDataset

labels = torch.arange(256) % 10
images = torch.rand(256, 1, 28, 28)
images[torch.arange(256), 0, 2 * labels] += 1
trainloader = DataLoader(TensorDataset(images, labels), batch_size=64, shuffle=True)

# %% 训练模型
for epoch in range(10):
    running_loss = 0.0
    for i, data in enumerate(trainloader, 0):
        inputs, labels = data
        optimizer.zero_grad()
        outputs = net(inputs)
        loss = criterion(outputs, labels)
        loss.backward()
        optimizer.step()
        running_loss += loss.item()
    print(f"Epoch {epoch+1}/{10}, Loss: {running_loss/len(trainloader)}")
