# %% 4.2 使用PyTorch实现递归神经网络
import tinygrad_zh as torch
import tinygrad_zh.nn as nn
import tinygrad_zh.nn.functional as F

class RNN(nn.Module):
    def __init__(self, input_size, hidden_size, num_layers, num_classes):
        super(RNN, self).__init__()
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.lstm = nn.LSTM(input_size, hidden_size, num_layers, batch_first=True)
        self.fc = nn.Linear(hidden_size, num_classes)

    def forward(self, x):
        h0 = torch.zeros(self.num_layers, x.size(0), self.hidden_size).to(x.device)
        c0 = torch.zeros(self.num_layers, x.size(0), self.hidden_size).to(x.device)
        out, (hn, cn) = self.lstm(x, (h0, c0))
        out = self.fc(out[:, -1, :])
        return out

net = RNN(input_size=100, hidden_size=128, num_layers=2, num_classes=10)

# %% mended: the article stops here; three steps of training on random sequences
sequences, labels = torch.randn(8, 12, 100), torch.arange(8)
optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
for step in range(3):
    outputs = net(sequences)
    loss = F.cross_entropy(outputs, labels)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"Step {step + 1}, Loss: {loss.item()}")
