# %% 3.5 具体代码实现
import tinygrad_zh as torch
import tinygrad_zh.nn as nn
import tinygrad_zh.optim as optim

class RNN(nn.Module):
    def __init__(self, input_dim, hidden_dim, output_dim):
        super(RNN, self).__init__()
        self.hidden_dim = hidden_dim
        self.rnn = nn.RNN(input_dim, hidden_dim, batch_first=True)  # mended: the article is cut off at "batch_first="
        # mended: all that follows, as the article's formulas and the names it has so far suggest
        self.fc = nn.Linear(hidden_dim, output_dim)

    def forward(self, x):
        h0 = torch.zeros(1, x.size(0), self.hidden_dim).to(x.device)
        out, hn = self.rnn(x, h0)
        return self.fc(out)  # y_t = W_o h_t + b_o, for every frame

model = RNN(input_dim=13, hidden_dim=32, output_dim=5)
criterion = nn.CrossEntropyLoss()
optimizer = optim.Adam(model.parameters(), lr=0.01)

# %% speech as it comes to such a model: 13 cepstral coefficients a frame, and a phoneme for every frame
frames = torch.randn(4, 20, 13)
phonemes = frames[:, :, :5].argmax(dim=2)

for epoch in range(5):
    outputs = model(frames)
    loss = criterion(outputs.reshape(-1, 5), phonemes.reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"Epoch {epoch + 1}, Loss: {loss.item()}")
