# %% 4.1 数据准备
import random

data = [
    "AI大模型的产业应用与前景是一项热门的研究方向",
    "深度学习模型在自然语言处理、计算机视觉等领域取得了显著的成果",
    "变压器模型是一种基于自注意力机制的模型"
]

random.shuffle(data)

# mended: torch.tensor takes no sentence, and the number of sentences is no vocabulary: every sign gets an index
chars = sorted(set("".join(data)))
index_of = {char: index for index, char in enumerate(chars)}

# %% 4.2 模型构建
import math  # mended: math was not imported

import tinygrad_zh as torch
import tinygrad_zh.nn as nn

class Transformer(nn.Module):
    def __init__(self, input_dim, output_dim, hidden_dim, n_layers, n_heads, max_len=100):  # mended: max_len was undefined
        super(Transformer, self).__init__()
        self.input_dim = input_dim
        self.output_dim = output_dim
        self.hidden_dim = hidden_dim
        self.n_layers = n_layers
        self.n_heads = n_heads

        self.embedding = nn.Embedding(input_dim, hidden_dim)
        self.pos_encoding = self.create_pos_encoding(max_len, hidden_dim)  # mended: a static method knows no hidden_dim
        self.transformer = nn.ModuleList([
            nn.ModuleList([
                nn.Linear(hidden_dim, hidden_dim),
                nn.Dropout(0.1),
                nn.MultiheadAttention(hidden_dim, n_heads, batch_first=True),  # mended: x is (batch, time, hidden)
                nn.Dropout(0.1),
                nn.Linear(hidden_dim, hidden_dim)
            ]) for _ in range(n_layers)
        ])
        self.out = nn.Linear(hidden_dim, output_dim)

    def forward(self, x):
        seq_len = x.size(1)
        x = self.embedding(x) * math.sqrt(self.hidden_dim)
        x += self.pos_encoding[:, :seq_len]
        for linear1, dropout1, attention, dropout2, linear2 in self.transformer:  # mended: a ModuleList cannot be called
            x = dropout1(linear1(x))  # mended: ... so its five parts are, one after another
            x, _ = attention(x, x, x)  # mended: attention takes query, key and value, and returns its weights too
            x = linear2(dropout2(x))  # mended
        x = self.out(x)
        return x

    @staticmethod
    def create_pos_encoding(max_len, hidden_dim):  # mended: hidden_dim was undefined
        pe = torch.zeros(max_len, hidden_dim)  # mended: one column cannot hold hidden_dim numbers
        for position in range(max_len):  # mended: position 0 was left out
            for i in range(0, hidden_dim, 2):
                # mended: math.sin, for torch.sin takes tensors; i / hidden_dim, for 10000 ** (i / 2) overflows;
                # mended: sine and cosine each into its own column
                pe[position, i] = math.sin(position / 10000 ** (i / hidden_dim))
                pe[position, i + 1] = math.cos(position / 10000 ** (i / hidden_dim))
        pe = pe.unsqueeze(0)  # mended: (1, time, hidden), not transposed to (time, 1, hidden)
        return pe

input_dim = len(chars)  # mended: was len(data), the number of sentences
output_dim = len(chars)  # mended: was 1; with one class the loss is always 0
hidden_dim = 256
n_layers = 2
n_heads = 8

model = Transformer(input_dim, output_dim, hidden_dim, n_layers, n_heads)

# %% 4.3 训练模型
optimizer = torch.optim.Adam(model.parameters(), lr=0.001)

for epoch in range(100):
    for i, sentence in enumerate(data):
        input_tensor = torch.tensor([index_of[char] for char in sentence]).unsqueeze(0)  # mended: indices, no sentence
        output_tensor = model(input_tensor)
        loss = nn.CrossEntropyLoss()(output_tensor.transpose(1, 2), input_tensor)  # mended: classes are dimension 1
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"Epoch: {epoch}, Loss: {loss.item()}")

# %% 4.4 生成摘要
model.eval()  # mended: else the dropout of the training goes on
input_tensor = torch.tensor([index_of[char] for char in data[0]]).unsqueeze(0)  # mended: indices, no sentence
output_tensor = model(input_tensor)
predicted_index = torch.argmax(output_tensor, dim=-1)[0].tolist()  # mended: one index for every sign, not one .item()
print("".join(chars[index] for index in predicted_index))  # mended: they are signs of the vocabulary, not of data
