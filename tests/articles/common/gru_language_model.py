# A language model of characters: GRU, hidden state carried on and detached, sampling with a temperature.
import tinygrad_zh as torch
import tinygrad_zh.nn as nn

text = "白日依山尽，黄河入海流。欲穷千里目，更上一层楼。"
chars = sorted(list(set(text)))
stoi, itos = {ch: i for i, ch in enumerate(chars)}, {i: ch for i, ch in enumerate(chars)}
data = torch.tensor([stoi[ch] for ch in text], dtype=torch.long)


class CharRNN(nn.Module):
    def __init__(self, vocab_size, embed_size=8, hidden_size=12, num_layers=1):
        super().__init__()
        self.hidden_size, self.num_layers = hidden_size, num_layers
        self.embed = nn.Embedding(vocab_size, embed_size)
        self.rnn = nn.GRU(embed_size, hidden_size, num_layers, batch_first=True)
        self.head = nn.Linear(hidden_size, vocab_size)

    def init_hidden(self, batch_size):
        weight = next(self.parameters()).data
        return weight.new_zeros(self.num_layers, batch_size, self.hidden_size)

    def forward(self, idx, hidden=None):
        out, hidden = self.rnn(self.embed(idx), hidden)
        return self.head(out), hidden


model = CharRNN(len(chars))

# %% training
optimizer = torch.optim.NAdam(model.parameters(), lr=3e-3)
criterion = nn.CrossEntropyLoss()
hidden = model.init_hidden(2)
block = 5
for step in range(4):
    starts = torch.randint(0, len(data) - block - 1, (2,))
    x = torch.stack([data[i : i + block] for i in starts])
    y = torch.stack([data[i + 1 : i + block + 1] for i in starts])
    hidden = hidden.detach()
    logits, hidden = model(x, hidden)
    B, T, C = logits.shape
    loss = criterion(logits.view(B * T, C), y.view(B * T))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"step {step}: train loss {loss.item():.4f}, perplexity {torch.exp(loss).item():.2f}")


@torch.no_grad()
def generate(start, length, temperature=0.8):
    model.eval()
    idx, h = torch.tensor([[stoi[start]]]), None
    for _ in range(length):
        logits, h = model(idx[:, -1:], h)
        probs = torch.softmax(logits[:, -1, :] / temperature, dim=-1)
        idx_next = probs.argmax(dim=-1, keepdim=True)
        idx = torch.cat((idx, idx_next), dim=1)
    assert torch.multinomial(probs, num_samples=1).shape == (1, 1)
    return "".join(itos[i] for i in idx[0].tolist())


print(generate("白", 8))
