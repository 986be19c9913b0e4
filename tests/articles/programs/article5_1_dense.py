# %% 5.2 源代码详细实现: the article's Keras program, in PyTorch's names
import tinygrad_zh as torch
import tinygrad_zh.nn as nn
from tinygrad_zh.utils.data import DataLoader, TensorDataset

# 定义模型
model = nn.Sequential(
    nn.Linear(784, 256), nn.ReLU(),
    nn.Linear(256, 128), nn.ReLU(),
    nn.Linear(128, 64), nn.ReLU(),
    nn.Linear(64, 10),  # softmax and categorical_crossentropy are one function here: nn.CrossEntropyLoss
)

# 编译模型
criterion = nn.CrossEntropyLoss()
optimizer = torch.optim.Adam(model.parameters(), lr=0.001, eps=1e-7)  # Keras's own default values

# %% 加载数据: in place of MNIST, images of random pixels, in which the label's row of pixels is bright
y = torch.arange(320) % 10
x = torch.rand(320, 28, 28)
x[torch.arange(320), 2 * y] += 1

# 预处理数据
x = x.reshape(-1, 784)  # mended: Input(shape=(784,)) does not take the images of 28×28 as they are loaded
x_train, x_test, y_train, y_test = x[:256], x[256:], y[:256], y[256:]
train_loader = DataLoader(TensorDataset(x_train, y_train), batch_size=128, shuffle=True)

# %% 训练模型
for epoch in range(10):
    model.train()
    for inputs, labels in train_loader:
        loss = criterion(model(inputs), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

# 评估模型
model.eval()
with torch.no_grad():
    outputs = model(x_test)
    loss = criterion(outputs, y_test).item()
    accuracy = (outputs.argmax(dim=1) == y_test).sum().item() / len(y_test)
print('Test accuracy:', accuracy)
